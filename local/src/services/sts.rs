//! STS: the caller's identity.

use serde_json::json;

use crate::{
    emulator::{Emulator, permission},
    wire::{
        call::Call,
        error::{Answered, AwsError},
    },
};

/// Carries out one call.
pub(crate) fn handle(emulator: &Emulator, call: &Call) -> Answered {
    let account = &emulator.settings().account;
    match call.operation.as_str() {
        "GetCallerIdentity" => {
            let identity = if let Some(function) = permission::caller(emulator, call) {
                let world = emulator.world();
                let id = format!("{}:{}", world.iam.role_id(&function.role).unwrap_or_default(), function.session);
                json!({ "Account": account, "UserId": id, "Arn": function.arn() })
            } else {
                let arn = permission::user_arn(account);
                json!({ "Account": account, "UserId": "AIDALOCAL", "Arn": arn })
            };
            Ok(identity.into())
        }
        _ => Err(AwsError::not_imitated(&call.name())),
    }
}
