//! Whether a function's role allows the calls that the function makes.
//!
//! Calls with other credentials are the developer's own and may do everything.

use crate::{
    emulator::Emulator,
    runtime::Credentials,
    wire::{
        call::{Call, Service},
        error::AwsError,
    },
};

/// Checks a call that is signed with the credentials of a function.
///
/// # Errors
/// When the session token is not the one of the credentials, or the role does not allow the call.
pub(super) fn check(emulator: &Emulator, call: &Call) -> Result<(), AwsError> {
    let Some(caller) = caller(emulator, call) else { return Ok(()) };
    if call.header("x-amz-security-token") != Some(&caller.session_token) {
        return Err(invalid_token(call.service));
    }
    let Some((action, resource)) = needed(emulator, call) else { return Ok(()) };
    let decided = emulator.world().iam.decide(&caller.role, &action, &resource);
    decided.map_err(|denial| {
        let shown = match (call.service, call.text("RoleName")) {
            (Service::Iam, Some(role)) => format!("role {role}"),
            (Service::S3, _) => format!("\"{resource}\""),
            _ => resource,
        };
        let (user, reason) = (caller.arn(), denial.reason(&action));
        let message = format!("User: {user} is not authorized to perform: {action} on resource: {shown} {reason}");
        match call.service {
            Service::Cognito | Service::Logs => AwsError::new(400, "AccessDeniedException", message),
            Service::ApiGateway | Service::Lambda => AwsError::new(403, "AccessDeniedException", message),
            Service::Iam | Service::S3 | Service::Sts => AwsError::new(403, "AccessDenied", message),
        }
    })
}

/// The function that signed a call, if it was one.
pub(crate) fn caller(emulator: &Emulator, call: &Call) -> Option<Credentials> {
    emulator.runtime().credentials(call.access_key_id()?)
}

fn invalid_token(service: Service) -> AwsError {
    let message = "The security token included in the request is invalid.";
    match service {
        Service::Cognito | Service::Logs => AwsError::new(400, "UnrecognizedClientException", message),
        Service::ApiGateway | Service::Lambda => AwsError::new(403, "UnrecognizedClientException", message),
        Service::Iam | Service::Sts => AwsError::new(403, "InvalidClientTokenId", message),
        Service::S3 => AwsError::new(400, "InvalidToken", "The provided token is malformed or otherwise invalid."),
    }
}

/// The action and the resource that a policy must allow. `None` for a call that needs no permission.
fn needed(emulator: &Emulator, call: &Call) -> Option<(String, String)> {
    let account = &emulator.settings().account;
    let operation = call.operation.as_str();
    let member = |name: &str| call.text(name).unwrap_or_default();
    let arn = |service: &str, rest: String| format!("arn:aws:{service}:{}:{account}:{rest}", call.region);
    let action = format!("{}:{operation}", call.service.prefix());
    Some(match call.service {
        Service::Sts => return None,
        Service::Cognito if call.is_unsigned_on_aws() => return None,
        Service::Cognito => {
            let pool = call.text("UserPoolId").map_or("*", |pool| pool);
            (
                action,
                call.text("ResourceArn").map_or_else(|| arn("cognito-idp", format!("userpool/{pool}")), str::to_owned),
            )
        }
        Service::Logs => {
            let group = call.text("logGroupName").or(call.text("logGroupIdentifier")).unwrap_or("*");
            let group = group.rsplit_once(":log-group:").map_or(group, |(_, name)| name).trim_end_matches(":*");
            (action, arn("logs", format!("log-group:{group}:log-stream:{}", member("logStreamName"))))
        }
        Service::Lambda => {
            let action = if operation == "Invoke" { "lambda:InvokeFunction".into() } else { action };
            let name = call.text("FunctionName").or(call.text("Resource"));
            let name = name.map_or("*", |name| name.rsplit_once("function:").map_or(name, |(_, name)| name));
            let qualifier = call.text("Qualifier").map(|qualifier| format!(":{qualifier}")).unwrap_or_default();
            (action, arn("lambda", format!("function:{name}{qualifier}")))
        }
        Service::Iam => {
            let path = call.text("Path").filter(|path| operation == "CreateRole" && path.len() > 1).unwrap_or("/");
            let made = format!("arn:aws:iam::{account}:role{path}{}", call.text("RoleName").unwrap_or("*"));
            let role = emulator.world().iam.named_arn(member("RoleName"));
            (action, role.unwrap_or(made))
        }
        Service::S3 => {
            let key = call.text("Key").map(|key| format!("/{key}")).unwrap_or_default();
            let bucket = call.text("Bucket").unwrap_or("*");
            (format!("s3:{}", s3_action(operation)), format!("arn:aws:s3:::{bucket}{key}"))
        }
        Service::ApiGateway => {
            let api = call.text("restApiId").map(|api| format!("/{api}")).unwrap_or_default();
            (format!("apigateway:{}", verb(operation)), format!("arn:aws:apigateway:{}::/restapis{api}", call.region))
        }
    })
}

/// The IAM action of an S3 operation, whose names differ.
fn s3_action(operation: &str) -> &str {
    match operation {
        "HeadObject" => "GetObject",
        "HeadBucket" | "ListObjects" | "ListObjectsV2" => "ListBucket",
        "ListObjectVersions" => "ListBucketVersions",
        "ListBuckets" => "ListAllMyBuckets",
        "DeleteObjects" => "DeleteObject",
        other => other,
    }
}

/// The IAM actions of API Gateway are HTTP methods.
fn verb(operation: &str) -> &'static str {
    match operation {
        name if name.starts_with("Get") => "GET",
        name if name.starts_with("Update") => "PATCH",
        name if name.starts_with("Delete") || name.starts_with("Untag") => "DELETE",
        name if name.starts_with("Put") || name.starts_with("Tag") => "PUT",
        _ => "POST",
    }
}
