//! The access log of a stage: where it writes a line for each request, and which.
//!
//! An access log that was set by hand on a stage whose config has none is not changed. Ours goes to the log group
//! of the stack, by which it is told.

use aws_sdk_apigateway::types::{AccessLogSettings, Op, PatchOperation};
use serde::{Deserialize, Serialize};

use crate::{
    aws::{Clients, Context, call, operation},
    engine::ResourceError,
    resources::{log_group, rest_api::patch},
};

/// Where a stage writes, and what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessLog {
    /// The ARN of a log group, without `:*`.
    pub destination_arn: String,
    /// One line, of which API Gateway fills in the variables.
    pub format: String,
}

/// Where the access log of a stack's stage goes.
pub(super) fn destination(cloud: &Clients, stack: &str, stage: &str) -> String {
    cloud.arn("logs", &format!("log-group:{}", log_group::access_name(&format!("{stack}-{stage}"))))
}

/// What a stage has, when it goes where `ours` does.
pub(super) fn live(settings: Option<&AccessLogSettings>, ours: &str) -> Option<AccessLog> {
    let settings = settings?;
    // AWS may write the ARN as `DescribeLogGroups` does.
    let destination = settings.destination_arn()?.trim_end_matches(":*");
    let format = settings.format().unwrap_or_default().trim_end_matches('\n');
    (destination == ours).then(|| AccessLog { destination_arn: destination.to_owned(), format: format.to_owned() })
}

/// The patches that lead to this access log.
pub(super) fn patches(want: Option<&AccessLog>) -> Vec<PatchOperation> {
    let Some(AccessLog { destination_arn, format }) = want else {
        return vec![patch(Op::Remove, "/accessLogSettings", None)];
    };
    vec![
        patch(Op::Replace, "/accessLogSettings/destinationArn", Some(destination_arn)),
        patch(Op::Replace, "/accessLogSettings/format", Some(format)),
    ]
}

/// Whether the account has a role with which API Gateway writes logs.
///
/// # Errors
/// When that cannot be looked at.
pub async fn may_log(context: &Context<'_>) -> Result<bool, ResourceError> {
    let request = context.cloud.apigateway.get_account();
    let account = call(context, &operation::GET_ACCOUNT, || request.clone().send()).await?;
    Ok(account.cloudwatch_role_arn.is_some_and(|arn| !arn.is_empty()))
}

/// Says what is missing where API Gateway has no role to write logs with. It is set for all APIs together, so only the
/// user sets it.
pub(super) fn explained(error: ResourceError) -> ResourceError {
    if !error.message.contains("CloudWatch Logs role ARN") {
        return error;
    }
    ROLE_HINTS.into_iter().fold(error, ResourceError::hint)
}

/// How an account gets the role with which API Gateway writes logs.
pub const ROLE_HINTS: [&str; 3] = [
    "make a role that `apigateway.amazonaws.com` may assume, with the policy \
     `arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs`",
    "then run `aws apigateway update-account --patch-operations op=replace,path=/cloudwatchRoleArn,value=<its ARN>`: it is \
     one for all APIs of the account in this Region, so only you set it",
    "or leave out `api.accessLogs`",
];
