//! Whether a server keeps what is written: its answer to a write against what was wanted.
//!
//! A server that takes a request and answers something else would be written to by every run, for ever. So a write whose
//! answer differs is an error that names the fields, and nothing is written a second time.

use serde::Serialize;
use serde_json::Value;

use crate::engine::{Change, Field, ResourceError, diff};

const HINT: &str = "another process changes it at the same time, or this server does not support the setting: run the command again; if it fails again, set the value that the server returns";

/// Makes sure that an `answer` shows what was wanted. `thing` names the resource; secret fields are named without values.
///
/// # Errors
/// When they differ.
pub(super) fn kept<S: Serialize>(thing: &str, answer: &S, want: &S, fields: &[Field]) -> Result<(), ResourceError> {
    let [answer, want] = [answer, want].map(|spec| serde_json::to_value(spec).unwrap_or_default());
    let changes = diff(&answer, &want, fields);
    if changes.is_empty() {
        return Ok(());
    }
    let differences: Vec<String> = changes.iter().map(difference).collect();
    Err(ResourceError::refused(format!("{thing} does not have the value that was written: {}", differences.join(", ")))
        .hint(HINT))
}

fn difference(change: &Change) -> String {
    let field = change.path.join(".");
    if change.secret {
        return format!("`{field}` differs");
    }
    let shown = |value: &Option<Value>| value.as_ref().map_or_else(|| "nothing".into(), |value| format!("`{value}`"));
    format!("`{field}` is {} instead of {}", shown(&change.old), shown(&change.new))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_write_that_is_not_kept_is_told_by_field_and_no_secret_with_it() {
        let answer = json!({ "timeout": 3, "memory": 128, "environment": { "KEY": "old" } });
        let want = json!({ "timeout": 29, "memory": 128, "environment": { "KEY": "new" } });
        let error = kept("function `f`", &answer, &want, &[Field::secret("environment", "")]).unwrap_err();
        assert_eq!(
            error.message,
            "function `f` does not have the value that was written: `environment.KEY` differs, `timeout` is `3` instead of `29`"
        );
        assert_eq!(error.hints, [HINT]);
        assert_eq!(kept("function `f`", &want, &want, &[]), Ok(()));
    }
}
