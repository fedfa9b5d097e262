//! The settings of a function, and what AWS calls it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::target::{AliasTarget, Code};
use crate::engine::Field;

/// The fields of [`Spec`].
pub(super) const FIELDS: &[Field] = &[
    Field::immutable("name", "Lambda cannot rename a function"),
    Field::managed("role_arn"),
    Field::managed("runtime").config("functions.*.runtime"),
    Field::managed("handler").config("functions.*.handler"),
    Field::managed("timeout").config("functions.*.timeout"),
    Field::managed("memory").config("functions.*.memory"),
    Field::managed("architecture").config("functions.*.architecture"),
    Field::secret("environment", "variables hold keys and passwords").config("functions.*.environment"),
    Field::managed("description").config("functions.*.description"),
    Field::managed("log_group"),
    Field::managed("source_hash").config("functions.*.source"),
    Field::managed("tags").config("deployment.tags"),
    Field::managed("alias"),
];

/// How a function is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// At most 64 characters.
    pub name: String,
    pub role_arn: String,
    /// As `python3.13`.
    pub runtime: String,
    /// As `file.function`.
    pub handler: String,
    /// Seconds.
    pub timeout: u32,
    /// Megabytes.
    pub memory: u32,
    /// `x86_64` or `arm64`.
    pub architecture: String,
    /// Environment variables: never shown, never recorded.
    pub environment: BTreeMap<String, String>,
    pub description: String,
    /// Where its output goes.
    pub log_group: String,
    pub source_hash: Code,
    /// The user's own tags.
    pub tags: BTreeMap<String, String>,
    /// Where the alias [`ALIAS`](super::ALIAS) leads.
    #[serde(default)]
    pub alias: AliasTarget,
}

/// What a function is called, which code it was given, and what is served of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outputs {
    pub name: String,
    /// The ARN without a qualifier.
    pub arn: String,
    /// The hash of the source last uploaded.
    pub source_hash: Code,
    /// What AWS answered of the code then.
    pub code_sha256: String,
    /// The version that the alias leads to; `None` when there is no alias.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// What the description of a version of ours begins with; the fingerprint follows.
pub(super) const MARK: &str = "stackctl ";

/// The digest of everything that a version freezes and that a caller could notice.
pub(super) fn fingerprint(spec: &Spec) -> String {
    let frozen = serde_json::json!([
        spec.role_arn,
        spec.runtime,
        spec.handler,
        spec.timeout,
        spec.memory,
        spec.architecture,
        spec.environment,
        spec.log_group,
        spec.source_hash,
    ]);
    let digest = Sha256::digest(frozen.to_string());
    let short = digest.iter().take(16).fold(0_u128, |short, byte| short << 8 | u128::from(*byte));
    format!("{short:032x}")
}
