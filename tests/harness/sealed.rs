//! Texts of states as stackctl itself writes them, with contents that this version would not write.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// The text of a file with this document in it, whose checksum is right.
fn sealed(state: &Value) -> String {
    let digest = Sha256::digest(state.to_string());
    let checksum = digest.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    let mut text = serde_json::to_string_pretty(&serde_json::json!({ "checksum": checksum, "state": state })).unwrap();
    text.push('\n');
    text
}

/// The text of a state after somebody has edited it who knows what a checksum is.
pub(crate) fn edited(text: &str, edit: impl FnOnce(&mut Value)) -> String {
    let mut state = serde_json::from_str::<Value>(text).unwrap()["state"].take();
    edit(&mut state);
    sealed(&state)
}

/// A state that a later version left, which this one must not touch.
pub(crate) fn of_the_future(text: &str) -> String {
    let mut state = serde_json::from_str::<Value>(text).unwrap()["state"].take();
    state["format"] = (stackctl::engine::STATE_FORMAT + 1).into();
    state["written_by"] = "7.1.0".into();
    state["unheard_of"] = serde_json::json!({ "and": ["never", "seen"] });
    sealed(&state)
}
