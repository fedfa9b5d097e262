//! Which token a route takes, and what a token says of itself.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

use crate::config::Auth;

/// The only scope in the access token of somebody who signs in with a password. Others come from the pool's OAuth
/// endpoints or from a trigger.
pub(crate) const USER_SCOPE: &str = "aws.cognito.signin.user.admin";

/// The tokens that a route may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenUse {
    /// Says who somebody is.
    Id,
    /// Says what somebody may do.
    Access,
}

/// What a token says of itself. Nobody has verified it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Claims {
    /// `id` or `access`.
    pub(super) token_use: String,
    /// The id of the user pool.
    pub(super) pool_id: String,
    /// Seconds since 1970.
    pub(super) expires: i64,
    /// Of an access token.
    pub(super) scopes: Vec<String>,
}

/// The token that is asked for; none where everybody may call.
pub(crate) fn wanted(auth: &Auth) -> Option<TokenUse> {
    match auth {
        Auth::None => None,
        Auth::IdToken => Some(TokenUse::Id),
        Auth::Scopes(_) => Some(TokenUse::Access),
    }
}

/// Whether the token of somebody who signs in with a password is enough.
pub(super) fn is_for_users(auth: &Auth) -> bool {
    match auth {
        Auth::None | Auth::IdToken => true,
        Auth::Scopes(scopes) => scopes.contains(USER_SCOPE),
    }
}

impl TokenUse {
    /// With its article.
    pub(super) fn described(self) -> &'static str {
        match self {
            Self::Id => "an ID token",
            Self::Access => "an access token",
        }
    }
}

impl Claims {
    /// Reads a token, bare or behind `Bearer`; nothing when it is not one of Cognito's.
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
