//! Evaluation of a role's policies: identity policies and the permissions boundary, with conditions on what the emulator
//! knows of a request.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    Role,
    condition::{self, Context},
    document::{statements, texts},
};
use crate::wire::wildcard::matches;

/// The reason why a request is denied, in the words that follow the action and the resource in AWS's message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Denial {
    Explicit,
    NoIdentityPolicy,
    NoBoundary,
}

impl Denial {
    /// The end of AWS's message.
    pub(crate) fn reason(self, action: &str) -> String {
        match self {
            Self::Explicit => "with an explicit deny in an identity-based policy".into(),
            Self::NoIdentityPolicy => format!("because no identity-based policy allows the {action} action"),
            Self::NoBoundary => format!("because no permissions boundary allows the {action} action"),
        }
    }
}

/// One action on one resource, with the condition keys that are the request's own, in lowercase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Permission {
    pub(crate) action: String,
    pub(crate) resource: String,
    pub(crate) keys: BTreeMap<String, String>,
}

/// Whether the role may do what needs the permission. A boundary that the emulator does not know does not limit it.
pub(super) fn decide(role: &Role, permission: &Permission) -> Result<(), Denial> {
    let inline = role.inline.values().filter_map(|document| serde_json::from_str(document).ok());
    let documents: Vec<Value> = inline.chain(role.attached.iter().filter_map(|arn| managed(arn))).collect();
    let boundary = role.permissions_boundary.as_deref().and_then(managed);
    let mut context = context(&role.arn, "AssumedRole", permission);
    let tags = role.tags.iter().map(|(key, value)| (format!("aws:principaltag/{}", key.to_lowercase()), value.clone()));
    context.extend(tags);
    decide_by(&documents, boundary.as_ref(), permission, &context)
}

/// Whether the user with these policies may do what needs the permission.
pub(super) fn decide_for_user(arn: &str, documents: &[Value], permission: &Permission) -> Result<(), Denial> {
    decide_by(documents, None, permission, &context(arn, "User", permission))
}

fn decide_by(
    documents: &[Value],
    boundary: Option<&Value>,
    Permission { action, resource, .. }: &Permission,
    context: &Context,
) -> Result<(), Denial> {
    let has = |documents: &[Value], effect: &str| {
        let mut statements = documents.iter().flat_map(statements);
        statements.any(|statement| statement["Effect"] == effect && applies(statement, action, resource, context))
    };
    if has(documents, "Deny") {
        Err(Denial::Explicit)
    } else if !has(documents, "Allow") {
        Err(Denial::NoIdentityPolicy)
    } else if boundary.is_some_and(|boundary| !has(std::slice::from_ref(boundary), "Allow")) {
        Err(Denial::NoBoundary)
    } else {
        Ok(())
    }
}

/// The condition keys of a request of this principal.
fn context(principal: &str, kind: &str, permission: &Permission) -> Context {
    let region = permission.resource.split(':').nth(3).filter(|region| !region.is_empty());
    let account = principal.split(':').nth(4).unwrap_or_default();
    let mut context = permission.keys.clone();
    context.extend([
        ("aws:principalarn".to_owned(), principal.to_owned()),
        ("aws:principalaccount".to_owned(), account.to_owned()),
        ("aws:resourceaccount".to_owned(), account.to_owned()),
        ("aws:principaltype".to_owned(), kind.to_owned()),
        ("aws:securetransport".to_owned(), "true".to_owned()),
        ("aws:requestedregion".to_owned(), region.unwrap_or("us-east-1").to_owned()),
    ]);
    context
}

/// Whether a trust policy lets the service assume the role.
pub(super) fn trusts(trust: &str, service: &str) -> bool {
    let document: Value = serde_json::from_str(trust).unwrap_or_default();
    let applies = |statement: &&Value| {
        let named = statement
            .get("Principal")
            .is_some_and(|principal| principal == "*" || texts(principal, "Service").contains(&service));
        named && texts(statement, "Action").iter().any(|pattern| matches(&pattern.to_lowercase(), "sts:assumerole"))
    };
    let effects: Vec<_> = statements(&document).iter().filter(applies).map(|statement| &statement["Effect"]).collect();
    effects.iter().any(|effect| **effect == "Allow") && !effects.iter().any(|effect| **effect == "Deny")
}

fn applies(statement: &Value, action: &str, resource: &str, context: &Context) -> bool {
    let action = action.to_lowercase();
    let acts = |member| texts(statement, member).iter().any(|pattern| matches(&pattern.to_lowercase(), &action));
    let is_on = |member| texts(statement, member).iter().any(|pattern| matches(pattern, resource));
    let action = if statement.get("NotAction").is_some() { !acts("NotAction") } else { acts("Action") };
    let resource = if statement.get("NotResource").is_some() { !is_on("NotResource") } else { is_on("Resource") };
    action && resource && statement.get("Condition").is_none_or(|condition| condition::holds(condition, context))
}

/// The document of a managed policy that the emulator knows. Every other managed policy allows nothing.
fn managed(arn: &str) -> Option<Value> {
    let actions = match arn.strip_prefix("arn:aws:iam::aws:policy/")? {
        "service-role/AWSLambdaBasicExecutionRole" | "service-role/AWSLambdaVPCAccessExecutionRole" => {
            json!(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"])
        }
        "service-role/AmazonAPIGatewayPushToCloudWatchLogs" => json!([
            "logs:CreateLogGroup",
            "logs:CreateLogStream",
            "logs:DescribeLogGroups",
            "logs:DescribeLogStreams",
            "logs:PutLogEvents",
            "logs:GetLogEvents",
            "logs:FilterLogEvents"
        ]),
        "CloudWatchLogsFullAccess" => json!("logs:*"),
        "AWSLambdaExecute" => json!(["logs:*", "s3:GetObject", "s3:PutObject"]),
        "service-role/AWSLambdaRole" => json!("lambda:InvokeFunction"),
        "AWSLambda_FullAccess" => json!("lambda:*"),
        "AWSLambda_ReadOnlyAccess" => json!(["lambda:Get*", "lambda:List*"]),
        "AmazonCognitoPowerUser" => json!("cognito-idp:*"),
        "AmazonCognitoReadOnly" => json!([
            "cognito-idp:Describe*",
            "cognito-idp:AdminGet*",
            "cognito-idp:AdminList*",
            "cognito-idp:List*",
            "cognito-idp:Get*"
        ]),
        "AmazonS3FullAccess" => json!("s3:*"),
        "AmazonS3ReadOnlyAccess" => json!(["s3:Get*", "s3:List*", "s3:Describe*"]),
        "ReadOnlyAccess" => json!(["*:Get*", "*:List*", "*:Describe*", "*:Filter*", "cognito-idp:AdminGet*"]),
        "PowerUserAccess" => {
            let statement = json!({ "Effect": "Allow", "NotAction": ["iam:*", "organizations:*"], "Resource": "*" });
            return Some(json!({ "Statement": statement }));
        }
        "AdministratorAccess" => json!("*"),
        _ => return None,
    };
    Some(json!({ "Statement": { "Effect": "Allow", "Action": actions, "Resource": "*" } }))
}
