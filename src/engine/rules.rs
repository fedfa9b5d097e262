//! The fixed properties of kinds, as far as planning needs them.

use std::time::Duration;

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

/// What a step of a kind asks of AWS, for the order of steps and their number at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Work {
    /// The service of its calls.
    pub service: &'static str,
    /// How many steps of the service make calls at once: as many as its request rate keeps busy.
    pub slots: usize,
    /// How long a creation typically takes, with the waits that what needs it has to sit out.
    pub creation: Duration,
}

impl Work {
    /// A single quick call.
    pub const LIGHT: Self = Self { service: "", slots: 10, creation: Duration::from_millis(500) };

    const fn of(service: &'static str, slots: usize, millis: u64) -> Self {
        Self { service, slots, creation: Duration::from_millis(millis) }
    }

    /// API Gateway: 10 calls a second, and one writer at a time for each API.
    #[must_use]
    pub const fn apigateway(millis: u64) -> Self {
        Self::of("apigateway", 10, millis)
    }

    /// Cognito: 15 calls a second for each category.
    #[must_use]
    pub const fn cognito(millis: u64) -> Self {
        Self::of("cognito-idp", 15, millis)
    }

    /// IAM: no published rate.
    #[must_use]
    pub const fn iam(millis: u64) -> Self {
        Self::of("iam", 20, millis)
    }

    /// Lambda: 15 calls a second, which may take a second each, and many more reads.
    #[must_use]
    pub const fn lambda(millis: u64) -> Self {
        Self::of("lambda", 30, millis)
    }

    /// CloudWatch Logs: no published rate.
    #[must_use]
    pub const fn logs(millis: u64) -> Self {
        Self::of("logs", 10, millis)
    }
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
    /// `Resource::WORK`.
    pub work: Work,
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
