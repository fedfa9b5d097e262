//! Settings that AWS fixes when it creates a resource.

use serde::Serialize;
use serde_json::Value;

/// A top-level field of a spec that AWS cannot change in place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Immutable {
    /// Its name in the spec.
    pub(crate) field: &'static str,
    /// Whether a key of the config decides on it. Otherwise it follows from names and ids.
    pub(super) chosen: bool,
    /// What a creation takes for a field left open, as JSON.
    pub(super) default: &'static str,
}

/// An immutable setting of a resource that is about to be created.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Fixed {
    /// The field of the spec.
    pub(crate) field: &'static str,
    /// What it is created with.
    pub(crate) value: Value,
    /// What a later change of it comes to.
    pub(crate) later: Later,
}

/// What a later change of an immutable setting comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Later {
    /// It is refused, because a replacement would lose people's data.
    Refused,
    /// The resource is replaced.
    Replaced,
}

impl Immutable {
    /// A field that a key of the config decides on: the plan of a creation shows it.
    #[must_use]
    pub const fn chosen(field: &'static str) -> Self {
        Self { field, chosen: true, default: "null" }
    }

    /// A field that follows from names and ids.
    #[must_use]
    pub const fn derived(field: &'static str) -> Self {
        Self { field, chosen: false, default: "null" }
    }

    /// With what a creation takes, as JSON, where the spec leaves the field open.
    #[must_use]
    pub const fn or(self, default: &'static str) -> Self {
        Self { default, ..self }
    }
}
