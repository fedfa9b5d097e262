//! The users of a user pool: who they are, how one is made, and how one signs in.
//!
//! It calls Cognito as an administrator does, and asks a [`Prompt`] for what only a user knows. It knows nothing of
//! configurations, states or stacks, prints nothing, and keeps no password, secret or token.

mod answers;
mod authenticator;
mod challenge;
mod client;
mod create;
mod error;
mod groups;
mod hints;
mod list;
mod password;
mod pool;
mod prompt;
mod rejection;
mod secret;
mod settings;
mod sign_in;
mod token;
mod tokens;
mod user;
mod username;

pub use client::AppClient;
pub use create::NewUser;
pub use error::UserError;
pub use password::PasswordRules;
pub use pool::Users;
pub use prompt::{Authenticator, NonInteractive, Prompt};
pub use secret::Secret;
pub use settings::PoolSettings;
pub use sign_in::SignIn;
pub use token::{Issuer, NoToken, TokenProblem, WebKeys, WebToken};
pub use tokens::{Token, Tokens};
pub use user::User;
