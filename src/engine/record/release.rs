//! What is served: a change of it that is not confirmed yet, and what was confirmed before.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::engine::{key::Key, verb::Verb};

/// A change of what is served that is not confirmed yet.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unconfirmed {
    /// What each thing that the change touches served before it; `None` for what served nothing yet.
    pub before: BTreeMap<Key, Option<String>>,
    pub changes: BTreeMap<Key, Changed>,
    /// The release that is being gone back to, when it is that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back_to: Option<u64>,
    /// What was live when rolling back to that release began: what is rolled forward to when its check fails.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub from: BTreeMap<Key, String>,
}

/// What was changed of one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Changed {
    pub verb: Verb,
    /// The settings that differed, without their values.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub settings: BTreeSet<String>,
}

/// A confirmed change of the live version.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// From 1, and given once as long as the stack is there.
    pub number: u64,
    /// When it was confirmed.
    #[schemars(with = "String")]
    pub at: Timestamp,
    pub by: String,
    /// Whether its check has passed; otherwise it was not asked for.
    pub checked: bool,
    /// The release that it went back to, when it is none of a new configuration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back_to: Option<u64>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub changes: BTreeMap<Key, Changed>,
    /// What each thing served from then on.
    pub serves: BTreeMap<Key, String>,
    /// Everything that its deployment needs to respond to a request, each with the token of its claim. Empty when it was
    /// recorded by a version that did not keep it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub needs: BTreeMap<Key, Option<String>>,
    /// What its check asked, as the check itself writes it down.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub checks: Value,
}

/// A user who is there only while a check is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckUser {
    pub user_pool_id: String,
    /// The unique name.
    pub username: String,
}

impl Unconfirmed {
    /// Whether nothing of what the change touches served anything before it, so that there is nothing to go back to: all of
    /// it is new, or made anew.
    #[must_use]
    pub fn is_first(&self) -> bool {
        self.before.values().all(Option::is_none)
    }
}
