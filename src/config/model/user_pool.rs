//! The Cognito user pool.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The Cognito user pool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct UserPool {
    /// What people sign in with instead of a username. Empty: a username of their own. It cannot be changed later
    /// without replacing the pool and losing its users.
    pub username_attributes: BTreeSet<UsernameAttribute>,

    /// Whether usernames and e-mail addresses are case-sensitive: whether `Ada@example.com` and `ada@example.com` are two
    /// users. Without it a new pool is case-insensitive and an existing one stays as it is. It cannot be changed later
    /// without replacing the pool and losing its users.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "bool")]
    pub case_sensitive: Option<bool>,

    /// Whether people sign in with a second factor, a code of an authenticator app.
    pub mfa: Mfa,

    /// What a password must be like.
    pub password_policy: PasswordPolicy,

    /// What Cognito verifies by sending a code.
    pub auto_verified_attributes: BTreeSet<AutoVerifiedAttribute>,

    /// Refuses to delete the pool until this is switched off.
    pub deletion_protection: bool,

    /// Whether people may register themselves. Otherwise only an administrator makes users.
    pub self_sign_up: bool,

    /// How a forgotten password is recovered, in order of preference. `admin_only` stands alone.
    #[schemars(length(min = 1))]
    pub account_recovery: Vec<RecoveryOption>,
}

impl Default for UserPool {
    fn default() -> Self {
        Self {
            username_attributes: BTreeSet::new(),
            case_sensitive: None,
            mfa: Mfa::Off,
            password_policy: PasswordPolicy::default(),
            auto_verified_attributes: BTreeSet::new(),
            // AWS's own default is off, but users that are gone cannot be made again.
            deletion_protection: true,
            self_sign_up: false,
            account_recovery: vec![RecoveryOption::VerifiedEmail, RecoveryOption::VerifiedPhoneNumber],
        }
    }
}

/// What a password must be like. What is left out has AWS's default.
#[expect(clippy::struct_excessive_bools, reason = "they are Cognito's own five members")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct PasswordPolicy {
    /// Characters, 6 to 99.
    pub minimum_length: u32,

    /// At least one uppercase letter.
    pub require_uppercase: bool,

    /// At least one lowercase letter.
    pub require_lowercase: bool,

    /// At least one digit.
    pub require_numbers: bool,

    /// At least one symbol.
    pub require_symbols: bool,

    /// Days until the password that an administrator gave a new user expires, 1 to 365; 0 is Cognito's default, 7.
    pub temporary_password_validity_days: u32,
}

impl Default for PasswordPolicy {
    fn default() -> Self {
        Self {
            minimum_length: 8,
            require_uppercase: true,
            require_lowercase: true,
            require_numbers: true,
            require_symbols: true,
            temporary_password_validity_days: 7,
        }
    }
}

words! {
    /// What people sign in with instead of a username.
    UsernameAttribute {
        /// The e-mail address.
        Email = "email",
        /// The phone number.
        PhoneNumber = "phone_number",
    }
}

words! {
    /// What Cognito verifies by sending a code.
    AutoVerifiedAttribute {
        /// The e-mail address, through Cognito's own mail (about 50 a day).
        Email = "email",
        /// The phone number. It needs an SMS configuration, which stackctl does not make.
        PhoneNumber = "phone_number",
    }
}

words! {
    /// Whether people sign in with a second factor.
    Mfa {
        /// Password only.
        Off = "OFF",
        /// Whoever has registered an authenticator app is asked for its code.
        Optional = "OPTIONAL",
        /// Everybody must register an authenticator app.
        On = "ON",
    }
}

words! {
    /// How a forgotten password is recovered.
    RecoveryOption {
        /// A code to the verified e-mail address.
        VerifiedEmail = "verified_email",
        /// A code to the verified phone number.
        VerifiedPhoneNumber = "verified_phone_number",
        /// Only an administrator resets passwords.
        AdminOnly = "admin_only",
    }
}
