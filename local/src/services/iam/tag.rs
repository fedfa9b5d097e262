//! Tags of roles. Keys are unique regardless of case.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{limit_exceeded, listed};
use crate::{
    emulator::Emulator,
    wire::{
        call::Call,
        error::{Answered, AwsError},
    },
};

/// Tags as a list of objects.
pub(super) fn list_of(tags: &BTreeMap<String, String>) -> Value {
    tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect()
}

pub(super) fn tag(emulator: &Emulator, call: &Call) -> Answered {
    let mut world = emulator.world();
    let role = world.iam.named_mut(call.required("RoleName"))?;
    role.tags = merged(&role.tags, call)?;
    Ok(Value::Null.into())
}

pub(super) fn untag(emulator: &Emulator, call: &Call) -> Answered {
    let keys: BTreeSet<String> = items(call, "TagKeys").filter_map(Value::as_str).map(str::to_lowercase).collect();
    let mut world = emulator.world();
    world.iam.named_mut(call.required("RoleName"))?.tags.retain(|key, _| !keys.contains(&key.to_lowercase()));
    Ok(Value::Null.into())
}

pub(super) fn list(emulator: &Emulator, call: &Call) -> Answered {
    let world = emulator.world();
    let tags = &world.iam.named(call.required("RoleName"))?.tags;
    let tags: Vec<_> = tags.iter().map(|(key, value)| (key.clone(), json!({ "Key": key, "Value": value }))).collect();
    listed(emulator, call, "Tags", tags)
}

/// The existing tags, overridden by the tags of the request.
pub(super) fn merged(there: &BTreeMap<String, String>, call: &Call) -> Result<BTreeMap<String, String>, AwsError> {
    let mut merged = there.clone();
    let mut seen = BTreeSet::new();
    for tag in items(call, "Tags") {
        let text = |member: &str| tag.get(member).and_then(Value::as_str).unwrap_or_default();
        let (key, value) = (text("Key"), text("Value"));
        if key.to_lowercase().starts_with("aws:") {
            return Err(AwsError::new(400, "InvalidInput", "Caller is not allowed to modify reserved tag keys"));
        }
        if !seen.insert(key.to_lowercase()) {
            return Err(AwsError::new(
                400,
                "InvalidInput",
                "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
            ));
        }
        merged.retain(|known, _| known.to_lowercase() != key.to_lowercase());
        merged.insert(key.to_owned(), value.to_owned());
    }
    if merged.len() > 50 {
        return Err(limit_exceeded("The number of tags has reached the maximum limit.".into()));
    }
    Ok(merged)
}

fn items<'a>(call: &'a Call, member: &str) -> impl Iterator<Item = &'a Value> {
    call.input.get(member).and_then(Value::as_array).into_iter().flatten()
}
