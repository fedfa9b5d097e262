//! The people of a user pool: who they are, how one is made, and how one signs in.
//!
//! It calls Cognito as an administrator does, and asks a [`Prompt`] for what only a person knows. It knows nothing of
//! configurations, states or stacks, prints nothing, and keeps no password, secret or token.

mod answers;
mod authenticator;
mod challenge;
mod client;
mod error;
mod groups;
mod list;
mod naming;
mod newcomer;
mod password;
mod prompt;
mod refusal;
mod remedy;
mod secret;
mod settings;
mod sign_in;
mod token;
mod tokens;
mod users;

use crate::{
    aws::Cloud,
    engine::{Context, Events, Interrupt, Key, Kind},
};

pub use client::AppClient;
pub use error::PeopleError;
pub use newcomer::Newcomer;
pub use password::PasswordPolicy;
pub use prompt::{Authenticator, Nobody, Prompt};
pub use secret::Secret;
pub use settings::PoolSettings;
pub use sign_in::SignIn;
pub use token::{Issuer, NoToken, TokenProblem, WebKeys, WebToken};
pub use tokens::{Token, Tokens};
pub use users::Person;

/// The people of one user pool.
pub struct People<'a> {
    /// The clients.
    pub cloud: &'a Cloud,
    /// Where a wait is told.
    pub events: &'a dyn Events,
    /// What cuts a wait short.
    pub interrupt: &'a Interrupt,
    key: Key,
}

impl<'a> People<'a> {
    /// The people of a pool, which is not looked at yet.
    #[must_use]
    pub fn of(pool_id: impl Into<String>, cloud: &'a Cloud, events: &'a dyn Events, interrupt: &'a Interrupt) -> Self {
        Self { cloud, events, interrupt, key: Key::new(Kind::new("user_pool"), pool_id) }
    }

    /// The pool's id.
    #[must_use]
    pub fn pool_id(&self) -> &str {
        &self.key.name
    }

    fn context(&self) -> Context<'_, Cloud> {
        Context { cloud: self.cloud, key: &self.key, events: self.events, interrupt: self.interrupt }
    }
}
