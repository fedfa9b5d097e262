//! `GetFunction` and `GetFunctionConfiguration`.

use serde_json::json;

use super::{configuration, names::Target};
use crate::{
    emulator::Emulator,
    wire::{call::Call, error::Answered},
};

pub(super) fn get_function(emulator: &Emulator, call: &Call) -> Answered {
    let target = Target::read(emulator, call)?;
    let qualifier = target.qualifier.as_deref();
    let world = emulator.world();
    let function = target.function(&world.lambda)?;
    let version = function.version(qualifier).ok_or_else(|| target.not_found())?;
    let mut answer = json!({
        "Configuration": configuration::render(function, version, qualifier, emulator.now()),
        "Code": { "RepositoryType": "S3", "Location": super::code::location(emulator, version) },
    });
    if !function.tags.is_empty() {
        answer["Tags"] = json!(function.tags);
    }
    if let Some(reserved) = function.reserved_concurrency {
        answer["Concurrency"] = json!({ "ReservedConcurrentExecutions": reserved });
    }
    Ok(answer.into())
}

pub(super) fn get_function_configuration(emulator: &Emulator, call: &Call) -> Answered {
    let target = Target::read(emulator, call)?;
    let qualifier = target.qualifier.as_deref();
    let world = emulator.world();
    let function = target.function(&world.lambda)?;
    let version = function.version(qualifier).ok_or_else(|| target.not_found())?;
    Ok(configuration::render(function, version, qualifier, emulator.now()).into())
}
