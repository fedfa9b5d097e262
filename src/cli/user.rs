//! `stackctl user …` and its flags.

use clap::{Args, Subcommand};

use super::number;

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

const LIST_EXAMPLES: &str = "\
Examples:
  stackctl user list
  stackctl user list --json | jq -r 'select(.event == \"users\").users[].username'";

const SET_PASSWORD_EXAMPLES: &str = "\
Examples:
  stackctl user set-password mail@example.com
  stackctl user set-password mail@example.com --temporary

The password is asked for on a terminal; elsewhere it comes from --password-stdin or the variable STACKCTL_PASSWORD.";

const GROUP_EXAMPLES: &str = "\
Examples:
  stackctl user group add mail@example.com admins
  stackctl user group add mail@example.com admins --create";

const INSPECT_EXAMPLES: &str = "\
Examples:
  stackctl user auth mail@example.com | stackctl user token inspect
  stackctl user token inspect < token.txt";

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

impl PoolArgs {
    /// The flags that choose the stack, with those that a command in a hint needs besides to mean the same pool.
    pub(crate) fn flags(&self, stack: String) -> String {
        self.user_pool_id.iter().fold(stack, |flags, id| format!("{flags} --user-pool-id {id}"))
    }
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

    /// List the users
    ///
    /// All pages of them, in Cognito's order. A user who was made a moment ago may be missing.
    #[command(after_help = LIST_EXAMPLES)]
    List {
        /// Stop after so many
        #[arg(long, value_name = "N", value_parser = number::limit)]
        limit: Option<u32>,
    },

    /// Show one user: attributes, groups, second factors
    Show {
        /// The name, or an address that the pool knows the user by
        name: String,
    },

    /// Delete a user
    ///
    /// Asks for confirmation.
    Delete {
        /// The name, or an address that the pool knows the user by
        name: String,
    },

    /// Keep a user from signing in
    ///
    /// Tokens that were given out before are good for an API until they expire.
    Disable {
        /// The name, or an address that the pool knows the user by
        name: String,
    },

    /// Let a user sign in again
    Enable {
        /// The name, or an address that the pool knows the user by
        name: String,
    },

    /// Set a user's password
    ///
    /// It is checked against the pool's policy first. A user who waits for a password is confirmed by it.
    #[command(after_help = SET_PASSWORD_EXAMPLES)]
    SetPassword {
        /// The name, or an address that the pool knows the user by
        name: String,

        /// Have the user choose another one at the next sign-in
        #[arg(long)]
        temporary: bool,

        /// Read the password from the first line of stdin
        #[arg(long)]
        password_stdin: bool,
    },

    /// Put a user into a group, or take one out
    Group {
        #[command(subcommand)]
        command: GroupCommand,
    },

    /// Look into a token
    Token {
        #[command(subcommand)]
        command: TokenCommand,
    },
}

/// What can be done with groups.
#[derive(Debug, Subcommand)]
pub(crate) enum GroupCommand {
    /// Put a user into a group
    ///
    /// Tokens name the groups of their user from the next sign-in on.
    #[command(after_help = GROUP_EXAMPLES)]
    Add {
        /// The name, or an address that the pool knows the user by
        name: String,

        /// The group
        group: String,

        /// Make the group when there is none of this name
        #[arg(long)]
        create: bool,
    },

    /// Take a user out of a group
    Remove {
        /// The name, or an address that the pool knows the user by
        name: String,

        /// The group
        group: String,
    },
}

/// What can be done with tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Say whose a token is and whether it is valid
    ///
    /// Shows the claims of an ID token or an access token, and checks the signature with the keys of the user pool that
    /// has issued it. Exits with 1 when the token is not valid, or not of the stack's user pool. Whether it was revoked
    /// nobody but Cognito knows.
    #[command(after_help = INSPECT_EXAMPLES)]
    Inspect {
        /// The token; better from stdin, because others can read a command line
        token: Option<String>,
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
        _ => Err("an attribute is given as NAME=VALUE".to_owned()),
    }
}
