//! Names and ARNs, as far as they follow from the configuration and from whose account it is.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    config::Config,
    package::Package,
    resources::{iam_role, lambda_function::ALIAS, log_group},
};

/// Whose account the stack is in, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameScope {
    /// Twelve digits.
    pub account: String,
    pub region: String,
    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub partition: String,
    /// What stands in for AWS, when anything does.
    pub endpoint: Option<String>,
}

impl NameScope {
    /// The ARN of a thing in this account and Region; `rest` follows the account.
    pub(super) fn arn(&self, service: &str, rest: &str) -> String {
        format!("arn:{}:{service}:{}:{}:{rest}", self.partition, self.region, self.account)
    }
}

/// `<serviceName>-<stage>`, the name of what a stack has one of.
pub(super) fn stack_name(config: &Config) -> String {
    format!("{}-{}", config.deployment.service_name, config.deployment.stage)
}

/// The name of a function's role.
#[must_use]
pub fn role_name(config: &Config, identity: &NameScope, function: &str) -> String {
    iam_role::name_for(&config.function_name(function), &identity.region)
}

/// The path of all roles of a stack.
pub(super) fn role_path(config: &Config) -> String {
    iam_role::path(&config.deployment.service_name, &config.deployment.stage)
}

pub(super) fn role_arn(config: &Config, identity: &NameScope, function: &str) -> String {
    let (path, name) = (role_path(config), role_name(config, identity, function));
    format!("arn:{}:iam::{}:role{path}{name}", identity.partition, identity.account)
}

/// The ARN under which the API calls a function: that of its alias, so that code and settings change in one instant.
pub(super) fn called_arn(config: &Config, identity: &NameScope, function: &str) -> String {
    identity.arn("lambda", &format!("function:{}:{ALIAS}", config.function_name(function)))
}

/// The name of the log group to which the API writes a line for each request.
#[must_use]
pub fn access_log_group_name(config: &Config) -> String {
    log_group::access_name(&stack_name(config))
}

/// The name of a function's log group: the one to which Lambda writes unless it is told another.
#[must_use]
pub fn log_group_name(config: &Config, function: &str) -> String {
    log_group::name_for(&config.function_name(function))
}

/// The package of each function, by the function's name in the configuration.
pub type FunctionPackages = BTreeMap<String, Arc<Package>>;
