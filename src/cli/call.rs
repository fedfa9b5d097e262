//! The flags of `call`.

use clap::Args;

use super::Data;

/// A request, as it is written on the command line.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag that a person may give")]
pub(crate) struct CallArgs {
    /// GET, POST, PUT, PATCH, DELETE, HEAD or OPTIONS
    pub(crate) method: String,

    /// The path below the stage, as /items/7?full=1
    pub(crate) path: String,

    /// Sign in as this user, and send the token that the route asks for
    ///
    /// The password is asked for on a terminal; elsewhere it comes from --password-stdin or the variable
    /// `STACKCTL_PASSWORD`.
    #[arg(long = "as", value_name = "USER")]
    pub(crate) user: Option<String>,

    /// Read the password from the first line of stdin
    #[arg(long, requires = "user")]
    pub(crate) password_stdin: bool,

    /// Read the token from the first line of stdin; without it and --as it is that of the variable `STACKCTL_TOKEN`
    #[arg(long, conflicts_with = "user")]
    pub(crate) token_stdin: bool,

    /// The body: a text, @FILE, or - for stdin
    ///
    /// It goes out as application/json where it is JSON, as text/plain where it is another text, and as
    /// application/octet-stream otherwise, unless -H says something else.
    #[arg(short, long, value_name = "DATA", allow_hyphen_values = true)]
    pub(crate) data: Option<Data>,

    /// A header; may be repeated
    // As a text: an error of the command line repeats what it is about, and this may be a token.
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE")]
    pub(crate) headers: Vec<String>,

    /// A parameter of the query, as it is, not encoded; may be repeated
    #[arg(long = "query", value_name = "NAME=VALUE", value_parser = parameter)]
    pub(crate) query: Vec<(String, String)>,

    /// Print the status and the headers before the body
    #[arg(short, long)]
    pub(crate) include: bool,

    /// Exit with 1 when the status is 400 or above
    #[arg(short, long)]
    pub(crate) fail: bool,
}

fn parameter(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("a parameter is written `name=value`")?;
    Ok((name.to_owned(), value.to_owned()))
}
