//! Prefix domains of user pools. The emulator has no endpoints for them.

use serde_json::{Value, json};

use crate::{
    services::cognito::{
        Cognito, Operation,
        context::Context,
        input::{self, Member, POOL_ID, Pattern},
        refusal,
    },
    wire::error::AwsError,
};

/// The operations of this module.
pub(super) fn operation(name: &str) -> Option<Operation> {
    Some(match name {
        "CreateUserPoolDomain" => Operation::Changes(create),
        "DescribeUserPoolDomain" => Operation::Reads(describe),
        "DeleteUserPoolDomain" => Operation::Changes(delete),
        _ => return None,
    })
}

const PATTERN: Pattern = Pattern {
    text: "^[a-z0-9](?:[a-z0-9\\-\\.]{0,61}[a-z0-9])?$",
    fits: |text| {
        text.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "-.".contains(letter))
            && !text.starts_with(['-', '.'])
            && !text.ends_with(['-', '.'])
    },
};
const DOMAIN: Member = Member::fitting("Domain", 63, PATTERN).required();

fn create(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    input::check(context.input(), &[&[POOL_ID, DOMAIN, Member::number("ManagedLoginVersion", 1, 2)]])?;
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
fn describe(context: &Context<'_>, cognito: &Cognito) -> Result<Value, AwsError> {
    input::check(context.input(), &[&[DOMAIN]])?;
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
    Ok(json!({ "DomainDescription": description }))
}

fn delete(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    input::check(context.input(), &[&[POOL_ID, DOMAIN]])?;
    let pool = cognito.pool_mut(context)?;
    if pool.domain() != Some(context.text("Domain")) {
        return Err(refusal::invalid_parameter("No such domain or user pool exists."));
    }
    pool.settings.remove("Domain");
    pool.managed_login_version = None;
    Ok(json!({}))
}
