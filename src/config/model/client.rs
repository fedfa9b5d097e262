//! The app client.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The app client of the user pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
#[schemars(rename = "Client")]
pub struct ClientConfig {
    /// Whether the client has a secret. Cannot be changed later without replacing the client.
    pub generate_secret: bool,

    /// The allowed authentication flows.
    #[schemars(length(min = 1))]
    pub explicit_auth_flows: BTreeSet<AuthFlow>,

    /// Minutes until an access token expires, 5 to 1440.
    pub access_token_validity_minutes: u32,

    /// Minutes until an ID token expires, 5 to 1440.
    pub id_token_validity_minutes: u32,

    /// Days until a refresh token expires, 1 to 3650.
    pub refresh_token_validity_days: u32,

    /// Returns the same error for a wrong password and an unknown user, so that callers cannot find out which accounts exist.
    pub prevent_user_existence_errors: bool,
}

impl Default for ClientConfig {
    fn default() -> Self {
        Self {
            generate_secret: false,
            explicit_auth_flows: [AuthFlow::AdminUserPasswordAuth, AuthFlow::RefreshTokenAuth].into(),
            access_token_validity_minutes: 60,
            id_token_validity_minutes: 60,
            refresh_token_validity_days: 30,
            // AWS's own default is LEGACY, for old clients; its console chooses ENABLED.
            prevent_user_existence_errors: true,
        }
    }
}

words! {
    /// An authentication flow.
    AuthFlow {
        /// A server with AWS credentials sends the password. `stackctl user` uses this flow.
        AdminUserPasswordAuth = "ALLOW_ADMIN_USER_PASSWORD_AUTH",
        /// A refresh token is exchanged for new tokens.
        RefreshTokenAuth = "ALLOW_REFRESH_TOKEN_AUTH",
        /// The client proves the password without sending it (SRP).
        UserSrpAuth = "ALLOW_USER_SRP_AUTH",
        /// The client sends the password.
        UserPasswordAuth = "ALLOW_USER_PASSWORD_AUTH",
        /// Lambda triggers of the pool define the challenges.
        CustomAuth = "ALLOW_CUSTOM_AUTH",
        /// The user chooses among the factors that the pool offers.
        UserAuth = "ALLOW_USER_AUTH",
    }
}
