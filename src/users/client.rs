//! The app client through which users sign in.

use aws_lc_rs::hmac;
use aws_sdk_cognitoidentityprovider::types::{TimeUnitsType, UserPoolClientType};
use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{error::UserError, pool::Users, secret::Secret};
use crate::aws::{call, operation};

/// Either of them lets an administrator send a password; the second is its old name.
const PASSWORD_FLOWS: [&str; 2] = ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"];

/// An app client, as it is now. Its secret is read whenever it is needed and kept nowhere.
#[derive(Debug, Clone)]
pub struct AppClient {
    pub id: String,
    /// The ways to sign in that it allows.
    pub explicit_auth_flows: Vec<String>,
    /// Seconds until a refresh token expires.
    pub refresh_token_validity: u64,
    /// Minutes in which a challenge must be answered.
    pub auth_session_validity: i32,
    secret: Option<Secret>,
}

impl AppClient {
    /// Reads a client of the pool.
    ///
    /// # Errors
    /// When there is no such client, or it cannot be read.
    pub async fn read(people: &Users<'_>, id: &str) -> Result<Self, UserError> {
        let request = people.cloud.cognito.describe_user_pool_client().user_pool_id(people.pool_id()).client_id(id);
        let answer = call(&people.context(), &operation::DESCRIBE_USER_POOL_CLIENT, || request.clone().send()).await;
        let client = answer.map_err(|error| people.about("the app client", "not read").reason(error))?.user_pool_client;
        client.map(|client| Self::of(id, client)).ok_or(UserError::NoAnswer)
    }

    /// The ids of all clients of the pool, sorted.
    ///
    /// # Errors
    /// When there is no such pool, or they cannot be listed.
    pub async fn ids(people: &Users<'_>) -> Result<Vec<String>, UserError> {
        let (mut ids, mut page) = (Vec::new(), None);
        loop {
            let request = people.cloud.cognito.list_user_pool_clients().user_pool_id(people.pool_id()).max_results(60);
            let request = request.set_next_token(page);
            let answer = call(&people.context(), &operation::LIST_USER_POOL_CLIENTS, || request.clone().send()).await;
            let answer = answer.map_err(|error| people.about("the app clients", "not listed").reason(error))?;
            ids.extend(answer.user_pool_clients.unwrap_or_default().into_iter().filter_map(|client| client.client_id));
            page = answer.next_token;
            if page.is_none() {
                ids.sort();
                return Ok(ids);
            }
        }
    }

    fn of(id: &str, client: UserPoolClientType) -> Self {
        let unit = client.token_validity_units.and_then(|units| units.refresh_token);
        let flows = client.explicit_auth_flows.unwrap_or_default();
        Self {
            id: id.to_owned(),
            explicit_auth_flows: flows.iter().map(|flow| flow.as_str().to_owned()).collect(),
            refresh_token_validity: refresh_token_validity(client.refresh_token_validity, unit.as_ref()),
            auth_session_validity: client.auth_session_validity.unwrap_or(3),
            secret: client.client_secret.map(Secret::new),
        }
    }

    /// Makes sure that an administrator may send a password.
    ///
    /// # Errors
    /// When the client does not allow it.
    pub fn check_flow(&self) -> Result<(), UserError> {
        if self.explicit_auth_flows.iter().any(|flow| PASSWORD_FLOWS.contains(&flow.as_str())) {
            return Ok(());
        }
        Err(UserError::FlowNotAllowed { client: self.id.clone(), allowed: self.explicit_auth_flows.clone() })
    }

    /// What proves, beside a name, that the caller knows the client's secret; `None` when it has none.
    pub(super) fn secret_hash(&self, username: &str) -> Option<String> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.secret.as_ref()?.reveal().as_bytes());
        Some(STANDARD.encode(hmac::sign(&key, format!("{username}{}", self.id).as_bytes())))
    }
}

/// Seconds; a zero stands for Cognito's thirty days.
fn refresh_token_validity(validity: i32, unit: Option<&TimeUnitsType>) -> u64 {
    let seconds = match unit {
        Some(TimeUnitsType::Seconds) => 1,
        Some(TimeUnitsType::Minutes) => 60,
        Some(TimeUnitsType::Hours) => 3600,
        _ => 86_400,
    };
    match u64::try_from(validity) {
        Ok(validity) if validity > 0 => validity * seconds,
        _ => 30 * 86_400,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(secret: Option<&str>) -> AppClient {
        let client = UserPoolClientType::builder().set_client_secret(secret.map(str::to_owned)).build();
        AppClient::of("abc", client)
    }

    #[test]
    fn the_secret_hash_is_over_the_name_and_the_client() {
        // echo -n annabc | openssl dgst -sha256 -hmac hush -binary | base64
        let hash = client(Some("hush")).secret_hash("ann");
        assert_eq!(hash.as_deref(), Some("bIYsm71HtCeCqvot/Aon0F6vXOp4fBDy7bkze/eoiBM="));
        assert_eq!(client(None).secret_hash("ann"), None);
    }

    #[test]
    fn a_clients_secret_is_not_in_its_debug_text() {
        assert!(!format!("{:?}", client(Some("hush"))).contains("hush"));
    }

    #[test]
    fn refresh_tokens_live_in_the_clients_units() {
        assert_eq!(refresh_token_validity(0, None), 30 * 86_400);
        assert_eq!(refresh_token_validity(2, None), 2 * 86_400);
        assert_eq!(refresh_token_validity(90, Some(&TimeUnitsType::Minutes)), 5400);
        assert_eq!(refresh_token_validity(3, Some(&TimeUnitsType::Hours)), 10_800);
        assert_eq!(refresh_token_validity(3600, Some(&TimeUnitsType::Seconds)), 3600);
    }
}
