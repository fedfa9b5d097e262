//! The state as text: with a checksum, so that a torn or edited file is never taken for a state.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{Document, FORMAT, StateError, migrate::migrate, transit::Note};
use crate::engine::hex;

/// What stands in the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sealed<S> {
    /// SHA-256 over the compact JSON of `state`.
    checksum: String,
    state: S,
}

/// Renders a document for its file.
pub(super) fn render(document: &Document) -> String {
    seal(&document.to_json())
}

#[expect(clippy::disallowed_methods, reason = "people look into the file, and compare it with the one before")]
fn seal(state: &Value) -> String {
    let sealed = Sealed { checksum: checksum(state), state };
    let mut text = serde_json::to_string_pretty(&sealed).expect("a state is plain data");
    text.push('\n');
    text
}

/// Reads a document from its file; `path` names it, and `restore` says where an earlier version is.
pub(super) fn parse(bytes: &[u8], path: &str, restore: &str) -> Result<Document, StateError> {
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
        format => read(migrate(sealed.state, format).map_err(damaged)?).map_err(damaged),
    }
}

/// Reads what is of the present format.
fn read(document: Value) -> Result<Document, String> {
    if Note::is_one(&document) {
        let note: Note = serde_json::from_value(document).map_err(|error| error.to_string())?;
        return note.read().ok_or_else(|| "it says where its state went and where it comes from".to_owned());
    }
    serde_json::from_value(document).map(Document::State).map_err(|error| error.to_string())
}

fn checksum(state: &Value) -> String {
    hex(&Sha256::digest(state.to_string()))
}
