//! Patch operations: every update is a list of changes at JSON pointers.

use serde::Deserialize;

use super::{
    asked::Asked,
    refusal::{bad_request, not_found},
};
use crate::wire::error::AwsError;

/// The operation of a patch. None of the emulated paths supports `move`, `copy` or `test`.
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
    /// The path as sent, or `null`.
    path: String,
    /// The steps of the pointer, with `~1` and `~0` unescaped.
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
    path: Option<String>,
    value: Option<String>,
}

impl Patch {
    /// Reads the patches of a request, in order.
    ///
    /// # Errors
    /// When an operation is not part of JSON Patch, or a path is not a JSON pointer.
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
        let Some(path) = written.path else { return Err(bad_request("Invalid patch path null")) };
        let Some(pointer) = path.strip_prefix('/') else {
            return Err(bad_request(format!("Invalid patch path  '{path}' specified. Must start with '/'")));
        };
        let steps = pointer.split('/').map(|step| step.replace("~1", "/").replace("~0", "~")).collect();
        Ok(Self { op, path, steps, value: written.value })
    }

    /// The steps of the path, for matching.
    pub(super) fn steps(&self) -> Vec<&str> {
        self.steps.iter().map(String::as_str).collect()
    }

    /// The path as sent, without its leading slash. The key of a method setting keeps its escapes.
    pub(super) fn raw(&self) -> &str {
        self.path.trim_start_matches('/')
    }

    pub(super) fn optional(&self) -> Option<String> {
        self.value.clone()
    }

    /// The required value.
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

    /// The value of a flag that reads any text but `true` as `false`, and so no value at all.
    pub(super) fn lenient_flag(&self) -> bool {
        self.value.as_deref().is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// The value as a number.
    pub(super) fn number<T: std::str::FromStr>(&self) -> Result<T, AwsError> {
        let value = self.value()?;
        value.parse().map_err(|_| bad_request(format!("Invalid number value '{value}' for path '{}'", self.path)))
    }

    /// The error for a patch that the resource does not support.
    pub(super) fn refused(&self, allowed: &[&str]) -> AwsError {
        let op = format!("{:?}", self.op).to_lowercase();
        let allowed = allowed.join(", ");
        bad_request(format!("Invalid patch path  '{}' specified for op '{op}'. Must be one of: [{allowed}]", self.path))
    }

    /// The error for a patch of an object whose `replaceable` paths support `replace` alone.
    pub(super) fn unsupported(&self, replaceable: &[&str]) -> AwsError {
        if replaceable.contains(&self.path.as_str()) {
            return bad_request("Invalid patch operation specified. Must be one of: [replace]");
        }
        self.unknown()
    }

    /// The error for a path that the object does not have.
    pub(super) fn unknown(&self) -> AwsError {
        bad_request(format!("Invalid patch path {}", self.path))
    }

    /// The error for a patch of an object that supports `replace` alone, in the words of resources and validators.
    pub(super) fn not_a_replacement(&self, allowed: &[&str]) -> AwsError {
        if self.op == Op::Replace {
            return self.refused(allowed);
        }
        let op = format!("{:?}", self.op).to_lowercase();
        bad_request(format!(
            "Invalid patch path  '{}' specified for op '{op}'. Please choose supported operations",
            self.path
        ))
    }

    /// Adds, replaces or removes one entry of a map; `missing` is the error for an entry that is not there.
    pub(super) fn known_entry<T>(
        &self,
        map: &mut std::collections::BTreeMap<String, T>,
        key: &str,
        missing: &str,
        read: impl Fn(&Self) -> Result<T, AwsError>,
    ) -> Result<(), AwsError> {
        if self.op != Op::Add && !map.contains_key(key) {
            return Err(not_found(missing));
        }
        self.entry(map, key, read)
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
    /// Whether it is `add`, `replace` or `remove`, the operations that map entries support.
    pub(super) fn edits(self) -> bool {
        matches!(self, Self::Add | Self::Replace | Self::Remove)
    }
}
