//! Patch operations: the one form of every update, a list of small changes at JSON pointers.

use serde::Deserialize;

use super::{asked::Asked, refusal::bad_request};
use crate::error::AwsError;

/// What a patch does at its path. API Gateway uses `move`, `copy` and `test` for none of the paths imitated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Op {
    Add,
    Remove,
    Replace,
    Move,
    Copy,
    Test,
}

/// One change.
#[derive(Debug, Clone)]
pub(super) struct Patch {
    pub(super) op: Op,
    /// As it came.
    path: String,
    /// The pointer's steps, with `~1` and `~0` resolved.
    steps: Vec<String>,
    value: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    #[serde(default)]
    patch_operations: Vec<Written>,
}

#[derive(Deserialize)]
struct Written {
    op: String,
    #[serde(default)]
    path: String,
    value: Option<String>,
}

impl Patch {
    /// Reads the patches of a call, in their order.
    ///
    /// # Errors
    /// When an operation is not one of JSON Patch, or a path is no pointer.
    pub(super) fn all(asked: &Asked<'_>) -> Result<Vec<Self>, AwsError> {
        let request: Request = asked.members()?;
        request.patch_operations.into_iter().map(Self::read).collect()
    }

    fn read(written: Written) -> Result<Self, AwsError> {
        let op = serde_json::from_value(written.op.clone().into()).map_err(|_| {
            bad_request(
                "Invalid patch operation specified. Must be 'add'|'remove'|'replace'|'move'|'copy'|'test'".to_owned(),
            )
        })?;
        let Some(pointer) = written.path.strip_prefix('/') else {
            return Err(bad_request(format!("Invalid patch path  '{}' specified. Must start with '/'", written.path)));
        };
        let steps = pointer.split('/').map(|step| step.replace("~1", "/").replace("~0", "~")).collect();
        Ok(Self { op, path: written.path, steps, value: written.value })
    }

    /// The steps of the path, for matching.
    pub(super) fn steps(&self) -> Vec<&str> {
        self.steps.iter().map(String::as_str).collect()
    }

    /// The path as it came, without its leading slash: escapes are part of the key of a method setting.
    pub(super) fn raw(&self) -> &str {
        self.path.trim_start_matches('/')
    }

    /// The value, or `None` when there is none.
    pub(super) fn optional(&self) -> Option<String> {
        self.value.clone()
    }

    /// The value, where the path asks for one.
    pub(super) fn value(&self) -> Result<String, AwsError> {
        self.value.clone().ok_or_else(|| bad_request(format!("Invalid patch value: no value for path '{}'", self.path)))
    }

    /// The value as `true` or `false`.
    pub(super) fn flag(&self) -> Result<bool, AwsError> {
        match self.value()?.to_ascii_lowercase().as_str() {
            "true" => Ok(true),
            "false" => Ok(false),
            other => Err(bad_request(format!("Invalid boolean value '{other}' for path '{}'", self.path))),
        }
    }

    /// The value as a number.
    pub(super) fn number<T: std::str::FromStr>(&self) -> Result<T, AwsError> {
        let value = self.value()?;
        value.parse().map_err(|_| bad_request(format!("Invalid number value '{value}' for path '{}'", self.path)))
    }

    /// The refusal of a patch that the resource does not take.
    pub(super) fn refused(&self, allowed: &[&str]) -> AwsError {
        let op = format!("{:?}", self.op).to_lowercase();
        let allowed = allowed.join(", ");
        bad_request(format!("Invalid patch path  '{}' specified for op '{op}'. Must be one of: [{allowed}]", self.path))
    }

    /// Adds, replaces or removes one entry of a map.
    pub(super) fn entry<T>(
        &self,
        map: &mut std::collections::BTreeMap<String, T>,
        key: &str,
        read: impl Fn(&Self) -> Result<T, AwsError>,
    ) -> Result<(), AwsError> {
        match self.op {
            Op::Add | Op::Replace => {
                map.insert(key.to_owned(), read(self)?);
            }
            _ => {
                map.remove(key);
            }
        }
        Ok(())
    }
}

impl Op {
    /// Whether it adds, replaces or removes: the three that a map entry takes.
    pub(super) fn edits(self) -> bool {
        matches!(self, Self::Add | Self::Replace | Self::Remove)
    }
}
