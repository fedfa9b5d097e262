//! The state document: which things are ours, under which ids, and what was about to happen.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::engine::{Key, Verb};

/// The format that this version writes.
pub const FORMAT: u32 = 1;

/// Everything that is remembered of one stack and stage. It holds ids and digests, never a secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// The format of this document.
    pub format: u32,
    /// `deployment.serviceName`.
    pub stack: String,
    /// `deployment.stage`.
    pub stage: String,
    /// Where the things are.
    pub region: String,
    /// Whose the things are, twelve digits.
    pub account: String,
    /// The endpoint that stood in for AWS's own, when one did.
    pub endpoint: Option<String>,
    /// Made once, when the state is: two states of one stack that differ in it must not overwrite each other.
    pub lineage: String,
    /// Counts the saves.
    pub serial: u64,
    /// What exists.
    pub resources: BTreeMap<Key, Recorded>,
    /// What was about to be done when it was last saved.
    pub pending: BTreeMap<Key, Intent>,
    /// The version that wrote it.
    pub written_by: String,
}

/// A thing that exists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recorded {
    /// Its ids.
    pub outputs: Value,
    /// What it needs: it must be gone before they go.
    pub after: BTreeSet<Key>,
    /// The ids of old ones that a replacement has not deleted yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaced: Vec<Value>,
}

/// A step that was about to be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intent {
    /// What was to be done.
    pub verb: Verb,
    /// What a created thing carries, so that it is found again.
    pub token: String,
    /// The settings, with symbols, and digests in the place of secrets; of steps that create.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spec: Option<Value>,
    /// What the thing needs.
    pub after: BTreeSet<Key>,
    /// When it was first written.
    pub since: Timestamp,
}
