//! State files with a correct checksum and contents that this version would not write.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// The text of a state file with this document and its correct checksum.
fn sealed(state: &Value) -> String {
    let digest = Sha256::digest(state.to_string());
    let checksum = digest.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    let mut text = serde_json::to_string_pretty(&serde_json::json!({ "checksum": checksum, "state": state })).unwrap();
    text.push('\n');
    text
}

/// The text of a state file after an edit that also updated the checksum.
pub(crate) fn edited(text: &str, edit: impl FnOnce(&mut Value)) -> String {
    let mut state = serde_json::from_str::<Value>(text).unwrap()["state"].take();
    edit(&mut state);
    sealed(&state)
}

/// A state file of a later version, which this version must not change.
pub(crate) fn of_the_future(text: &str) -> String {
    let mut state = serde_json::from_str::<Value>(text).unwrap()["state"].take();
    state["format"] = (stackctl::engine::STATE_FORMAT + 1).into();
    state["written_by"] = "7.1.0".into();
    state["unheard_of"] = serde_json::json!({ "and": ["never", "seen"] });
    sealed(&state)
}
