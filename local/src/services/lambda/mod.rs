//! Lambda's control plane: functions, versions, aliases, permissions and `Invoke`.
//!
//! `crate::runtime` runs the functions.

mod aliases;
mod code;
mod concurrency;
mod configuration;
mod create;
mod delete;
mod function;
mod invoke;
mod list;
mod members;
mod names;
mod permissions;
mod read;
mod refusals;
mod runtimes;
mod settings;
mod tags;
mod update;
mod versions;

#[cfg(test)]
mod tests;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

pub(crate) use function::{Function, Version};
pub(crate) use invoke::InvokeTarget;

use crate::{
    emulator::Emulator,
    store::table::{Stored, Table},
    wire::{
        call::Call,
        error::{Answered, AwsError},
    },
};

/// Lambda's part of the world.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Lambda {
    /// By unqualified ARN. It includes the Region, so the same name may exist in several Regions.
    functions: Table<String, Function>,
}

impl Lambda {
    /// The functions, to be saved.
    pub(crate) fn functions(&mut self) -> &mut dyn Stored {
        &mut self.functions
    }

    /// Whether a resource policy allows this service principal to invoke the function on behalf of this source. Only
    /// the policy of the ARN's own qualifier counts.
    pub(crate) fn allows_invoke(&self, function_arn: &str, principal: &str, source_arn: &str) -> bool {
        let (unqualified, qualifier) = names::split_arn(function_arn);
        self.functions
            .get(unqualified)
            .and_then(|function| function.policies.get(qualifier.unwrap_or_default()))
            .is_some_and(|policy| policy.allows_service(principal, source_arn))
    }
}

/// The zip of that name, if it is the code of a function.
pub(crate) fn code(emulator: &Emulator, blob: &str) -> Option<Bytes> {
    let known = emulator.world().lambda.functions.values().any(|function| function.has_code(blob));
    known.then(|| emulator.blob(blob)).flatten()
}

/// Ends a change that only waits to be read or used, when a call names its function.
fn end_unread_change(emulator: &Emulator, call: &Call) {
    let Ok(target) = names::Target::read(emulator, call) else { return };
    let mut world = emulator.world();
    let waits = world.lambda.functions.get(&target.arn).is_some_and(|function| !function.unread_until.is_zero());
    if waits && let Some(function) = world.lambda.functions.get_mut(&target.arn) {
        function.has_been_read();
    }
}

/// Carries out one call.
pub(crate) async fn handle(emulator: &Emulator, call: &Call) -> Answered {
    if !matches!(call.operation.as_str(), "CreateFunction" | "UpdateFunctionCode" | "UpdateFunctionConfiguration") {
        end_unread_change(emulator, call);
    }
    match call.operation.as_str() {
        "CreateFunction" => create::create_function(emulator, call),
        "GetFunction" => read::get_function(emulator, call),
        "GetFunctionConfiguration" => read::get_function_configuration(emulator, call),
        "ListFunctions" => list::list_functions(emulator, call),
        "UpdateFunctionCode" => update::update_function_code(emulator, call),
        "UpdateFunctionConfiguration" => update::update_function_configuration(emulator, call),
        "DeleteFunction" => delete::delete_function(emulator, call),
        "AddPermission" => permissions::add_permission(emulator, call),
        "RemovePermission" => permissions::remove_permission(emulator, call),
        "GetPolicy" => permissions::get_policy(emulator, call),
        "TagResource" => tags::tag_resource(emulator, call),
        "UntagResource" => tags::untag_resource(emulator, call),
        "ListTags" => tags::list_tags(emulator, call),
        "PublishVersion" => versions::publish_version(emulator, call),
        "ListVersionsByFunction" => list::list_versions(emulator, call),
        "CreateAlias" => aliases::create_alias(emulator, call),
        "GetAlias" => aliases::get_alias(emulator, call),
        "UpdateAlias" => aliases::update_alias(emulator, call),
        "DeleteAlias" => aliases::delete_alias(emulator, call),
        "ListAliases" => aliases::list_aliases(emulator, call),
        "PutFunctionConcurrency" => concurrency::put_function_concurrency(emulator, call),
        "GetFunctionConcurrency" => concurrency::get_function_concurrency(emulator, call),
        "DeleteFunctionConcurrency" => concurrency::delete_function_concurrency(emulator, call),
        "Invoke" => invoke::invoke(emulator, call).await,
        _ => Err(AwsError::not_imitated(&call.name())),
    }
}
