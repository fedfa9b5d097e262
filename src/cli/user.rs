//! `stackctl user …` and its flags.

use clap::{Args, Subcommand};

const CREATE_EXAMPLES: &str = "\
Examples:
  stackctl user create mail@example.com
  TOKEN=$(stackctl user create mail@example.com --local)
  stackctl user create ann --attribute email=mail@example.com --attribute name=Ann
  echo \"$PASSWORD\" | stackctl user create mail@example.com --password-stdin --user-pool-id us-west-2_Ab3dEf6hI

The password is asked for on a terminal; elsewhere it comes from --password-stdin or the variable STACKCTL_PASSWORD.";

const AUTH_EXAMPLES: &str = "\
Examples:
  stackctl user auth mail@example.com
  TOKEN=$(stackctl user auth mail@example.com)
  curl -H \"Authorization: $TOKEN\" $(stackctl outputs invoke_url)/test_auth
  stackctl user auth mail@example.com --access-token
  stackctl user auth mail@example.com --user-pool-id us-west-2_Ab3dEf6hI --client-id 1example2345

The password is asked for on a terminal; elsewhere it comes from --password-stdin or the variable STACKCTL_PASSWORD.";

/// `stackctl user`: which pool, and what to do.
#[derive(Debug, Args)]
pub(crate) struct UserArgs {
    #[command(flatten)]
    pub(crate) pool: PoolArgs,
    #[command(subcommand)]
    pub(crate) command: UserCommand,
}

/// Which user pool is meant.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct PoolArgs {
    /// A user pool that stackctl need not have made; no config is read then
    #[arg(long, global = true, value_name = "ID", help_heading = "Pool options")]
    pub(crate) user_pool_id: Option<String>,
}

/// What can be done with users.
#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Make a user, and sign them in
    ///
    /// Makes the user with a random temporary password, exchanges it for the one you choose and prints the ID token.
    /// The name is an e-mail address where the pool signs people in with that; it counts as verified. When a run was
    /// interrupted, the next one goes on.
    #[command(after_help = CREATE_EXAMPLES)]
    Create {
        /// The name, or the address that the pool knows people by
        name: String,

        /// An attribute of the user; may be given several times
        #[arg(long = "attribute", value_name = "NAME=VALUE", value_parser = pair)]
        attributes: Vec<(String, String)>,

        /// Have Cognito send its invitation, with the temporary password
        ///
        /// Without a password from --password-stdin or `STACKCTL_PASSWORD` it is left to the person to choose one with
        /// the temporary one, and no token is printed.
        #[arg(long)]
        send_invite: bool,

        #[command(flatten)]
        sign_in: SignInArgs,
    },

    /// Sign a user in and print the ID token
    ///
    /// Answers whatever Cognito asks for: a new password, a code of an authenticator app, of a text message or a mail.
    /// On a terminal it asks you; elsewhere it says what was asked for.
    #[command(after_help = AUTH_EXAMPLES)]
    Auth {
        /// The name, or an address that the pool knows the user by
        name: String,

        #[command(flatten)]
        sign_in: SignInArgs,
    },
}

/// How to sign in.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct SignInArgs {
    /// The app client, instead of the stack's; with --user-pool-id the pool's only one
    #[arg(long, value_name = "ID")]
    pub(crate) client_id: Option<String>,

    /// Read the password from the first line of stdin
    #[arg(long)]
    pub(crate) password_stdin: bool,

    /// Print the access token instead of the ID token
    #[arg(long)]
    pub(crate) access_token: bool,
}

impl UserCommand {
    /// The name, as it is in events.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Create { .. } => "user create",
            Self::Auth { .. } => "user auth",
        }
    }
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("an attribute is given as NAME=VALUE".to_owned()),
    }
}
