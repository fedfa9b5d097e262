//! Tags of functions.

use std::collections::BTreeMap;

use serde_json::json;

use super::{
    function::new_revision,
    members::Members,
    names::{self, Target},
    refusals,
};
use crate::{
    emulator::Emulator,
    wire::{
        call::Call,
        error::{Answered, AwsError},
    },
};

pub(super) fn tag_resource(emulator: &Emulator, call: &Call) -> Answered {
    let target = read_target(emulator, call)?;
    let added = Members::of(call).text_map("Tags")?.unwrap_or_default();
    if added.is_empty() {
        return Err(refusals::invalid("An error occurred and the request cannot be processed."));
    }
    let mut world = emulator.world();
    let function = target.function_mut(&mut world.lambda)?;
    let mut tags = function.tags.clone();
    tags.extend(added);
    check(&tags)?;
    function.tags = tags;
    function.latest.revision_id = new_revision();
    Ok(json!({}).into())
}

pub(super) fn untag_resource(emulator: &Emulator, call: &Call) -> Answered {
    let target = read_target(emulator, call)?;
    let members = Members::of(call);
    // A single key in the query is a text, several are a list.
    let keys = match members.value("TagKeys").and_then(serde_json::Value::as_str) {
        Some(key) => vec![key.to_owned()],
        None => members.texts("TagKeys")?.unwrap_or_default(),
    };
    let mut world = emulator.world();
    let function = target.function_mut(&mut world.lambda)?;
    function.tags.retain(|key, _| !keys.contains(key));
    function.latest.revision_id = new_revision();
    Ok(json!({}).into())
}

pub(super) fn list_tags(emulator: &Emulator, call: &Call) -> Answered {
    let target = read_target(emulator, call)?;
    Ok(json!({ "Tags": target.function(&emulator.world().lambda)?.tags }).into())
}

/// Rejects tags beyond AWS's limits.
pub(super) fn check(tags: &BTreeMap<String, String>) -> Result<(), AwsError> {
    if tags.len() > 50 {
        return Err(refusals::invalid("Number of tags exceeds resource tag limit."));
    }
    let allowed = |letter: char| letter.is_alphanumeric() || letter.is_whitespace() || "_.:/=+-@".contains(letter);
    for (key, value) in tags {
        if key.is_empty() || key.chars().count() > 128 || !key.chars().all(allowed) {
            return Err(refusals::invalid(format!("The tag key `{key}` is not valid.")));
        }
        if key.to_lowercase().starts_with("aws:") {
            return Err(refusals::invalid("Tag keys starting with 'aws:' are reserved for system use."));
        }
        if value.chars().count() > 256 || !value.chars().all(allowed) {
            return Err(refusals::invalid(format!("The tag value of `{key}` is not valid.")));
        }
    }
    Ok(())
}

/// Only functions have tags, not versions or aliases. They are addressed by ARN only.
fn read_target(emulator: &Emulator, call: &Call) -> Result<Target, AwsError> {
    let members = Members::of(call);
    let arn = members.text("ARN")?.map_or_else(|| members.required_text("Resource"), Ok)?;
    if !arn.starts_with("arn:") {
        let rule = "Member must satisfy regular expression pattern: arn:(aws[a-zA-Z-]*):lambda:\
                    [a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:function:[a-zA-Z0-9-_]+";
        return Err(refusals::constraint("resource", arn, rule));
    }
    let target = names::parse(arn, &call.region, &emulator.settings().account)?;
    if target.qualifier.is_some() {
        return Err(refusals::invalid(
            "Tags on function aliases and versions are not supported. Please specify a \
                                      function ARN.",
        ));
    }
    Ok(target)
}
