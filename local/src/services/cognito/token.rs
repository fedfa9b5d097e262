//! Signing and verification of JSON Web Tokens.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};

use crate::{
    emulator::world::World,
    services::cognito::{
        key::{SigningKey, key_ids},
        pool::UserPool,
    },
};

/// Why a token is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenProblem {
    /// Not a JSON Web Token of three parts, or not RS256.
    Malformed,
    /// Not signed with a key of these pools.
    BadSignature,
    /// `exp` has passed.
    Expired,
    /// Not issued by any of these pools.
    WrongIssuer,
}

/// The `token_use` of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenUse {
    Id,
    Access,
}

/// Checks that one of the pools issued the token and that it has not expired, and returns its claims.
///
/// The caller must check the token use, the client and the scopes. Revocation is not checked: API Gateway does not
/// check it either.
///
/// # Errors
/// If the token is malformed, expired, wrongly signed or not issued by one of the pools.
pub(crate) fn verify_token(
    world: &World,
    pool_arns: &[String],
    token: &str,
    now_epoch_seconds: i64,
) -> Result<Map<String, Value>, TokenProblem> {
    let pools = world.cognito.pools.values().filter(|pool| pool_arns.contains(&pool.arn)).collect::<Vec<_>>();
    let parts = Parts::read(token).ok_or(TokenProblem::Malformed)?;
    let issuer = parts.claims.get("iss").and_then(Value::as_str);
    let pool = pools
        .into_iter()
        .find(|pool| issuer.is_some_and(|issuer| pool.issues(issuer)))
        .ok_or(TokenProblem::WrongIssuer)?;
    let key = world.cognito.signing_key.as_ref().ok_or(TokenProblem::BadSignature)?;
    parts.checked(pool, key, now_epoch_seconds)
}

/// The parts of a token that is not verified yet.
pub(super) struct Parts<'a> {
    signed: &'a str,
    key_id: String,
    pub(super) claims: Map<String, Value>,
    signature: Vec<u8>,
}

impl<'a> Parts<'a> {
    pub(super) fn read(token: &'a str) -> Option<Self> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let header = object(header)?;
        if header.get("alg")? != "RS256" {
            return None;
        }
        let key_id = header.get("kid")?.as_str()?.to_owned();
        Some(Self { signed, key_id, claims: object(claims)?, signature: URL_SAFE_NO_PAD.decode(signature).ok()? })
    }

    /// Checks the signature and the expiry, and returns the claims.
    pub(super) fn checked(
        self,
        pool: &UserPool,
        key: &SigningKey,
        now_epoch_seconds: i64,
    ) -> Result<Map<String, Value>, TokenProblem> {
        let known = key_ids(&pool.id).contains(&self.key_id);
        if !known || !key.verifies(self.signed.as_bytes(), &self.signature) {
            return Err(TokenProblem::BadSignature);
        }
        let expires = self.claims.get("exp").and_then(Value::as_i64).ok_or(TokenProblem::Malformed)?;
        if expires <= now_epoch_seconds { Err(TokenProblem::Expired) } else { Ok(self.claims) }
    }
}

fn object(part: &str) -> Option<Map<String, Value>> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

/// Signs claims as a token of a pool.
pub(super) fn sign(key: &SigningKey, pool: &str, token_use: TokenUse, claims: &Map<String, Value>) -> String {
    let [id, access] = key_ids(pool);
    let header = json!({ "kid": if token_use == TokenUse::Id { id } else { access }, "alg": "RS256" });
    let claims = serde_json::to_vec(claims).expect("claims are plain data");
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims));
    let signature = URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes()));
    format!("{signed}.{signature}")
}
