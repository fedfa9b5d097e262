//! The tokens of a sign-in, and how long each lives.

use aws_sdk_cognitoidentityprovider::types::AuthenticationResultType;

use super::{client::AppClient, error::UserError, secret::Secret, token::WebToken};

/// The tokens of a sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens {
    /// Says who the user is: what a route asks for that names no scopes.
    pub id: Token,
    /// Says what the user may do: what a route asks for that names scopes.
    pub access: Token,
    /// Is exchanged for new ones.
    pub refresh: Option<Token>,
}

/// A token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub text: Secret,
    /// Seconds from its issue until it expires.
    pub expires_in: u64,
}

impl Tokens {
    pub(super) fn read(result: &AuthenticationResultType, client: &AppClient) -> Result<Self, UserError> {
        let token = |text: &str, expires_in| Token { text: Secret::new(text), expires_in };
        let access_lifetime = u64::try_from(result.expires_in).unwrap_or_default();
        let (Some(id), Some(access)) = (&result.id_token, &result.access_token) else {
            return Err(UserError::NoAnswer);
        };
        Ok(Self {
            // `ExpiresIn` is the access token's; the ID token tells its own.
            id: token(id, lifetime(id).unwrap_or(access_lifetime)),
            access: token(access, access_lifetime),
            refresh: result.refresh_token.as_ref().map(|text| token(text, client.refresh_token_validity)),
        })
    }
}

/// Seconds between the issue of a JSON Web Token and its end.
fn lifetime(text: &str) -> Option<u64> {
    let token = WebToken::read(text).ok()?;
    u64::try_from(token.time("exp")? - token.time("iat")?).ok()
}
