//! The tokens of a sign-in.

use serde::{Serialize, Serializer, ser::SerializeStruct as _};

use super::card::Card;
use crate::users::{Token, Tokens};

/// A user has signed in.
#[derive(Debug)]
pub(crate) struct SignedIn<'a> {
    /// The given username.
    pub(crate) user: &'a str,
    pub(crate) tokens: &'a Tokens,
    /// Whether to print the access token instead of the ID token.
    pub(crate) access: bool,
}

impl Card for SignedIn<'_> {
    const EVENT: &'static str = "signed_in";

    /// The token only, for `TOKEN=$(…)`.
    fn text(&self) -> String {
        let token = if self.access { &self.tokens.access } else { &self.tokens.id };
        format!("{}\n", token.text.reveal())
    }
}

impl Serialize for SignedIn<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Tokens { id, access, refresh } = self.tokens;
        let text = |token: &Token| token.text.reveal().to_owned();
        let mut event = serializer.serialize_struct("signed_in", 8)?;
        event.serialize_field("user", self.user)?;
        event.serialize_field("token_type", "Bearer")?;
        event.serialize_field("id_token", &text(id))?;
        event.serialize_field("id_token_expires_in", &id.expires_in)?;
        event.serialize_field("access_token", &text(access))?;
        event.serialize_field("access_token_expires_in", &access.expires_in)?;
        event.serialize_field("refresh_token", &refresh.as_ref().map(text))?;
        event.serialize_field("refresh_token_expires_in", &refresh.as_ref().map(|token| token.expires_in))?;
        event.end()
    }
}

impl schemars::JsonSchema for SignedIn<'_> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "SignedIn".into()
    }

    fn json_schema(_generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "object",
            "required": [
                "user", "token_type", "id_token", "id_token_expires_in", "access_token", "access_token_expires_in",
                "refresh_token", "refresh_token_expires_in"
            ],
            "properties": {
                "user": { "type": "string" },
                "token_type": { "const": "Bearer" },
                "id_token": { "type": "string" },
                "id_token_expires_in": { "type": "integer", "description": "in seconds" },
                "access_token": { "type": "string" },
                "access_token_expires_in": { "type": "integer", "description": "in seconds" },
                "refresh_token": { "type": ["string", "null"] },
                "refresh_token_expires_in": { "type": ["integer", "null"], "description": "in seconds" }
            }
        })
    }
}
