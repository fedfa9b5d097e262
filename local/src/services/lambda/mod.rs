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

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

pub(crate) use function::{Function, Version};
pub(crate) use invoke::InvokeTarget;

use crate::{
    emulator::Cloud,
    wire::{
        call::Call,
        error::{Answered, AwsError},
    },
};

/// Lambda's part of the world.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Lambda {
    /// By unqualified ARN. It includes the Region, so the same name may exist in several Regions.
    functions: BTreeMap<String, Function>,
}

impl Lambda {
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
pub(crate) fn code(cloud: &Cloud, blob: &str) -> Option<Bytes> {
    let known = cloud.world().lambda.functions.values().any(|function| function.has_code(blob));
    known.then(|| cloud.blob(blob)).flatten()
}

/// Carries out one call.
pub(crate) async fn handle(cloud: &Cloud, call: &Call) -> Answered {
    match call.operation.as_str() {
        "CreateFunction" => create::create_function(cloud, call),
        "GetFunction" => read::get_function(cloud, call),
        "GetFunctionConfiguration" => read::get_function_configuration(cloud, call),
        "ListFunctions" => list::list_functions(cloud, call),
        "UpdateFunctionCode" => update::update_function_code(cloud, call),
        "UpdateFunctionConfiguration" => update::update_function_configuration(cloud, call),
        "DeleteFunction" => delete::delete_function(cloud, call),
        "AddPermission" => permissions::add_permission(cloud, call),
        "RemovePermission" => permissions::remove_permission(cloud, call),
        "GetPolicy" => permissions::get_policy(cloud, call),
        "TagResource" => tags::tag_resource(cloud, call),
        "UntagResource" => tags::untag_resource(cloud, call),
        "ListTags" => tags::list_tags(cloud, call),
        "PublishVersion" => versions::publish_version(cloud, call),
        "ListVersionsByFunction" => list::list_versions(cloud, call),
        "CreateAlias" => aliases::create_alias(cloud, call),
        "GetAlias" => aliases::get_alias(cloud, call),
        "UpdateAlias" => aliases::update_alias(cloud, call),
        "DeleteAlias" => aliases::delete_alias(cloud, call),
        "ListAliases" => aliases::list_aliases(cloud, call),
        "PutFunctionConcurrency" => concurrency::put_function_concurrency(cloud, call),
        "GetFunctionConcurrency" => concurrency::get_function_concurrency(cloud, call),
        "DeleteFunctionConcurrency" => concurrency::delete_function_concurrency(cloud, call),
        "Invoke" => invoke::invoke(cloud, call).await,
        _ => Err(AwsError::not_imitated(&call.name())),
    }
}
