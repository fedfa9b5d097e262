//! The fixed properties of kinds, as far as planning needs them.

use serde_json::Value;

use super::{
    immutable::{Fixed, Immutable, Later},
    key::Kind,
};

/// Whether a replacement makes the new thing before it removes the old one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replacement {
    /// Both can exist at once: what depends on the old one moves over before it goes.
    CreateFirst,
    /// They would share a name: the old one goes first.
    DeleteFirst,
}

/// The fixed properties of a kind; see [`Resource`].
#[derive(Debug, Clone)]
pub struct Traits {
    /// [`Resource::KIND`].
    pub kind: Kind,
    /// [`Resource::IMMUTABLE`].
    pub immutable: &'static [Immutable],
    /// [`Resource::REPLACEMENT`].
    pub replacement: Replacement,
    /// [`Resource::DIES_WITH`].
    pub dies_with: &'static [Kind],
    /// Whether it promises [`UserData`](super::UserData).
    pub precious: bool,
    /// [`Resource::SECRET`].
    pub secret: &'static [&'static str],
    /// [`Resource::LISTED_LATE`].
    pub listed_late: bool,
    /// [`Restore::LIVE`], of a kind that has a live version.
    pub serves: Option<&'static str>,
}

/// What planning may know of a kind.
pub trait Rules {
    /// The fixed properties of a kind; `None` for one that this version does not know.
    fn traits(&self, kind: &Kind) -> Option<Traits>;
}

impl Traits {
    /// Whether AWS cannot change this field in place.
    #[must_use]
    pub fn fixes(&self, field: &str) -> bool {
        self.immutable.iter().any(|one| one.field == field)
    }

    /// The chosen settings that a creation with this spec fixes.
    pub(crate) fn fixed_by(&self, spec: &Value) -> Vec<Fixed> {
        let later = if self.precious { Later::Refused } else { Later::Replaced };
        let chosen = self.immutable.iter().filter(|one| one.chosen);
        let value = |one: &Immutable| match &spec[one.field] {
            Value::Null => serde_json::from_str(one.default).unwrap_or_default(),
            value => value.clone(),
        };
        chosen.map(|one| Fixed { field: one.field, value: value(one), later }).collect()
    }
}
