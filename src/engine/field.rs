//! What is special about the settings of a kind: one row for each field of its spec.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A top-level field of a spec.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    pub name: &'static str,
    /// How AWS treats it.
    pub when: When,
    /// Why that is so, in AWS's terms.
    pub reason: &'static str,
    /// The key of the config that decides on it; `None` when it follows from names and ids.
    pub config: Option<&'static str>,
    /// What a creation takes for a field left open, as JSON.
    pub(super) default: &'static str,
}

/// How AWS treats a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// An update changes it and nothing else.
    Managed,
    /// It is fixed at creation: a change replaces the resource.
    Immutable,
    /// An update that leaves it out resets it, so it is always sent.
    ResetWhenOmitted,
    /// Never desired: it only reports what another process has set, so that an update removes that.
    FilledInByAws,
    /// Managed, and its values are never shown nor recorded.
    Secret,
}

/// An immutable setting of a resource that is about to be created.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema, Deserialize)]
pub(crate) struct Fixed {
    pub(crate) field: Cow<'static, str>,
    pub(crate) value: Value,
    /// What a later change of it comes to.
    pub(crate) later: Later,
}

/// What a later change of an immutable setting comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Later {
    /// It is refused, because a replacement would lose users' data.
    Refused,
    Replaced,
}

impl Field {
    const fn new(name: &'static str, when: When, reason: &'static str) -> Self {
        Self { name, when, reason, config: None, default: "null" }
    }

    /// A field that an update changes.
    #[must_use]
    pub const fn managed(name: &'static str) -> Self {
        Self::new(name, When::Managed, "")
    }

    /// A field that AWS cannot change in place.
    #[must_use]
    pub const fn immutable(name: &'static str, reason: &'static str) -> Self {
        Self::new(name, When::Immutable, reason)
    }

    /// A field that an update resets unless it is sent.
    #[must_use]
    pub const fn reset(name: &'static str, reason: &'static str) -> Self {
        Self::new(name, When::ResetWhenOmitted, reason)
    }

    /// A field that is never desired.
    #[must_use]
    pub const fn filled_in(name: &'static str, reason: &'static str) -> Self {
        Self::new(name, When::FilledInByAws, reason)
    }

    /// A field with values that are never shown nor recorded.
    #[must_use]
    pub const fn secret(name: &'static str, reason: &'static str) -> Self {
        Self::new(name, When::Secret, reason)
    }

    /// With the key of the config that decides on it.
    #[must_use]
    pub const fn config(self, key: &'static str) -> Self {
        Self { config: Some(key), ..self }
    }

    /// With what a creation takes, as JSON, where the spec leaves the field open.
    #[must_use]
    pub const fn or(self, default: &'static str) -> Self {
        Self { default, ..self }
    }
}

/// Whether the values of a field are never shown nor recorded.
#[must_use]
pub fn is_secret(fields: &[Field], name: &str) -> bool {
    fields.iter().any(|field| field.name == name && field.when == When::Secret)
}
