//! The fixed properties of kinds, as far as planning needs them.

use serde_json::Value;

use super::{
    field::{Field, Fixed, Later, When},
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

/// The fixed properties of a kind; see `Resource`.
#[derive(Debug, Clone)]
pub struct KindRules {
    /// `Resource::KIND`.
    pub kind: Kind,
    /// `Resource::FIELDS`.
    pub fields: &'static [Field],
    /// `Resource::REPLACEMENT`.
    pub replacement: Replacement,
    /// `Resource::DIES_WITH`.
    pub dies_with: &'static [Kind],
    /// Whether it promises [`UserData`](super::UserData).
    pub precious: bool,
    /// `Resource::LISTED_LATE`.
    pub listed_late: bool,
    /// `Restore::LIVE`, of a kind that has a live version.
    pub serves: Option<&'static str>,
    /// `Restore::SETTING`, of a kind that has a live version.
    pub live_setting: Option<&'static str>,
}

/// What planning may know of a kind.
pub trait Rules {
    /// The fixed properties of a kind; `None` for one that this version does not know.
    fn traits(&self, kind: &Kind) -> Option<KindRules>;
}

impl KindRules {
    /// Whether AWS cannot change this field in place.
    #[must_use]
    pub fn fixes(&self, field: &str) -> bool {
        self.fields.iter().any(|one| one.name == field && one.when == When::Immutable)
    }

    /// The chosen settings that a creation with this spec fixes.
    pub(crate) fn fixed_by(&self, spec: &Value) -> Vec<Fixed> {
        let later = if self.precious { Later::Refused } else { Later::Replaced };
        let chosen = self.fields.iter().filter(|one| one.when == When::Immutable && one.config.is_some());
        let value = |one: &Field| match &spec[one.name] {
            Value::Null => serde_json::from_str(one.default).unwrap_or_default(),
            value => value.clone(),
        };
        chosen.map(|one| Fixed { field: one.name.into(), value: value(one), later }).collect()
    }
}
