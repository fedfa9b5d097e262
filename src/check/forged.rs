//! Tokens that look like the pool's, and that are not signed.

use aws_lc_rs::rand;
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::bearer::{Bearer, header};
use crate::{diagnosis::USER_SCOPE, resources::user_pool::issuer, stack::Outputs};

/// How long they claim to be good for, in seconds.
const LIFETIME: i64 = 300;

/// An ID token and an access token of no user, as the pool of a stack would give them out, with a random signature.
pub(super) fn tokens(outputs: &Outputs) -> Bearer {
    let pool = outputs.user_pool_id.as_deref().unwrap_or_default();
    let client = outputs.client_id.as_deref().unwrap_or_default();
    let issuer = issuer(&outputs.region, pool);
    let now = Timestamp::now().as_second();
    let nobody = "00000000-0000-0000-0000-000000000000";
    let id = json!({ "sub": nobody, "iss": issuer, "aud": client, "cognito:username": nobody, "token_use": "id",
        "auth_time": now, "iat": now, "exp": now + LIFETIME });
    let access = json!({ "sub": nobody, "iss": issuer, "client_id": client, "username": nobody,
        "token_use": "access", "scope": USER_SCOPE, "auth_time": now, "iat": now, "exp": now + LIFETIME });
    Bearer { id: header(&token(&id)), access: header(&token(&access)) }
}

fn token(claims: &Value) -> String {
    let mut signature = [0; 256];
    rand::fill(&mut signature).expect("the system has randomness");
    let head = json!({ "kid": "stackctl-check", "alg": "RS256" });
    let [head, claims] = [&head, claims].map(|part| BASE64_URL_SAFE_NO_PAD.encode(part.to_string()));
    format!("{head}.{claims}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
}
