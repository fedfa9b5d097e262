//! The secret hash: the proof that a caller knows a client's secret.

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::{
    services::cognito::{client::Client, refusal},
    wire::error::AwsError,
};

/// `base64(HMAC-SHA256(client secret, username + client id))`.
pub(super) fn compute(secret: &str, username: &str, client: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    STANDARD.encode(hmac::sign(&key, format!("{username}{client}").as_bytes()))
}

/// Checks the hash for a username. A client without a secret accepts no hash.
pub(super) fn check(client: &Client, username: &str, given: Option<&str>) -> Result<(), AwsError> {
    check_any(client, &[username], given)
}

/// Checks the hash against several names of one user.
pub(super) fn check_any(client: &Client, usernames: &[&str], given: Option<&str>) -> Result<(), AwsError> {
    let id = &client.id;
    match (&client.secret, given) {
        (None, None) => Ok(()),
        (Some(_), None) => Err(refusal::not_authorized(format!(
            "Client {id} is configured with secret but SECRET_HASH was not received"
        ))),
        (Some(secret), Some(given)) if usernames.iter().any(|name| compute(secret, name, id) == given) => Ok(()),
        _ => Err(refusal::not_authorized(format!("Unable to verify secret hash for client {id}"))),
    }
}
