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
    let added = Members::of(call).text_map("Tags").unwrap_or_default();
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
    let keys = members.texts("TagKeys").unwrap_or_default();
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
    if tags.keys().any(|key| key.to_lowercase().starts_with("aws:")) {
        return Err(refusals::invalid("Tag keys starting with 'aws:' are reserved for system use."));
    }
    Ok(())
}

/// Only functions have tags, not versions or aliases. They are addressed by ARN only.
fn read_target(emulator: &Emulator, call: &Call) -> Result<Target, AwsError> {
    let arn = Members::of(call).required("Resource");
    let target = names::parse(arn, &call.region, &emulator.settings().account)?;
    if target.qualifier.is_some() {
        return Err(refusals::invalid(
            "Tags on function aliases and versions are not supported. Please specify a \
                                      function ARN.",
        ));
    }
    Ok(target)
}
