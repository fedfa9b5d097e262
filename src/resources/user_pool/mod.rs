//! `user_pool`: the Cognito user pool, which nothing here ever replaces and no update resets.

mod echo;
mod mfa;
mod resource;
mod settings;
mod spec;

pub use resource::UserPool;
pub use spec::{Outputs, PasswordPolicy, Spec, issuer};
