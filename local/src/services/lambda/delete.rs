//! `DeleteFunction`.

use serde_json::json;

use super::{names::Target, refusals};
use crate::{
    emulator::Cloud,
    wire::{call::Call, error::Answered},
};

pub(super) fn delete_function(cloud: &Cloud, call: &Call) -> Answered {
    let target = Target::read(cloud, call)?;
    let mut world = cloud.world();
    match target.qualifier.as_deref() {
        None => {
            world.lambda.functions.remove(&target.arn).ok_or_else(|| target.not_found())?;
            cloud.runtime().retire(&target.arn);
        }
        Some("$LATEST") => {
            return Err(refusals::invalid("$LATEST version cannot be deleted without deleting the function."));
        }
        Some(qualifier) => {
            let function = target.function_mut(&mut world.lambda)?;
            if let Some((name, _)) = function.aliases.iter().find(|(_, alias)| alias.leads_to(qualifier)) {
                return Err(refusals::conflict(format!(
                    "Version {qualifier} of the function is referenced by alias {name}."
                )));
            }
            let number = qualifier.parse().map_err(|_| target.not_found())?;
            function.versions.remove(&number).ok_or_else(|| target.not_found())?;
            function.policies.remove(qualifier);
            cloud.runtime().retire_version(&target.arn, qualifier);
        }
    }
    Ok(json!({}).into())
}
