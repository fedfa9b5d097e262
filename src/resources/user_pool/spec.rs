//! The settings of a user pool, and what AWS calls it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::aws::dns_suffix;

/// How a user pool is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// The name; Cognito allows it twice.
    pub name: String,
    /// What users sign in with instead of a username.
    pub username_attributes: BTreeSet<String>,
    /// Whether `Ada` and `ada` are two users; `None` leaves a pool as it is, and creates one in which they are the same.
    pub case_sensitive: Option<bool>,
    /// `OFF`, `OPTIONAL` or `ON`, with an authenticator app.
    pub mfa: String,
    /// What a password must be like.
    pub password_policy: PasswordPolicy,
    /// What Cognito verifies by sending a code.
    pub auto_verified_attributes: BTreeSet<String>,
    /// Whether Cognito refuses to delete it.
    pub deletion_protection: bool,
    /// Whether users may register themselves.
    pub self_sign_up: bool,
    /// The ways to recover an account, the preferred one first; `None` leaves them to AWS.
    pub account_recovery: Option<Vec<String>>,
    /// The user's own tags.
    pub tags: BTreeMap<String, String>,
}

/// What a password must be like.
#[expect(clippy::struct_excessive_bools, reason = "they are Cognito's own members")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasswordPolicy {
    /// Characters.
    pub minimum_length: u32,
    /// At least one uppercase letter.
    pub require_uppercase: bool,
    /// At least one lowercase letter.
    pub require_lowercase: bool,
    /// At least one digit.
    pub require_numbers: bool,
    /// At least one symbol.
    pub require_symbols: bool,
    /// Days until the password that an administrator gave expires.
    pub temporary_password_validity_days: u32,
}

/// What a user pool is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outputs {
    /// As `us-west-2_Ab3…`.
    pub id: String,
    pub arn: String,
    pub name: String,
}

/// The issuer in the tokens of a user pool.
#[must_use]
pub fn issuer(region: &str, id: &str) -> String {
    format!("https://cognito-idp.{region}.{}/{id}", dns_suffix(region))
}
