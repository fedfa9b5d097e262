//! Validation of policy documents.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::limit_exceeded;
use crate::wire::{call::Call, error::AwsError};

const LARGEST_TRUST: usize = 2048;

/// The size of a document for its quota, in characters without whitespace.
pub(super) fn size(document: &str) -> usize {
    document.chars().filter(|letter| !letter.is_whitespace()).count()
}

/// The statements of a document, which has one statement or a list of them.
pub(super) fn statements(document: &Value) -> &[Value] {
    match document.get("Statement") {
        Some(Value::Array(statements)) => statements,
        Some(statement) => std::slice::from_ref(statement),
        None => &[],
    }
}

/// The strings of a member that is one string or a list of strings.
pub(super) fn texts<'a>(object: &'a Value, member: &str) -> Vec<&'a str> {
    match object.get(member) {
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(text)) => vec![text],
        _ => Vec::new(),
    }
}

/// A member of the request, checked as a trust policy.
pub(super) fn trust<'a>(call: &'a Call, member: &str) -> Result<&'a str, AwsError> {
    let text = call.required(member);
    check_trust(text).map_err(malformed)?;
    if size(text) > LARGEST_TRUST {
        return Err(limit_exceeded(format!("Cannot exceed quota for ACLSizePerRole: {LARGEST_TRUST}")));
    }
    Ok(text)
}

/// A member of the request, checked as a permissions policy.
pub(super) fn permissions<'a>(call: &'a Call, member: &str) -> Result<&'a str, AwsError> {
    let text = call.required(member);
    check_permissions(text).map_err(malformed)?;
    Ok(text)
}

fn malformed(message: String) -> AwsError {
    AwsError::new(400, "MalformedPolicyDocument", message)
}

fn check_trust(text: &str) -> Result<(), String> {
    let document: Value = serde_json::from_str(text).map_err(|_| "This policy contains invalid Json")?;
    if document.get("Statement").is_none() {
        return Err("Missing required field Statement".into());
    }
    for statement in statements(&document) {
        for field in ["Effect", "Principal", "Action"] {
            if statement.get(field).is_none() {
                return Err(format!("Missing required field {field}"));
            }
        }
        if statement.get("Resource").is_some() {
            return Err("Has prohibited field Resource".into());
        }
        check_frame(&document, statement)?;
        if texts(statement, "Action").iter().any(|action| !action.to_lowercase().starts_with("sts:")) {
            return Err("AssumeRole policy may only specify STS AssumeRole actions.".into());
        }
        for service in statement.get("Principal").map(|principal| texts(principal, "Service")).unwrap_or_default() {
            if !service.ends_with(".amazonaws.com") {
                return Err(format!("Invalid principal in policy: \"SERVICE\":\"{service}\""));
            }
        }
    }
    Ok(())
}

fn check_permissions(text: &str) -> Result<(), String> {
    let document: Value = serde_json::from_str(text).map_err(|_| SYNTAX)?;
    if document.is_object() && document.get("Version").is_none() {
        return Err("Policy document must be version 2012-10-17 or greater.".into());
    }
    let mut ids = BTreeSet::new();
    let statements = statements(&document);
    if statements.is_empty() {
        return Err(SYNTAX.into());
    }
    for statement in statements {
        if statement.get("Principal").is_some() || statement.get("NotPrincipal").is_some() {
            return Err("Policy document should not specify a principal.".into());
        }
        check_frame(&document, statement)?;
        let actions = [texts(statement, "Action"), texts(statement, "NotAction")].concat();
        let resources = [texts(statement, "Resource"), texts(statement, "NotResource")].concat();
        if actions.is_empty() {
            return Err("Policy statement must contain actions.".into());
        }
        if resources.is_empty() {
            return Err("Policy statement must contain resources.".into());
        }
        if actions.iter().any(|action| *action != "*" && !action.contains(':')) {
            return Err("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.".into());
        }
        if let Some(resource) = resources.iter().find(|resource| **resource != "*" && !resource.starts_with("arn:")) {
            return Err(format!("Resource {resource} must be in ARN format or \"*\"."));
        }
        if let Some(id) = statement.get("Sid").and_then(Value::as_str)
            && !ids.insert(id)
        {
            return Err("Statement IDs (SID) in a single policy must be unique.".into());
        }
    }
    Ok(())
}

const SYNTAX: &str = "Syntax errors in policy.";

/// Checks what both kinds of policy require: known members, a known version, a known effect.
fn check_frame(document: &Value, statement: &Value) -> Result<(), &'static str> {
    const STATEMENT: [&str; 9] =
        ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];
    let known = |object: &Value, names: &[&str]| {
        object.as_object().is_some_and(|members: &Map<_, _>| members.keys().all(|key| names.contains(&key.as_str())))
    };
    let version = document.get("Version").is_none_or(|version| version == "2012-10-17" || version == "2008-10-17");
    let effect = statement.get("Effect").is_some_and(|effect| effect == "Allow" || effect == "Deny");
    if known(document, &["Version", "Id", "Statement"]) && known(statement, &STATEMENT) && version && effect {
        return Ok(());
    }
    Err(SYNTAX)
}
