//! The state as text: with a checksum, so that a torn or edited file is never taken for a state.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, error::Category};
use sha2::{Digest as _, Sha256};

use super::{
    error::StateError,
    migrate::migrate,
    transit::{Document, Note},
};
use crate::engine::{STATE_FORMAT, hex, wrong_member};

/// What stands in the file.
#[derive(Serialize)]
struct Sealed<S> {
    /// SHA-256 over the compact JSON of `state`.
    checksum: String,
    state: S,
}

/// Renders a document for its file.
pub(super) fn render(document: &Document) -> String {
    seal(&document.to_json())
}

#[expect(clippy::disallowed_methods, reason = "the file is for reviewers, who compare versions")]
fn seal(state: &Value) -> String {
    let sealed = Sealed { checksum: checksum(state), state };
    let mut text = serde_json::to_string_pretty(&sealed).expect("a state is plain data");
    text.push('\n');
    text
}

/// Reads a document from its file; `path` names it, and `restore` says where an earlier version is.
pub(super) fn parse(bytes: &[u8], path: &str, restore: &str) -> Result<Document, StateError> {
    let damaged = |reason: String| StateError::Damaged { path: path.to_owned(), reason, restore: restore.to_owned() };
    let sealed = unseal(bytes).map_err(damaged)?;
    // Every byte counts: what lacks only its last one was not written whole either.
    if seal(&sealed.state).as_bytes() != bytes {
        return Err(damaged("its checksum does not match: it is damaged or was edited".into()));
    }
    match sealed.state.get("format").and_then(Value::as_u64) {
        Some(format) if format > u64::from(STATE_FORMAT) => Err(StateError::TooNew {
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

/// Takes a file apart.
fn unseal(bytes: &[u8]) -> Result<Sealed<Value>, String> {
    let no_json = |error: serde_json::Error| match error.classify() {
        _ if bytes.is_empty() => "the file is empty".to_owned(),
        Category::Eof => format!("it ends in the middle, in line {} column {}", error.line(), error.column()),
        _ => format!("it is not JSON: line {} column {}", error.line(), error.column()),
    };
    let file: Value = serde_json::from_slice(bytes).map_err(no_json)?;
    let Value::Object(mut members) = file else {
        return Err(format!("it is {} and not an object with `checksum` and `state`", kind(&file)));
    };
    let checksum = match members.remove("checksum") {
        Some(Value::String(checksum)) => checksum,
        Some(other) => return Err(format!("`checksum` is {} and not a text", kind(&other))),
        None => return Err("it has no `checksum`".into()),
    };
    let state = members.remove("state").ok_or("it has no `state`")?;
    match members.keys().next() {
        Some(name) => Err(format!("it has `{name}` beside `checksum` and `state`")),
        None => Ok(Sealed { checksum, state }),
    }
}

/// What a value is, in the words of JSON.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// Reads what is of the present format.
fn read(document: Value) -> Result<Document, String> {
    if Note::is_one(&document) {
        let note: Note = members(document)?;
        return note.read().ok_or_else(|| "it says where its state went and where it comes from".to_owned());
    }
    members(document).map(Document::State)
}

fn members<T: DeserializeOwned>(document: Value) -> Result<T, String> {
    serde_json::from_value(document).map_err(|error| wrong_member(&error))
}

fn checksum(state: &Value) -> String {
    hex(&Sha256::digest(state.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_state_is_said_in_the_words_of_json() {
        let sealed = |state: &str| {
            let state: Value = serde_json::from_str(state).unwrap();
            seal(&state)
        };
        let cases = [
            ("", "the file is empty"),
            ("[]", "it is an array and not an object with `checksum` and `state`"),
            ("7", "it is a number and not an object with `checksum` and `state`"),
            ("{}", "it has no `checksum`"),
            (r#"{"checksum": 7, "state": {}}"#, "`checksum` is a number and not a text"),
            (r#"{"checksum": "7"}"#, "it has no `state`"),
            (r#"{"checksum": "7", "state": {}, "more": 1}"#, "it has `more` beside `checksum` and `state`"),
            ("{\n  \"checksum\": \"7", "it ends in the middle, in line 2 column 16"),
            ("{\n  checksum", "it is not JSON: line 2 column 3"),
            (&sealed(r#"{"format": 3}"#), "it has no `stack` where one belongs"),
            (&sealed(r#"{"format": 3, "stacks": 1}"#), "it has a `stacks` where none belongs"),
            (&sealed(r#"{"format": 3, "stack": []}"#), "a value in it is of another kind than belongs there"),
            (&sealed(r#"{"format": 0}"#), "there is no format 0"),
        ];
        for (text, reason) in cases {
            let error = parse(text.as_bytes(), "x.json", "").unwrap_err().to_string();
            assert_eq!(error, format!("x.json: the state is damaged: {reason}"), "{text}");
        }
    }
}
