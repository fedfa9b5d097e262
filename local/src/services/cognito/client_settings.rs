//! Settings of app clients: constraints, defaults and invalid combinations.

use serde_json::{Map, Value, json};

use crate::{
    services::cognito::{context::texts, pool::UserPool, refusal},
    wire::error::AwsError,
};

const LEGACY_FLOWS: &[&str] = &["ADMIN_NO_SRP_AUTH", "CUSTOM_AUTH_FLOW_ONLY", "USER_PASSWORD_AUTH"];

/// The members that are stored under their name in the request.
const STORED: &[&str] = &[
    "RefreshTokenValidity",
    "AccessTokenValidity",
    "IdTokenValidity",
    "TokenValidityUnits",
    "ReadAttributes",
    "WriteAttributes",
    "ExplicitAuthFlows",
    "SupportedIdentityProviders",
    "CallbackURLs",
    "LogoutURLs",
    "DefaultRedirectURI",
    "AllowedOAuthFlows",
    "AllowedOAuthScopes",
    "AllowedOAuthFlowsUserPoolClient",
    "AnalyticsConfiguration",
    "PreventUserExistenceErrors",
    "EnableTokenRevocation",
    "EnablePropagateAdditionalUserContextData",
    "AuthSessionValidity",
    "RefreshTokenRotation",
];

/// The settings after a create or update request. An update resets omitted members to their defaults.
///
/// The validities of ID and access tokens and their units have no default here: Cognito may omit them on read.
pub(super) fn settings(pool: &UserPool, input: &Value, has_secret: bool) -> Result<Map<String, Value>, AwsError> {
    let defaults = json!({
        "RefreshTokenValidity": 30,
        "ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"],
        "AllowedOAuthFlowsUserPoolClient": false,
        "PreventUserExistenceErrors": "LEGACY",
        "EnableTokenRevocation": true,
        "EnablePropagateAdditionalUserContextData": false,
        "AuthSessionValidity": 3,
    });
    let Value::Object(mut settings) = defaults else { unreachable!("the defaults are an object") };
    for member in STORED {
        let given = input.get(*member).filter(|value| !value.is_null());
        // An empty list counts as omitted.
        let given = given.filter(|value| value.as_array().is_none_or(|list| !list.is_empty()));
        settings.extend(given.map(|value| ((*member).to_owned(), value.clone())));
    }
    if settings["RefreshTokenValidity"] == 0 {
        settings["RefreshTokenValidity"] = json!(30);
    }
    let rotates = settings.get("RefreshTokenRotation").is_some_and(|rotation| rotation["Feature"] == "ENABLED");
    if rotates && texts(settings.get("ExplicitAuthFlows")).iter().any(|flow| flow == "ALLOW_REFRESH_TOKEN_AUTH") {
        return Err(refusal::invalid_parameter(
            "Refresh token rotation cannot be used together with ALLOW_REFRESH_TOKEN_AUTH.",
        ));
    }
    check_flows(pool, &settings)?;
    check_validity(&settings)?;
    check_attributes(pool, &settings)?;
    check_oauth(pool, &settings, has_secret)?;
    Ok(settings)
}

fn check_flows(pool: &UserPool, settings: &Map<String, Value>) -> Result<(), AwsError> {
    let flows = texts(settings.get("ExplicitAuthFlows"));
    let legacy = flows.iter().filter(|flow| LEGACY_FLOWS.contains(&flow.as_str())).count();
    if legacy > 0 && legacy < flows.len() {
        return Err(refusal::invalid_parameter(
            "ExplicitAuthFlows ADMIN_NO_SRP_AUTH, CUSTOM_AUTH_FLOW_ONLY and USER_PASSWORD_AUTH cannot be used together \
             with values that start with ALLOW_",
        ));
    }
    if flows.iter().any(|flow| flow == "ALLOW_USER_AUTH") && pool.setting("UserPoolTier") == Some(&json!("LITE")) {
        return Err(refusal::refuse(
            "FeatureUnavailableInTierException",
            "The following features need to be disabled for the LITE pricing tier configured: ALLOW_USER_AUTH",
        ));
    }
    Ok(())
}

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// The validity of a client's token in seconds. `token` is `Access`, `Id` or `Refresh`.
pub(super) fn validity_seconds(settings: &Map<String, Value>, token: &str) -> i64 {
    let number = settings.get(&format!("{token}TokenValidity")).and_then(Value::as_i64);
    let unit = settings.get("TokenValidityUnits").and_then(|units| units[format!("{token}Token")].as_str());
    let unit = match unit {
        Some("seconds") => 1,
        Some("minutes") => MINUTE,
        Some("days") => DAY,
        None if token == "Refresh" => DAY,
        _ => HOUR,
    };
    // Without a number, the default is one hour or, for refresh tokens, 30 days, regardless of the unit.
    let default = if token == "Refresh" { 30 * DAY } else { HOUR };
    number.map_or(default, |number| number.saturating_mul(unit))
}

fn check_validity(settings: &Map<String, Value>) -> Result<(), AwsError> {
    let within = |token, least, most| (least..=most).contains(&validity_seconds(settings, token));
    let fine =
        within("Access", 5 * MINUTE, DAY) && within("Id", 5 * MINUTE, DAY) && within("Refresh", HOUR, 3650 * DAY);
    if fine { Ok(()) } else { Err(refusal::invalid_parameter("Invalid range for token validity.")) }
}

fn check_attributes(pool: &UserPool, settings: &Map<String, Value>) -> Result<(), AwsError> {
    for (member, word) in [("ReadAttributes", "read"), ("WriteAttributes", "write")] {
        let Some(list) = settings.get(member).map(|list| texts(Some(list))) else { continue };
        let known = list.iter().all(|name| pool.schema.iter().any(|attribute| attribute.name == *name));
        let complete = member == "ReadAttributes"
            || pool
                .schema
                .iter()
                .all(|attribute| !attribute.required || attribute.name == "sub" || list.contains(&attribute.name));
        if !known || !complete {
            return Err(refusal::invalid_parameter(format!(
                "Invalid {word} attributes specified while creating a client"
            )));
        }
    }
    Ok(())
}

fn check_oauth(pool: &UserPool, settings: &Map<String, Value>, has_secret: bool) -> Result<(), AwsError> {
    let flows = texts(settings.get("AllowedOAuthFlows"));
    let scopes = texts(settings.get("AllowedOAuthScopes"));
    let enabled = settings["AllowedOAuthFlowsUserPoolClient"] == true;
    let machine = flows.iter().any(|flow| flow == "client_credentials");
    if enabled && (flows.is_empty() || scopes.is_empty()) {
        return Err(refusal::invalid_parameter(
            "AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth flows.",
        ));
    }
    let wanted = !flows.is_empty() || !scopes.is_empty();
    if wanted && !enabled {
        return Err(refusal::invalid_parameter(
            "AllowedOAuthFlowsUserPoolClient must be true to use AllowedOAuthFlows and AllowedOAuthScopes",
        ));
    }
    if machine && flows.len() > 1 {
        return Err(refusal::invalid_parameter(
            "client_credentials flow can not be selected along with code flow or implicit flow.",
        ));
    }
    if machine && !has_secret {
        return Err(refusal::invalid_parameter(
            "client_credentials flow can not be selected if client does not have a client secret.",
        ));
    }
    if settings["EnablePropagateAdditionalUserContextData"] == true && !has_secret {
        return Err(refusal::invalid_parameter(
            "EnablePropagateAdditionalUserContextData can not be enabled if client does not have a client secret.",
        ));
    }
    check_urls(settings)?;
    check_scopes(pool, &scopes)?;
    check_providers(pool, settings)
}

fn check_urls(settings: &Map<String, Value>) -> Result<(), AwsError> {
    let local = ["http://localhost", "http://127.0.0.1", "http://[::1]"];
    for url in ["CallbackURLs", "LogoutURLs"].iter().flat_map(|member| texts(settings.get(*member))) {
        if url.starts_with("http://") && !local.iter().any(|local| url.starts_with(local)) {
            return Err(refusal::invalid_parameter(format!("{url} cannot use the HTTP protocol.")));
        }
    }
    Ok(())
}

fn check_scopes(pool: &UserPool, scopes: &[String]) -> Result<(), AwsError> {
    const BUILT_IN: &[&str] = &["phone", "email", "openid", "profile", "aws.cognito.signin.user.admin"];
    match scopes.iter().find(|scope| !BUILT_IN.contains(&scope.as_str()) && !pool.has_scope(scope)) {
        Some(scope) => Err(refusal::refuse(
            "ScopeDoesNotExistException",
            format!("Invalid scopes specified while creating a client: {scope}"),
        )),
        None => Ok(()),
    }
}

fn check_providers(pool: &UserPool, settings: &Map<String, Value>) -> Result<(), AwsError> {
    match texts(settings.get("SupportedIdentityProviders")).into_iter().find(|provider| provider != "COGNITO") {
        Some(provider) => Err(refusal::invalid_parameter(format!(
            "The provider {provider} does not exist for User Pool {}.",
            pool.id
        ))),
        None => Ok(()),
    }
}
