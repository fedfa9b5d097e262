//! Discovery documents for verifying a pool's tokens.

use serde_json::{Value, json};

use crate::{
    emulator::Emulator,
    services::cognito::{
        key::{SigningKey, key_ids},
        pool::UserPool,
    },
};

/// The document at `/{poolId}/.well-known/jwks.json` or `/{poolId}/.well-known/openid-configuration`; `None` for any
/// other path and for unknown pools.
pub(crate) fn well_known(emulator: &Emulator, path: &str, base_url: &str) -> Option<Value> {
    let (pool, document) = path.strip_prefix('/')?.split_once("/.well-known/")?;
    let mut world = emulator.world();
    let cognito = &mut world.cognito;
    match document {
        "jwks.json" => {
            cognito.pools.get(pool)?;
            let (modulus, exponent) = SigningKey::of(&mut cognito.signing_key).components();
            let key =
                |id| json!({ "alg": "RS256", "e": exponent, "kid": id, "kty": "RSA", "n": modulus, "use": "sig" });
            Some(json!({ "keys": key_ids(pool).map(key) }))
        }
        "openid-configuration" => Some(configuration(cognito.pools.get(pool)?, base_url)),
        _ => None,
    }
}

fn configuration(pool: &UserPool, base_url: &str) -> Value {
    json!({
        "id_token_signing_alg_values_supported": ["RS256"],
        "issuer": pool.issuer_at(base_url.strip_prefix("http://")),
        "jwks_uri": format!("{}/{}/.well-known/jwks.json", base_url.trim_end_matches('/'), pool.id),
        "response_types_supported": ["code", "token"],
        "scopes_supported": ["openid", "email", "phone", "profile"],
        "subject_types_supported": ["public"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
    })
}
