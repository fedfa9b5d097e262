//! Prefix domains of user pools. The emulator has no endpoints for them.

use serde_json::{Value, json};

use crate::{
    services::cognito::{Cognito, Operation, context::Context, refusal},
    wire::error::AwsError,
};

/// The operations of this module.
pub(super) fn operation(name: &str) -> Option<Operation> {
    Some(match name {
        "CreateUserPoolDomain" => Operation::Changes(create),
        "DescribeUserPoolDomain" => Operation::Reads(|context, cognito| Ok(describe(context, cognito))),
        "DeleteUserPoolDomain" => Operation::Changes(delete),
        _ => return None,
    })
}

fn create(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    if context.member("CustomDomainConfig").is_some() {
        return Err(AwsError::not_imitated("custom domains of user pools"));
    }
    let domain = context.text("Domain");
    let region = &context.call.region;
    let taken = cognito.pools.values().any(|pool| pool.region == *region && pool.domain() == Some(domain));
    let pool = cognito.pool_mut(context)?;
    if taken {
        return Err(refusal::invalid_parameter("Domain already associated with another user pool."));
    }
    if pool.domain().is_some() {
        return Err(refusal::invalid_parameter("A user pool can have only one prefix domain."));
    }
    let version = context.member("ManagedLoginVersion").cloned().unwrap_or(json!(1));
    pool.settings.insert("Domain".into(), json!(domain));
    pool.managed_login_version = version.as_u64();
    Ok(json!({ "ManagedLoginVersion": version }))
}

/// Describes a domain. An unknown domain returns an empty description instead of an error.
fn describe(context: &Context<'_>, cognito: &Cognito) -> Value {
    let domain = context.text("Domain");
    let region = &context.call.region;
    let pool = cognito.pools.values().find(|pool| pool.region == *region && pool.domain() == Some(domain));
    let description = pool.map_or(json!({}), |pool| {
        json!({
            "UserPoolId": pool.id,
            "AWSAccountId": context.account,
            "Domain": domain,
            "Status": "ACTIVE",
            "CustomDomainConfig": {},
            "ManagedLoginVersion": pool.managed_login_version,
        })
    });
    json!({ "DomainDescription": description })
}

fn delete(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let pool = cognito.pool_mut(context)?;
    if pool.domain() != Some(context.text("Domain")) {
        return Err(refusal::invalid_parameter("No such domain or user pool exists."));
    }
    pool.settings.remove("Domain");
    pool.managed_login_version = None;
    Ok(json!({}))
}
