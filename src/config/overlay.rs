//! Lays the part of the chosen stage over the rest of the document.

use super::tree::{Entry, Node, Value};

/// Takes `stages` out of the document and lays the chosen one over the rest.
pub(crate) fn lay_over(document: &mut Node, stage: &str) {
    let Value::Object(entries) = &mut document.value else { return };
    let Some(index) = entries.iter().position(|entry| entry.name == "stages") else { return };
    let Value::Object(stages) = entries.remove(index).value.value else { return };
    if let Some(chosen) = stages.into_iter().find(|entry| entry.name == stage) {
        merge(document, chosen.value);
    }
}

/// Merges objects key by key; anything else replaces. What comes from above keeps its place in the file, so that a
/// problem with it is reported there.
fn merge(below: &mut Node, above: Node) {
    match (&mut below.value, above.value) {
        (Value::Object(entries), Value::Object(overlay)) => {
            for entry in overlay {
                merge_entry(entries, entry);
            }
        }
        (_, value) => *below = Node { at: above.at, path: above.path, value },
    }
}

fn merge_entry(entries: &mut Vec<Entry>, above: Entry) {
    match entries.iter_mut().find(|entry| entry.name == above.name) {
        Some(below) => merge(&mut below.value, above.value),
        None => entries.push(above),
    }
}
