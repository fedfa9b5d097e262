//! The tokens that requests of a check carry.

use http::HeaderValue;

use crate::{diagnosis::TokenUse, users::Tokens};

/// What callers carry as `Authorization`.
#[derive(Default)]
pub(super) struct Bearer {
    pub(super) id: Option<HeaderValue>,
    pub(super) access: Option<HeaderValue>,
}

impl Bearer {
    pub(super) fn of(tokens: &Tokens) -> Self {
        Self { id: header(tokens.id.text.reveal()), access: header(tokens.access.text.reveal()) }
    }

    pub(super) fn token(&self, wanted: TokenUse) -> Option<&HeaderValue> {
        match wanted {
            TokenUse::Id => self.id.as_ref(),
            TokenUse::Access => self.access.as_ref(),
        }
    }

    /// The text without any of the tokens: a reader could call the API with one for a while.
    pub(super) fn withhold(&self, text: &str) -> String {
        let tokens = [&self.id, &self.access].into_iter().flatten().filter_map(|token| token.to_str().ok());
        tokens.fold(text.to_owned(), |text, token| text.replace(token, "(token)"))
    }
}

pub(super) fn header(token: &str) -> Option<HeaderValue> {
    let mut header = HeaderValue::from_str(token).ok()?;
    header.set_sensitive(true);
    Some(header)
}
