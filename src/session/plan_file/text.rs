//! A plan file as text: with a checksum, so that a damaged or edited file is never taken for a plan.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::document::{FORMAT, PlanFile};
use crate::{
    engine::{hex, wrong_member},
    failure::Failure,
};

/// What stands in the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sealed {
    /// SHA-256 over the compact JSON of `plan_file`.
    checksum: String,
    plan_file: Value,
}

/// Renders a plan file.
#[expect(clippy::disallowed_methods, reason = "the file is for reviewers")]
pub(super) fn render(file: &PlanFile) -> String {
    let plan_file = serde_json::to_value(file).expect("a plan file is plain data");
    let sealed = Sealed { checksum: checksum(&plan_file), plan_file };
    let mut text = serde_json::to_string_pretty(&sealed).expect("a plan file is plain data");
    text.push('\n');
    text
}

/// Reads a plan file; `path` names it.
///
/// # Errors
/// When it is damaged, was edited, or is of another format.
pub(super) fn parse(bytes: &[u8], path: &str) -> Result<PlanFile, Failure> {
    let damaged = |reason: &str| Failure::usage(format!("{path}: the plan file is damaged: {reason}"));
    let value: Value = match serde_json::from_slice(bytes) {
        Ok(value) => value,
        Err(_) if bytes.is_empty() => return Err(damaged("the file is empty")),
        Err(error) => {
            let place = format!("line {} column {}", error.line(), error.column());
            return Err(damaged(&format!("it is not JSON: {place}")));
        }
    };
    let Ok(Sealed { checksum: written, plan_file }) = serde_json::from_value(value) else {
        return Err(Failure::usage(format!("{path}: this is not a plan file: it has no `checksum` and `plan_file`")));
    };
    let format = plan_file.get("format").and_then(Value::as_u64);
    if let Some(format) = format.filter(|format| *format != u64::from(FORMAT)) {
        let version = plan_file.get("written_by").and_then(Value::as_str).unwrap_or("another version");
        let message = format!("{path}: the plan file has format {format}, and this version reads format {FORMAT}");
        return Err(Failure::usage(message).detail(format!("it was written by stackctl {version}")));
    }
    if checksum(&plan_file) != written {
        return Err(damaged("its checksum does not match: it was cut, or edited"));
    }
    let file: PlanFile = serde_json::from_value(plan_file).map_err(|error| damaged(&wrong_member(&error)))?;
    Ok(PlanFile { plan: file.plan.read_back(), ..file })
}

fn checksum(plan_file: &Value) -> String {
    hex(&Sha256::digest(plan_file.to_string()))
}
