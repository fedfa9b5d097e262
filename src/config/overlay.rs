//! Lays the part of the chosen stage over the rest of the document.

use std::collections::HashMap;

use super::tree::{JsonMember, JsonNode, Value};

/// Takes `stages` out of the document.
pub(crate) fn take_stages(document: &mut JsonNode) -> Vec<JsonMember> {
    let Value::Object(entries) = &mut document.value else { return Vec::new() };
    let index = entries.iter().position(|entry| entry.name == "stages");
    match index.map(|index| entries.remove(index).value.value) {
        Some(Value::Object(stages)) => stages,
        _ => Vec::new(),
    }
}

/// Lays the part of a stage, if there is one, over the rest.
pub(crate) fn lay_over(document: &mut JsonNode, stages: &[JsonMember], stage: &str) {
    if let Some(chosen) = stages.iter().find(|entry| entry.name == stage)
        && matches!(chosen.value.value, Value::Object(_))
    {
        if let (Some(below), Some(above)) = (document.get_mut("state"), chosen.value.get("state")) {
            choose_place(below, above);
        }
        merge(document, chosen.value.clone());
    }
}

/// A state is in a folder or in a bucket: what the stage says goes in the place of what the rest says.
fn choose_place(below: &mut JsonNode, above: &JsonNode) {
    if let Value::Object(entries) = &mut below.value {
        let other =
            |name: &str| (name == "path" && above.get("s3").is_some()) || (name == "s3" && above.get("path").is_some());
        entries.retain(|entry| !other(&entry.name));
    }
}

/// Merges objects key by key; anything else replaces. What comes from above keeps its place in the file, so that a
/// problem with it is reported there.
fn merge(below: &mut JsonNode, above: JsonNode) {
    match (&mut below.value, above.value) {
        (Value::Object(entries), Value::Object(overlay)) => {
            let places: HashMap<String, usize> =
                entries.iter().enumerate().map(|(at, entry)| (entry.name.clone(), at)).collect();
            for entry in overlay {
                match places.get(&entry.name) {
                    Some(at) => merge(&mut entries[*at].value, entry.value),
                    None => entries.push(entry),
                }
            }
        }
        (_, value) => *below = JsonNode { at: above.at, path: above.path, value },
    }
}
