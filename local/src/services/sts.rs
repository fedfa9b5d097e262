//! STS: the caller's identity.

use serde_json::json;

use crate::{
    emulator::Emulator,
    wire::{
        call::Call,
        error::{Answered, AwsError},
    },
};

/// Carries out one call.
pub(crate) fn handle(emulator: &Emulator, call: &Call) -> Answered {
    let account = &emulator.settings().account;
    match call.operation.as_str() {
        "GetCallerIdentity" => Ok(
            json!({ "Account": account, "UserId": "AIDALOCAL", "Arn": format!("arn:aws:iam::{account}:user/local") })
                .into(),
        ),
        _ => Err(AwsError::not_imitated(&call.name())),
    }
}
