//! Looking into a token: whose it is, and whether it is genuine and of use.

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::{Map, Value};

/// A JSON Web Token, taken apart; nothing of it is trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebToken {
    /// What it says of itself.
    pub claims: Map<String, Value>,
    key_id: String,
    algorithm: String,
    signed: String,
    signature: Vec<u8>,
}

/// Why a text is no token that can be looked into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoToken {
    /// Five parts: encrypted.
    #[error("this is a refresh token: only Cognito can read it")]
    Refresh,
    #[error("this is no JSON Web Token: three parts with dots between, of which two are JSON in base64")]
    Malformed,
}

/// What is wrong with a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenProblem {
    #[error("it is signed with a key that its user pool does not have")]
    UnknownKey,
    #[error("its signature is not that of its user pool")]
    BadSignature,
    #[error("it has expired")]
    Expired,
    #[error("it is neither an ID token nor an access token")]
    NoUse,
}

/// The user pool that says it has issued a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    /// The URL, as the token has it.
    pub url: String,
    pub pool_id: String,
    /// Whether it is the one of a local emulator, for libraries that discover the keys there.
    pub is_local: bool,
}

/// The public keys of an issuer.
#[derive(Debug, Clone, Deserialize)]
pub struct WebKeys {
    keys: Vec<WebKey>,
}

#[derive(Debug, Clone, Deserialize)]
struct WebKey {
    kid: String,
    kty: String,
    n: String,
    e: String,
}

impl WebToken {
    /// Takes a token apart.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(text: &str) -> Result<Self, NoToken> {
        let parts: Vec<&str> = text.split('.').collect();
        let [head, body, signature] = parts[..] else {
            return Err(if parts.len() == 5 { NoToken::Refresh } else { NoToken::Malformed });
        };
        let header = object(head).ok_or(NoToken::Malformed)?;
        let word = |name: &str| header.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(Self {
            claims: object(body).ok_or(NoToken::Malformed)?,
            key_id: word("kid"),
            algorithm: word("alg"),
            signed: format!("{head}.{body}"),
            signature: URL_SAFE_NO_PAD.decode(signature).map_err(|_| NoToken::Malformed)?,
        })
    }

    /// A claim that is a text.
    #[must_use]
    pub fn text(&self, claim: &str) -> Option<&str> {
        self.claims.get(claim)?.as_str()
    }

    /// A claim that is a time, in seconds of the epoch.
    #[must_use]
    pub fn time(&self, claim: &str) -> Option<i64> {
        self.claims.get(claim)?.as_i64()
    }

    /// The user pool that it names as its issuer; `None` when that is no user pool of Cognito.
    ///
    /// Keys are never requested from a host that only the token names.
    #[must_use]
    pub fn issuer(&self) -> Option<Issuer> {
        let url = self.text("iss")?;
        let (host, pool_id) = url.split_once("://")?.1.split_once('/')?;
        let (region, rest) = pool_id.split_once('_')?;
        let named = rest.len() > 1 && rest.bytes().all(|byte| byte.is_ascii_alphanumeric()) && is_region(region);
        let hosts = ["cognito-idp", "issuer-cognito-idp"].into_iter().flat_map(|service| {
            ["amazonaws.com", "amazonaws.com.cn"].map(|domain| format!("{service}.{region}.{domain}"))
        });
        let is_of_aws = url.starts_with("https://") && hosts.into_iter().any(|known| known == host);
        let port = host.strip_prefix("cognito-idp.localhost:").filter(|_| url.starts_with("http://"));
        let is_local = port.is_some_and(|port| port.parse::<u16>().is_ok());
        (named && (is_of_aws || is_local)).then(|| Issuer {
            url: url.to_owned(),
            pool_id: pool_id.to_owned(),
            is_local,
        })
    }

    /// Checks signature, use and time, in this order.
    ///
    /// # Errors
    /// The first that is wrong.
    pub fn verify(&self, keys: &WebKeys, now: i64) -> Result<(), TokenProblem> {
        let key = keys.keys.iter().find(|key| key.kid == self.key_id && key.kty == "RSA");
        let key = key.filter(|_| self.algorithm == "RS256").ok_or(TokenProblem::UnknownKey)?;
        if !key.verifies(self.signed.as_bytes(), &self.signature) {
            return Err(TokenProblem::BadSignature);
        }
        if !matches!(self.text("token_use"), Some("id" | "access")) {
            return Err(TokenProblem::NoUse);
        }
        match self.time("exp") {
            Some(expires) if expires > now => Ok(()),
            _ => Err(TokenProblem::Expired),
        }
    }
}

impl WebKey {
    fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let part = |text: &str| URL_SAFE_NO_PAD.decode(text).ok();
        let (Some(n), Some(e)) = (part(&self.n), part(&self.e)) else { return false };
        RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok()
    }
}

fn is_region(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn object(part: &str) -> Option<Map<String, Value>> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::{
        rand::SystemRandom,
        rsa::{KeyPair, KeySize},
        signature::{KeyPair as _, RSA_PKCS1_SHA256},
    };
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn text(header: &Value, claims: &Value, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(sign(signed.as_bytes())))
    }

    fn issued_by(url: &str) -> Option<String> {
        let token = text(&json!({}), &json!({ "iss": url }), |_| Vec::new());
        WebToken::read(&token).unwrap().issuer().map(|issuer| issuer.pool_id)
    }

    #[test]
    fn only_user_pools_are_asked_for_their_keys() {
        let pool = Some("us-west-2_Ab3dEf6hI".to_owned());
        assert_eq!(issued_by("https://cognito-idp.us-west-2.amazonaws.com/us-west-2_Ab3dEf6hI"), pool);
        assert_eq!(issued_by("https://issuer-cognito-idp.us-west-2.amazonaws.com/us-west-2_Ab3dEf6hI"), pool);
        assert_eq!(issued_by("http://cognito-idp.localhost:4566/us-west-2_Ab3dEf6hI"), pool);
        assert!(issued_by("https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_Ab3dEf6hI").is_some());
        for other in [
            "http://cognito-idp.us-west-2.amazonaws.com/us-west-2_Ab3dEf6hI",
            "https://cognito-idp.us-west-2.example.com/us-west-2_Ab3dEf6hI",
            "https://cognito-idp.eu-west-1.amazonaws.com/us-west-2_Ab3dEf6hI",
            "http://cognito-idp.localhost:4566@example.com/us-west-2_Ab3dEf6hI",
            "https://cognito-idp.localhost:4566/us-west-2_Ab3dEf6hI",
            "https://evil@cognito-idp.us-west-2.amazonaws.com/us-west-2_Ab3dEf6hI",
            "https://cognito-idp.x/y.amazonaws.com/x/y_Ab3dEf6hI",
            "https://cognito-idp.us-west-2.amazonaws.com/us-west-2_Ab3dEf6hI/../x",
            "https://accounts.example.com",
            "",
        ] {
            assert_eq!(issued_by(other), None, "{other}");
        }
    }

    #[test]
    fn a_token_is_checked_by_key_signature_use_and_time() {
        let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let sign = |message: &[u8]| {
            let mut signature = vec![0; pair.public_modulus_len()];
            pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).unwrap();
            signature
        };
        // `RSAPublicKey` of RFC 8017: the modulus after nine bytes, the exponent after two more.
        let public = pair.public_key().as_ref();
        let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let key = json!({ "kid": "k", "kty": "RSA", "n": part(&public[9..265]), "e": part(&public[267..]) });
        let keys: WebKeys = serde_json::from_value(json!({ "keys": [key] })).unwrap();
        let verdict = |token: &str| WebToken::read(token).unwrap().verify(&keys, NOW);
        let header = json!({ "kid": "k", "alg": "RS256" });
        let claims = json!({ "token_use": "id", "exp": NOW + 1 });
        assert_eq!(verdict(&text(&header, &claims, sign)), Ok(()));
        let unsigned = verdict(&text(&header, &claims, |_| vec![0; 256]));
        assert_eq!(unsigned, Err(TokenProblem::BadSignature));
        for header in [json!({ "kid": "l", "alg": "RS256" }), json!({ "kid": "k", "alg": "none" })] {
            assert_eq!(verdict(&text(&header, &claims, sign)), Err(TokenProblem::UnknownKey));
        }
        let expired = json!({ "token_use": "id", "exp": NOW });
        assert_eq!(verdict(&text(&header, &expired, sign)), Err(TokenProblem::Expired));
        let other = json!({ "token_use": "refresh", "exp": NOW + 1 });
        assert_eq!(verdict(&text(&header, &other, sign)), Err(TokenProblem::NoUse));
    }
}
