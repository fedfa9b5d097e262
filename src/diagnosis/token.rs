//! The token that a route requires, and the claims of a token.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

use crate::config::RouteAuth;

/// The only scope in the access token of a user who signs in with a password. Other scopes come from the pool's OAuth
/// endpoints or from a trigger.
pub(crate) const USER_SCOPE: &str = "aws.cognito.signin.user.admin";

/// The kinds of token that a route can require.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenUse {
    Id,
    Access,
}

/// The claims of a token, not verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Claims {
    /// `id` or `access`.
    pub(super) token_use: String,
    pub(super) pool_id: String,
    /// The expiration time, in seconds since 1970.
    pub(super) expires: i64,
    /// The scopes of an access token.
    pub(super) scopes: Vec<String>,
}

/// The token that a route requires; `None` for a public route.
pub(crate) fn wanted(auth: &RouteAuth) -> Option<TokenUse> {
    match auth {
        RouteAuth::None => None,
        RouteAuth::IdToken => Some(TokenUse::Id),
        RouteAuth::Scopes(_) => Some(TokenUse::Access),
    }
}

/// Whether the token of a user who signs in with a password is sufficient.
pub(super) fn is_for_users(auth: &RouteAuth) -> bool {
    match auth {
        RouteAuth::None | RouteAuth::IdToken => true,
        RouteAuth::Scopes(scopes) => scopes.contains(USER_SCOPE),
    }
}

impl TokenUse {
    /// The name with its article.
    pub(super) fn described(self) -> &'static str {
        match self {
            Self::Id => "an ID token",
            Self::Access => "an access token",
        }
    }
}

impl Claims {
    /// Parses a token, with or without `Bearer`; `None` if it is not a Cognito token.
    pub(super) fn read(token: &str) -> Option<Self> {
        let token = token.trim();
        let mut parts = token.strip_prefix("Bearer ").unwrap_or(token).split('.').skip(1);
        let payload = URL_SAFE_NO_PAD.decode(parts.next()?).ok()?;
        let claims: Value = serde_json::from_slice(&payload).ok()?;
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        Some(Self {
            token_use: text("token_use")?.to_owned(),
            pool_id: text("iss")?.rsplit('/').next()?.to_owned(),
            expires: claims.get("exp")?.as_i64()?,
            scopes: text("scope").unwrap_or_default().split_whitespace().map(str::to_owned).collect(),
        })
    }
}
