//! The Cognito user pool.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The Cognito user pool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
#[schemars(rename = "UserPool")]
pub struct UserPoolConfig {
    /// What users sign in with instead of a username. Empty: a username. Cannot be changed later without replacing the pool
    /// and losing its users.
    pub username_attributes: BTreeSet<UsernameAttribute>,

    /// Whether `Ada@example.com` and `ada@example.com` are two users. Without it a new pool is case-insensitive and an
    /// existing pool is not changed. Cannot be changed later without replacing the pool and losing its users.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "bool")]
    pub case_sensitive: Option<bool>,

    /// Multi-factor authentication with codes of an authenticator app.
    pub mfa: Mfa,

    /// The password policy.
    pub password_policy: PasswordPolicyConfig,

    /// Attributes that Cognito verifies by sending a code.
    pub auto_verified_attributes: BTreeSet<AutoVerifiedAttribute>,

    /// AWS rejects the deletion of the pool while this is on. `stackctl down` turns it off before it deletes the pool.
    pub deletion_protection: bool,

    /// Whether users may sign up. Otherwise only an administrator creates users.
    pub self_sign_up: bool,

    /// How users recover a forgotten password, in order of preference. `admin_only` must be the only entry.
    #[schemars(length(min = 1))]
    pub account_recovery: Vec<RecoveryOption>,
}

impl Default for UserPoolConfig {
    fn default() -> Self {
        Self {
            username_attributes: BTreeSet::new(),
            case_sensitive: None,
            mfa: Mfa::Off,
            password_policy: PasswordPolicyConfig::default(),
            auto_verified_attributes: BTreeSet::new(),
            // AWS's own default is off, but deleted users cannot be restored.
            deletion_protection: true,
            self_sign_up: false,
            account_recovery: vec![RecoveryOption::VerifiedEmail, RecoveryOption::VerifiedPhoneNumber],
        }
    }
}

/// The password policy.
#[expect(clippy::struct_excessive_bools, reason = "they are Cognito's own five members")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
#[schemars(rename = "PasswordPolicy")]
pub struct PasswordPolicyConfig {
    /// Minimum number of characters, 6 to 99.
    pub minimum_length: u32,

    /// At least one uppercase letter.
    pub require_uppercase: bool,

    /// At least one lowercase letter.
    pub require_lowercase: bool,

    /// At least one digit.
    pub require_numbers: bool,

    /// At least one symbol.
    pub require_symbols: bool,

    /// Days until a temporary password expires, 1 to 365; 0 is Cognito's default, 7.
    pub temporary_password_validity_days: u32,
}

impl Default for PasswordPolicyConfig {
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
    /// What users sign in with instead of a username.
    UsernameAttribute {
        /// The e-mail address.
        Email = "email",
        /// The phone number.
        PhoneNumber = "phone_number",
    }
}

words! {
    /// Attributes that Cognito verifies by sending a code.
    AutoVerifiedAttribute {
        /// The e-mail address, through Cognito's own e-mail (about 50 a day).
        Email = "email",
        /// The phone number. Requires an SMS configuration, which stackctl does not create.
        PhoneNumber = "phone_number",
    }
}

words! {
    /// Multi-factor authentication.
    Mfa {
        /// Password only.
        Off = "OFF",
        /// Users who have registered an authenticator app are asked for its code.
        Optional = "OPTIONAL",
        /// All users must register an authenticator app.
        On = "ON",
    }
}

words! {
    /// How users recover a forgotten password.
    RecoveryOption {
        /// A code to the verified e-mail address.
        VerifiedEmail = "verified_email",
        /// A code to the verified phone number.
        VerifiedPhoneNumber = "verified_phone_number",
        /// Only an administrator resets passwords.
        AdminOnly = "admin_only",
    }
}
