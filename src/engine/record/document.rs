//! The state document: which things are ours, under which ids, and what was about to happen.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::{
    applied::AppliedDigests,
    identity::{StackIdentity, StackMismatch, same},
    release::{Changed, CheckUser, Release, Unconfirmed},
};
use crate::engine::{key::Key, verb::Verb};

/// The format that this version writes.
pub const STATE_FORMAT: u32 = 5;

/// Everything that is remembered of one stack and stage. It holds ids and digests, never a secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
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
    /// Which config file it was deployed from last, as the place of the state tells it from others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<String>,
    pub resources: BTreeMap<Key, Recorded>,
    /// What was about to be done when it was last saved.
    pub pending: BTreeMap<Key, Intent>,
    /// A change of what is served that is not confirmed yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unconfirmed: Option<Unconfirmed>,
    /// What changes were about that were put back since the last release.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub reverted: BTreeMap<Key, Changed>,
    /// The user that a check is about to make, until they are removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temporary_user: Option<CheckUser>,
    /// What was confirmed, oldest first: as much as can be gone back to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub releases: Vec<Release>,
    /// The version that wrote it.
    pub written_by: String,
}

impl State {
    /// The state of a stack that has nothing yet.
    #[must_use]
    pub fn new(identity: StackIdentity) -> Self {
        let StackIdentity { stack, stage, region, account, endpoint } = identity;
        Self {
            format: STATE_FORMAT,
            stack,
            stage,
            region,
            account,
            endpoint,
            lineage: Uuid::new_v4().to_string(),
            serial: 0,
            config: None,
            resources: BTreeMap::new(),
            pending: BTreeMap::new(),
            unconfirmed: None,
            reverted: BTreeMap::new(),
            temporary_user: None,
            releases: Vec::new(),
            written_by: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    /// Whether nothing is recorded, and no interrupted run was about to create anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.resources.is_empty() && self.pending.is_empty() && self.temporary_user.is_none()
    }

    /// The same without all other things: what a look at these alone and a plan for them alone begin with.
    #[must_use]
    pub fn only(&self, keys: &BTreeSet<Key>) -> Self {
        let mut part = self.clone();
        part.resources.retain(|key, _| keys.contains(key));
        part.pending.retain(|key, _| keys.contains(key));
        part
    }

    /// Checks that this is the state of the stack.
    ///
    /// # Errors
    /// When account, Region, endpoint, stack or stage differ: ids of one place mean nothing in another.
    pub fn check(&self, stack: &StackIdentity) -> Result<(), StackMismatch> {
        let endpoint = |endpoint: &Option<String>| endpoint.clone().unwrap_or_else(|| "AWS".into());
        self.check_name(&stack.stack, &stack.stage)?;
        same("region", &self.region, &stack.region)?;
        same("account", &self.account, &stack.account)?;
        same("endpoint", &endpoint(&self.endpoint), &endpoint(&stack.endpoint))
    }

    /// Checks that this is the state of a stack and stage, in any Region and account.
    ///
    /// # Errors
    /// When one of them differs.
    pub fn check_name(&self, stack: &str, stage: &str) -> Result<(), StackMismatch> {
        same("stack", &self.stack, stack)?;
        same("stage", &self.stage, stage)
    }
}

/// A thing that exists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recorded {
    pub outputs: Value,
    /// What its claim carries; `None` when it was recorded by a version that did not keep it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// What it needs: it must be gone before they go.
    pub needs: BTreeSet<Key>,
    /// Digests of the settings that were applied last; `None` when they were not kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applied: Option<AppliedDigests>,
    /// The ids of old ones that a replacement has not deleted yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaced: Vec<Value>,
}

/// A step that was about to be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intent {
    pub verb: Verb,
    /// What a created thing carries, so that it is found again.
    pub token: String,
    /// The settings, with symbols, and digests in the place of secrets; of steps that create.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spec: Option<Value>,
    pub needs: BTreeSet<Key>,
    /// When it was first written.
    pub since: Timestamp,
}
