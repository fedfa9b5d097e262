//! `DeleteFunction`.

use serde_json::json;

use super::{
    names::{self, Target},
    refusals,
};
use crate::{
    emulator::Emulator,
    wire::{call::Call, error::Answered},
};

pub(super) fn delete_function(emulator: &Emulator, call: &Call) -> Answered {
    let target = Target::read(emulator, call)?;
    let mut world = emulator.world();
    match target.qualifier.as_deref() {
        None => {
            world.lambda.functions.remove(&target.arn).ok_or_else(|| target.not_found())?;
            emulator.runtime().retire(&target.arn);
        }
        Some("$LATEST") => {
            return Err(refusals::invalid("$LATEST version cannot be deleted without deleting the function."));
        }
        Some(alias) if names::is_word(alias) && alias.parse::<u64>().is_err() => {
            return Err(refusals::invalid("Deletion of aliases is not currently supported."));
        }
        Some(qualifier) => {
            let unqualified = Target { qualifier: None, ..target.clone() };
            let function = unqualified.function_mut(&mut world.lambda)?;
            if let Some((name, _)) = function.aliases.iter().find(|(_, alias)| alias.leads_to(qualifier)) {
                return Err(refusals::conflict(format!(
                    "Version {qualifier} of the function is referenced by alias {name}."
                )));
            }
            // Deleting a version that does not exist succeeds.
            let number: u64 = qualifier.parse().map_err(|_| unqualified.not_found())?;
            function.versions.remove(&number);
            function.policies.remove(qualifier);
            emulator.runtime().retire_version(&target.arn, qualifier);
        }
    }
    Ok(json!({}).into())
}
