//! The flags of `call`.

use clap::Args;

use super::Data;

/// A request, as written on the command line.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct CallArgs {
    /// GET, POST, PUT, PATCH, DELETE, HEAD or OPTIONS
    pub(crate) method: String,

    /// The path below the stage, as /items/7?full=1
    pub(crate) path: String,

    /// Sign in as this user and send the token that the route requires
    ///
    /// On a terminal the password is prompted for; otherwise pass --password-stdin or set `STACKCTL_PASSWORD`.
    #[arg(long = "as", value_name = "USER")]
    pub(crate) user: Option<String>,

    /// Read the password from the first line of stdin
    #[arg(long, requires = "user")]
    pub(crate) password_stdin: bool,

    /// Read the token from the first line of stdin [default without --as: `STACKCTL_TOKEN`]
    #[arg(long, conflicts_with = "user")]
    pub(crate) token_stdin: bool,

    /// The body: text, @FILE, or - for stdin
    ///
    /// Sent as application/json when it is JSON, as text/plain when it is other text, and as application/octet-stream
    /// otherwise, unless -H sets a content type.
    #[arg(short, long, value_name = "DATA", allow_hyphen_values = true)]
    pub(crate) data: Option<Data>,

    /// A header; may be repeated
    // As text: a usage error repeats the value, and this may be a token.
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE")]
    pub(crate) headers: Vec<String>,

    /// A query parameter, not URL-encoded; may be repeated
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
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}
