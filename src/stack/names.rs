//! Names and ARNs, as far as they follow from the configuration and from whose account it is.

use sha2::{Digest as _, Sha256};

use crate::{config::Config, resources::lambda_function::ALIAS};

/// IAM's limit for the name of a role.
const LONGEST_ROLE_NAME: usize = 64;

/// Whose account the stack is in, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Twelve digits.
    pub account: String,
    /// The Region.
    pub region: String,
    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub partition: String,
}

impl Identity {
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
///
/// Roles belong to the account and not to a Region, so a stack in two Regions would fight for one name: the Region is
/// part of it. A name that would be too long is cut, and a hash of the whole stands for what is missing.
#[must_use]
pub fn role_name(config: &Config, identity: &Identity, function: &str) -> String {
    let whole = format!("{}-{}", config.function_name(function), identity.region);
    if whole.len() <= LONGEST_ROLE_NAME {
        return whole;
    }
    let digest = Sha256::digest(&whole);
    let hash = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]);
    let kept: String = whole.chars().take(LONGEST_ROLE_NAME - "-01234567".len()).collect();
    format!("{kept}-{hash:08x}")
}

/// The path of all roles of a stack, by which they are found.
pub(super) fn role_path(config: &Config) -> String {
    format!("/stackctl/{}/{}/", config.deployment.service_name, config.deployment.stage)
}

pub(super) fn role_arn(config: &Config, identity: &Identity, function: &str) -> String {
    let (path, name) = (role_path(config), role_name(config, identity, function));
    format!("arn:{}:iam::{}:role{path}{name}", identity.partition, identity.account)
}

/// The ARN under which the API calls a function: that of its alias, so that code and settings change in one instant.
pub(super) fn called_arn(config: &Config, identity: &Identity, function: &str) -> String {
    identity.arn("lambda", &format!("function:{}:{ALIAS}", config.function_name(function)))
}

/// The name of a function's log group: the one to which Lambda writes unless it is told another.
#[must_use]
pub fn log_group_name(config: &Config, function: &str) -> String {
    format!("/aws/lambda/{}", config.function_name(function))
}
