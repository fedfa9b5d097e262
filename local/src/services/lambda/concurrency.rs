//! Reserved concurrency.

use serde_json::json;

use super::{members::Members, names::Target, update::check_latest};
use crate::{
    emulator::Emulator,
    wire::{
        call::Call,
        error::{Answered, AwsError},
    },
};

/// The concurrency of an account in one Region, and the part of it that must stay unreserved.
const ACCOUNT: u32 = 1000;
const UNRESERVED: u32 = 100;

pub(super) fn put_function_concurrency(emulator: &Emulator, call: &Call) -> Answered {
    let target = Target::read(emulator, call)?;
    check_latest(&target)?;
    let latest = Target { qualifier: Some("$LATEST".into()), ..target.clone() };
    let mut world = emulator.world();
    latest.function(&world.lambda)?.check_changeable(emulator.now())?;
    let wanted = Members::of(call).number("ReservedConcurrentExecutions").unwrap_or_default();
    let others: u32 = world
        .lambda
        .functions
        .iter()
        .filter(|(arn, _)| **arn != target.arn)
        .filter_map(|(_, function)| function.reserved_concurrency)
        .sum();
    if others.saturating_add(wanted) > ACCOUNT - UNRESERVED {
        return Err(AwsError::new(
            400,
            "InvalidParameterValueException",
            format!(
                "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution \
                 below its minimum value of [{UNRESERVED}]."
            ),
        ));
    }
    target.function_mut(&mut world.lambda)?.reserved_concurrency = Some(wanted);
    Ok(json!({ "ReservedConcurrentExecutions": wanted }).into())
}

pub(super) fn get_function_concurrency(emulator: &Emulator, call: &Call) -> Answered {
    let target = Target::read(emulator, call)?;
    Ok(match target.function(&emulator.world().lambda)?.reserved_concurrency {
        Some(reserved) => json!({ "ReservedConcurrentExecutions": reserved }),
        None => json!({}),
    }
    .into())
}

pub(super) fn delete_function_concurrency(emulator: &Emulator, call: &Call) -> Answered {
    let target = Target::read(emulator, call)?;
    target.function_mut(&mut emulator.world().lambda)?.reserved_concurrency = None;
    Ok(json!({}).into())
}
