//! The settings of a role, and what AWS calls it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::resources::policy::Policy;

/// How a role is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// At most 64 characters, unique in the account and all regions.
    pub name: String,
    /// As `/stackctl/myname1/`: orphans are found by it.
    pub path: String,
    pub description: String,
    pub assume_role_policy: Policy,
    /// What it may do, by policy name. Others are removed: the role is ours.
    pub inline_policies: BTreeMap<String, Policy>,
    /// The managed policies attached. Others are detached.
    pub managed_policy_arns: BTreeSet<String>,
    /// The user's own tags.
    pub tags: BTreeMap<String, String>,
}

/// What a role is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outputs {
    pub name: String,
    /// The ARN, with the path in it.
    pub arn: String,
}
