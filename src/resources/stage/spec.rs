//! The settings of a stage, and what AWS calls it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::access_log::AccessLog;
use crate::engine::Input;

/// What a stage is to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    pub rest_api_id: Input<String>,
    /// The first part of the path in its URLs.
    pub name: String,
    /// Never wanted. Intents of former versions have it, and a stage that is described by hand may.
    #[serde(default, skip_serializing)]
    pub description: Option<String>,
    /// The digest of everything that its deployment holds.
    pub fingerprint: Input<String>,
    /// Throttling by the key of a method setting, which is `*/*` for the whole stage.
    pub throttling: BTreeMap<String, Throttle>,
    /// Where it writes a line for each request; without one, what was set outside stackctl stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_log: Option<AccessLog>,
    /// The user's tags.
    pub tags: BTreeMap<String, String>,
}

/// How many requests are let in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Throttle {
    /// Requests a second in the long run.
    pub rate_limit: f64,
    /// Requests at once.
    pub burst_limit: i32,
}

/// What AWS calls it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outputs {
    pub rest_api_id: String,
    pub name: String,
    pub deployment_id: String,
}
