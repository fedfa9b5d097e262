//! `user_pool`: the Cognito user pool, which nothing here ever replaces and no update resets.

mod echo;
mod mfa;
mod resource;
mod settings;
mod spec;

use crate::aws::dns_suffix;

pub use resource::UserPool;
pub use spec::{Outputs, PasswordPolicy, Spec};

/// The issuer in the tokens of a user pool.
#[must_use]
pub fn issuer(region: &str, id: &str) -> String {
    format!("https://cognito-idp.{region}.{}/{id}", dns_suffix(region))
}
