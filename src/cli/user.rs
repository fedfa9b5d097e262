//! `stackctl user …` and its flags.

use clap::{Args, Subcommand};

use super::number;

const CREATE_EXAMPLES: &str = "\
Examples:
  stackctl user create mail@example.com
  TOKEN=$(stackctl user create mail@example.com --local)
  stackctl user create ann --attribute email=mail@example.com --attribute name=Ann
  echo \"$PASSWORD\" | stackctl user create mail@example.com --password-stdin --user-pool-id us-west-2_Ab3dEf6hI

On a terminal the password is prompted for; otherwise pass --password-stdin or set STACKCTL_PASSWORD.";

const AUTH_EXAMPLES: &str = "\
Examples:
  stackctl user auth mail@example.com
  TOKEN=$(stackctl user auth mail@example.com)
  curl -H \"Authorization: $TOKEN\" $(stackctl outputs invoke_url)/test_auth
  stackctl user auth mail@example.com --access-token
  stackctl user auth mail@example.com --user-pool-id us-west-2_Ab3dEf6hI --client-id 1example2345

On a terminal the password is prompted for; otherwise pass --password-stdin or set STACKCTL_PASSWORD.";

const LIST_EXAMPLES: &str = "\
Examples:
  stackctl user list
  stackctl user list --json | jq -r 'select(.event == \"users\").users[].username'";

const SET_PASSWORD_EXAMPLES: &str = "\
Examples:
  stackctl user set-password mail@example.com
  stackctl user set-password mail@example.com --temporary

On a terminal the password is prompted for; otherwise pass --password-stdin or set STACKCTL_PASSWORD.";

const GROUP_EXAMPLES: &str = "\
Examples:
  stackctl user group add mail@example.com admins
  stackctl user group add mail@example.com admins --create";

const INSPECT_EXAMPLES: &str = "\
Examples:
  stackctl user auth mail@example.com | stackctl user token inspect
  stackctl user token inspect < token.txt";

/// `stackctl user`: the pool and the command.
#[derive(Debug, Args)]
pub(crate) struct UserArgs {
    #[command(flatten)]
    pub(crate) pool: PoolArgs,
    #[command(subcommand)]
    pub(crate) command: UserCommand,
}

/// The user pool to use.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct PoolArgs {
    /// Use this user pool instead of the stack's (no config needed)
    #[arg(long, global = true, value_name = "ID", help_heading = "Pool options")]
    pub(crate) user_pool_id: Option<String>,
}

/// The commands for users.
#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Create a user and print their ID token
    ///
    /// Creates the user with a random temporary password, exchanges it for the one you choose and prints the ID token.
    /// The name is an e-mail address where users sign in with that; it counts as verified. If a run is interrupted, the
    /// next one continues it.
    #[command(after_help = CREATE_EXAMPLES)]
    Create {
        /// The username, or the address that users of the pool sign in with
        name: String,

        /// An attribute of the user; may be repeated
        #[arg(long = "attribute", value_name = "NAME=VALUE", value_parser = pair)]
        attributes: Vec<(String, String)>,

        /// Have Cognito send its invitation, with the temporary password
        ///
        /// Without a password from --password-stdin or `STACKCTL_PASSWORD` the user chooses one at the first sign-in with
        /// the temporary one, and no token is printed.
        #[arg(long)]
        send_invite: bool,

        #[command(flatten)]
        sign_in: SignInArgs,
    },

    /// Sign a user in and print the ID token
    ///
    /// Responds to Cognito's challenges: a new password, a code of an authenticator app, of a text message or an e-mail.
    /// On a terminal you are prompted for them; otherwise the error names the challenge.
    #[command(after_help = AUTH_EXAMPLES)]
    Auth {
        /// The username, or an address that the user signs in with
        name: String,

        #[command(flatten)]
        sign_in: SignInArgs,
    },

    /// List the users
    ///
    /// All of them, in Cognito's order. A user created a moment ago may be missing.
    #[command(after_help = LIST_EXAMPLES)]
    List {
        /// Show at most this many users
        #[arg(long, value_name = "N", value_parser = number::limit)]
        limit: Option<u32>,
    },

    /// Show a user: attributes, groups, MFA methods
    #[command(after_help = "Examples:\n  stackctl user show mail@example.com")]
    Show {
        /// The username, or an address that the user signs in with
        name: String,
    },

    /// Delete a user
    ///
    /// Asks for confirmation.
    #[command(after_help = "Examples:\n  stackctl user delete mail@example.com")]
    Delete {
        /// The username, or an address that the user signs in with
        name: String,
    },

    /// Disable a user's sign-in
    ///
    /// Tokens issued before stay valid for the API until they expire.
    #[command(after_help = "Examples:\n  stackctl user disable mail@example.com")]
    Disable {
        /// The username, or an address that the user signs in with
        name: String,
    },

    /// Enable a disabled user's sign-in
    #[command(after_help = "Examples:\n  stackctl user enable mail@example.com")]
    Enable {
        /// The username, or an address that the user signs in with
        name: String,
    },

    /// Set a user's password
    ///
    /// The password is checked against the pool's policy first. A user who still has a temporary password is confirmed.
    #[command(after_help = SET_PASSWORD_EXAMPLES)]
    SetPassword {
        /// The username, or an address that the user signs in with
        name: String,

        /// Require another password at the next sign-in
        #[arg(long)]
        temporary: bool,

        /// Read the password from the first line of stdin
        #[arg(long)]
        password_stdin: bool,
    },

    /// Add users to groups, or remove them
    Group {
        #[command(subcommand)]
        command: GroupCommand,
    },

    /// Inspect tokens
    Token {
        #[command(subcommand)]
        command: TokenCommand,
    },
}

/// The commands for groups.
#[derive(Debug, Subcommand)]
pub(crate) enum GroupCommand {
    /// Add a user to a group
    ///
    /// New tokens include the group from the next sign-in on.
    #[command(after_help = GROUP_EXAMPLES)]
    Add {
        /// The username, or an address that the user signs in with
        name: String,

        /// The group
        group: String,

        /// Create the group when it does not exist
        #[arg(long)]
        create: bool,
    },

    /// Remove a user from a group
    #[command(after_help = "Examples:\n  stackctl user group remove mail@example.com admins")]
    Remove {
        /// The username, or an address that the user signs in with
        name: String,

        /// The group
        group: String,
    },
}

/// The commands for tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Show a token's claims and whether it is valid
    ///
    /// Shows the claims of an ID token or an access token, and verifies the signature with the keys of the user pool that
    /// issued it. Exits with 1 when the token is not valid, or not from the stack's user pool. Only Cognito knows whether a
    /// token was revoked.
    #[command(after_help = INSPECT_EXAMPLES)]
    Inspect {
        /// The token; safer from stdin, because other users can read command lines
        token: Option<String>,
    },
}

/// The options of a sign-in.
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
    /// The name of the command in events.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Create { .. } => "user create",
            Self::Auth { .. } => "user auth",
            Self::List { .. } => "user list",
            Self::Show { .. } => "user show",
            Self::Delete { .. } => "user delete",
            Self::Disable { .. } => "user disable",
            Self::Enable { .. } => "user enable",
            Self::SetPassword { .. } => "user set-password",
            Self::Group { command: GroupCommand::Add { .. } } => "user group add",
            Self::Group { command: GroupCommand::Remove { .. } } => "user group remove",
            Self::Token { .. } => "user token inspect",
        }
    }
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE".to_owned()),
    }
}
