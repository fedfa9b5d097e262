//! Tags of roles. Keys are unique regardless of case.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{limit_exceeded, listed, role_name, validation};
use crate::{
    emulator::Emulator,
    wire::{
        call::Call,
        constraint,
        error::{Answered, AwsError},
    },
};

/// Tags as a list of objects.
pub(super) fn list_of(tags: &BTreeMap<String, String>) -> Value {
    tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect()
}

pub(super) fn tag(emulator: &Emulator, call: &Call) -> Answered {
    let mut world = emulator.world();
    let role = world.iam.named_mut(role_name(call)?)?;
    role.tags = merged(&role.tags, call)?;
    Ok(Value::Null.into())
}

pub(super) fn untag(emulator: &Emulator, call: &Call) -> Answered {
    let keys: BTreeSet<String> = items(call, "TagKeys").filter_map(Value::as_str).map(str::to_lowercase).collect();
    let mut world = emulator.world();
    world.iam.named_mut(role_name(call)?)?.tags.retain(|key, _| !keys.contains(&key.to_lowercase()));
    Ok(Value::Null.into())
}

pub(super) fn list(emulator: &Emulator, call: &Call) -> Answered {
    let world = emulator.world();
    let tags = &world.iam.named(role_name(call)?)?.tags;
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
        checked(key, value)?;
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

fn checked(key: &str, value: &str) -> Result<(), AwsError> {
    if key.is_empty() {
        let rule = "Member must have length greater than or equal to 1";
        return Err(validation(constraint::violated("''", "tags.1.member.key", rule)));
    }
    constraint::not_longer(key, "tags.1.member.key", 128).map_err(validation)?;
    constraint::not_longer(value, "tags.1.member.value", 256).map_err(validation)?;
    let pattern = |last: char| format!(r"[\p{{L}}\p{{Z}}\p{{N}}_.:/=+\-@]{last}");
    constraint::fitting(key, "tags.1.member.key", (&pattern('+'), constraint::in_tags)).map_err(validation)?;
    constraint::fitting(value, "tags.1.member.value", (&pattern('*'), constraint::in_tags)).map_err(validation)?;
    if key.to_lowercase().starts_with("aws:") {
        return Err(AwsError::new(400, "InvalidInput", "Caller is not allowed to modify reserved tag keys"));
    }
    Ok(())
}

fn items<'a>(call: &'a Call, member: &str) -> impl Iterator<Item = &'a Value> {
    call.input.get(member).and_then(Value::as_array).into_iter().flatten()
}
