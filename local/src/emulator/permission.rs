//! Whether the caller's policies allow a call: those of the role of a function, or those of the settings.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    emulator::Emulator,
    runtime::Credentials,
    services::iam::{self, Permission},
    wire::{
        call::{Call, Service},
        error::AwsError,
    },
};

/// Checks a call against the policies of its caller.
///
/// # Errors
/// When the session token is not the one of the credentials, or a policy does not allow the call.
pub(super) fn check(emulator: &Emulator, call: &Call) -> Result<(), AwsError> {
    let function = caller(emulator, call);
    if function.as_ref().is_some_and(|it| call.header("x-amz-security-token") != Some(&it.session_token)) {
        return Err(invalid_token(call.service));
    }
    let settings = emulator.settings();
    let policies = call.access_key_id().and_then(|key| settings.caller_policies.get(key));
    if function.is_none() && policies.is_none() {
        return Ok(());
    }
    for permission in needed(emulator, call) {
        let (user, decided) = if let Some(function) = &function {
            (function.arn(), emulator.world().iam.decide(&function.role, &permission))
        } else {
            emulator.calls_made().need(&permission.action);
            let user = user_arn(&settings.account);
            let decided = iam::decide_for_user(&user, policies.map(Vec::as_slice).unwrap_or_default(), &permission);
            (user, decided)
        };
        decided.map_err(|denial| denied(call, &user, &permission, &denial.reason(&permission.action)))?;
    }
    Ok(())
}

/// The ARN of the caller that is no function.
pub(crate) fn user_arn(account: &str) -> String {
    format!("arn:aws:iam::{account}:user/local")
}

fn denied(call: &Call, user: &str, Permission { action, resource, .. }: &Permission, reason: &str) -> AwsError {
    let shown = match (call.service, call.text("RoleName")) {
        (Service::Iam, Some(role)) => format!("role {role}"),
        (Service::S3, _) => format!("\"{resource}\""),
        _ => resource.clone(),
    };
    let message = format!("User: {user} is not authorized to perform: {action} on resource: {shown} {reason}");
    match call.service {
        Service::Cognito | Service::Logs => AwsError::new(400, "AccessDeniedException", message),
        Service::ApiGateway | Service::Lambda => AwsError::new(403, "AccessDeniedException", message),
        Service::Iam | Service::S3 | Service::Sts => AwsError::new(403, "AccessDenied", message),
    }
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

/// The permissions that a call needs: its own, those of the tags it gives, and that to pass a role.
fn needed(emulator: &Emulator, call: &Call) -> Vec<Permission> {
    let unsigned = call.service == Service::Cognito && call.is_unsigned_on_aws();
    if call.service == Service::Sts || unsigned {
        return Vec::new();
    }
    let given = given_tags(call);
    let (action, resource) = own(emulator, call);
    let mut keys: BTreeMap<String, String> =
        given.iter().map(|(name, value)| (format!("aws:requesttag/{}", name.to_lowercase()), value.clone())).collect();
    keys.extend(pool_tags(emulator, call));
    let permission = |action: &str, resource: &str| Permission {
        action: action.to_owned(),
        resource: resource.to_owned(),
        keys: keys.clone(),
    };
    let mut needed = vec![permission(&action, &resource)];
    match (call.service, call.operation.as_str()) {
        (Service::Iam, "CreateRole") if !given.is_empty() => needed.push(permission("iam:TagRole", &resource)),
        (Service::Lambda, "CreateFunction") if !given.is_empty() => {
            needed.push(permission("lambda:TagResource", &resource));
        }
        (Service::Cognito, "CreateUserPool") if !given.is_empty() => {
            needed.push(permission("cognito-idp:TagResource", &resource));
        }
        (Service::Logs, "CreateLogGroup") if !given.is_empty() => {
            needed.push(permission("logs:TagResource", &resource));
        }
        (Service::ApiGateway, "CreateRestApi" | "CreateStage") if !given.is_empty() => {
            needed.push(permission("apigateway:PUT", &format!("arn:aws:apigateway:{}::/tags/*", call.region)));
        }
        // The condition of the write is read from the object.
        (Service::S3, "PutObject") if call.header("if-match").is_some() => {
            needed.push(permission("s3:GetObject", &resource));
        }
        _ => {}
    }
    if call.service == Service::Lambda
        && let Some(role) = call.text("Role")
    {
        let mut pass = permission("iam:PassRole", role);
        pass.keys.insert("iam:passedtoservice".into(), "lambda.amazonaws.com".into());
        needed.push(pass);
    }
    needed
}

/// The tags in a call, under each service's name for them.
fn given_tags(call: &Call) -> BTreeMap<String, String> {
    let tags = ["Tags", "tags", "UserPoolTags"].iter().find_map(|name| call.input.get(*name));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match tags {
        Some(Value::Object(map)) => map.iter().map(|(name, value)| (name.clone(), text(value))).collect(),
        Some(Value::Array(pairs)) => pairs.iter().map(|pair| (text(&pair["Key"]), text(&pair["Value"]))).collect(),
        _ => BTreeMap::new(),
    }
}

/// The condition keys for the tags of the user pool that a call is about. Tags of other resources are not looked at.
fn pool_tags(emulator: &Emulator, call: &Call) -> Vec<(String, String)> {
    if call.service != Service::Cognito {
        return Vec::new();
    }
    let arn = call.text("ResourceArn").and_then(|arn| arn.rsplit_once('/')).map(|(_, id)| id);
    let Some(id) = call.text("UserPoolId").or(arn) else { return Vec::new() };
    let world = emulator.world();
    let tags = world.cognito.tags_of(id).into_iter().flatten();
    tags.map(|(name, value)| (format!("aws:resourcetag/{}", name.to_lowercase()), value.clone())).collect()
}

/// The action of a call, and the resource that it is about.
fn own(emulator: &Emulator, call: &Call) -> (String, String) {
    let account = &emulator.settings().account;
    let operation = call.operation.as_str();
    let member = |name: &str| call.text(name).unwrap_or_default();
    let arn = |service: &str, rest: String| format!("arn:aws:{service}:{}:{account}:{rest}", call.region);
    let action = format!("{}:{operation}", call.service.prefix());
    match call.service {
        Service::Sts => (action, "*".to_owned()),
        Service::Cognito => {
            let pool = call.text("UserPoolId").unwrap_or("*");
            let resource =
                call.text("ResourceArn").map_or_else(|| arn("cognito-idp", format!("userpool/{pool}")), str::to_owned);
            (action, resource)
        }
        Service::Logs => {
            let group = call.text("logGroupName").or(call.text("logGroupIdentifier")).or(call.text("resourceArn"));
            let group = group.unwrap_or("*");
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
            let bucket = call.text("Bucket").unwrap_or("*");
            let action = s3_action(operation);
            let key = call.text("Key").filter(|_| action != "ListBucket");
            let key = key.map(|key| format!("/{key}")).unwrap_or_default();
            (format!("s3:{action}"), format!("arn:aws:s3:::{bucket}{key}"))
        }
        Service::ApiGateway => {
            (format!("apigateway:{}", verb(operation)), format!("arn:aws:apigateway:{}::{}", call.region, call.path))
        }
    }
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
