//! The state as text: with a checksum, so that a torn or edited file is never taken for a state.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{FORMAT, State, StateError, migrate::migrate};
use crate::engine::hex;

/// What stands in the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sealed<S> {
    /// SHA-256 over the compact JSON of `state`.
    checksum: String,
    state: S,
}

/// Renders a state for its file.
pub(super) fn render(state: &State) -> String {
    seal(&serde_json::to_value(state).expect("a state is plain data"))
}

#[expect(clippy::disallowed_methods, reason = "people look into the file, and compare it with the one before")]
fn seal(state: &Value) -> String {
    let sealed = Sealed { checksum: checksum(state), state };
    let mut text = serde_json::to_string_pretty(&sealed).expect("a state is plain data");
    text.push('\n');
    text
}

/// Reads a state from its file; `path` names it, and `restore` says where an earlier version is.
pub(super) fn parse(bytes: &[u8], path: &str, restore: &str) -> Result<State, StateError> {
    let damaged = |reason: String| StateError::Damaged { path: path.to_owned(), reason, restore: restore.to_owned() };
    let sealed: Sealed<Value> =
        serde_json::from_slice(bytes).map_err(|error| damaged(format!("it is not the JSON of a state: {error}")))?;
    // Every byte counts: what lacks only its last one was not written whole either.
    if seal(&sealed.state).as_bytes() != bytes {
        return Err(damaged("its checksum does not match, so it is torn or was edited".into()));
    }
    match sealed.state.get("format").and_then(Value::as_u64) {
        Some(format) if format > u64::from(FORMAT) => Err(StateError::TooNew {
            path: path.to_owned(),
            format,
            written_by: sealed
                .state
                .get("written_by")
                .and_then(Value::as_str)
                .unwrap_or("of a later release")
                .to_owned(),
        }),
        format => {
            let state = migrate(sealed.state, format).map_err(damaged)?;
            serde_json::from_value(state).map_err(|error| damaged(error.to_string()))
        }
    }
}

fn checksum(state: &Value) -> String {
    hex(&Sha256::digest(state.to_string()))
}
