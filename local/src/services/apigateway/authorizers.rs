//! Authorizers.

use serde::Deserialize;

use super::{
    ApiGateway,
    asked::{Asked, answer as answered, fresh_id, nothing},
    lookup::no_authorizer,
    model::{Authorizer, Definition},
    patch::{Op, Patch},
    refusal::{bad_request, conflict, limit_exceeded},
    rest_api_patches::member,
};
use crate::wire::error::{Answered, AwsError};

const PATHS: [&str; 9] = [
    "/name",
    "/authType",
    "/authorizerUri",
    "/authorizerCredentials",
    "/identitySource",
    "/identityValidationExpression",
    "/authorizerResultTtlInSeconds",
    "/type",
    "/providerARNs",
];

/// Handles the read operations on authorizers; `None` for any other operation.
pub(super) fn read(gateway: &ApiGateway, asked: &Asked<'_>) -> Option<Answered> {
    Some(match asked.call.operation.as_str() {
        "GetAuthorizer" => gateway.api(asked).and_then(|api| answered(api.definition.authorizer(asked)?)),
        "GetAuthorizers" => gateway.api(asked).and_then(|api| {
            asked.page(api.definition.authorizers.iter().map(|(id, one)| (id.as_str(), one)).collect())
        }),
        _ => return None,
    })
}

/// Handles the write operations on authorizers; `None` for any other operation.
pub(super) fn write(gateway: &mut ApiGateway, asked: &Asked<'_>) -> Option<Answered> {
    Some(match asked.call.operation.as_str() {
        "CreateAuthorizer" => create(gateway, asked),
        "UpdateAuthorizer" => update(gateway, asked),
        "DeleteAuthorizer" => delete(gateway, asked),
        _ => return None,
    })
}

/// The requested authorizer; AWS sets defaults for missing fields.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Requested {
    #[serde(default)]
    pub(super) name: String,
    #[serde(default, rename = "type")]
    pub(super) kind: String,
    #[serde(default, rename = "providerARNs")]
    pub(super) provider_arns: Vec<String>,
    pub(super) auth_type: Option<String>,
    pub(super) authorizer_uri: Option<String>,
    pub(super) authorizer_credentials: Option<String>,
    pub(super) identity_source: Option<String>,
    pub(super) identity_validation_expression: Option<String>,
    pub(super) authorizer_result_ttl_in_seconds: Option<i64>,
}

impl Requested {
    /// Sets AWS's defaults for missing fields.
    ///
    /// # Errors
    /// When AWS would reject the authorizer.
    pub(super) fn filled(self, id: String) -> Result<Authorizer, AwsError> {
        let cognito = self.kind == "COGNITO_USER_POOLS";
        if cognito && self.authorizer_credentials.is_some() {
            return Err(bad_request("Authorizer credentials cannot be set for authorizers of type COGNITO_USER_POOLS"));
        }
        let auth_type =
            self.auth_type.unwrap_or_else(|| if cognito { "cognito_user_pools" } else { "custom" }.to_owned());
        let authorizer = Authorizer {
            id,
            name: self.name,
            kind: self.kind,
            provider_arns: self.provider_arns,
            auth_type: Some(auth_type),
            authorizer_uri: self.authorizer_uri,
            authorizer_credentials: self.authorizer_credentials,
            identity_source: self.identity_source,
            identity_validation_expression: self.identity_validation_expression,
            authorizer_result_ttl_in_seconds: self.authorizer_result_ttl_in_seconds.map(time_to_live).transpose()?,
        };
        check(&authorizer)?;
        Ok(authorizer)
    }
}

fn time_to_live(seconds: i64) -> Result<u32, AwsError> {
    let seconds = u32::try_from(seconds).ok().filter(|seconds| *seconds <= 3600);
    seconds.ok_or_else(|| bad_request("Invalid Authorizer result ttl in seconds. Must be between 0 and 3600"))
}

fn check(authorizer: &Authorizer) -> Result<(), AwsError> {
    if authorizer.name.is_empty() {
        return Err(bad_request("Authorizer name is required"));
    }
    match authorizer.kind.as_str() {
        "COGNITO_USER_POOLS" => {
            if authorizer.provider_arns.is_empty() {
                return Err(bad_request("Authorizer provider ARNs must not be empty"));
            }
            for arn in &authorizer.provider_arns {
                check_pool(arn)?;
            }
        }
        "TOKEN" | "REQUEST" if authorizer.authorizer_uri.as_deref().unwrap_or_default().is_empty() => {
            return Err(bad_request("Authorizer URI is required"));
        }
        "TOKEN" | "REQUEST" => {}
        other => {
            return Err(bad_request(format!(
                "Invalid authorizer type specified: '{other}'. Must be one of: [TOKEN, REQUEST, COGNITO_USER_POOLS]"
            )));
        }
    }
    Ok(())
}

/// An import accepts an authorizer without an identity source.
fn check_identity_source(authorizer: &Authorizer) -> Result<(), AwsError> {
    if authorizer.kind != "REQUEST" && authorizer.identity_source.as_deref().unwrap_or_default().is_empty() {
        return Err(bad_request("Identity source is required"));
    }
    Ok(())
}

fn check_pool(arn: &str) -> Result<(), AwsError> {
    let parts: Vec<&str> = arn.split(':').collect();
    match parts.as_slice() {
        ["arn", _, "cognito-idp", region, account, pool]
            if !region.is_empty() && account.len() == 12 && pool.starts_with("userpool/") =>
        {
            Ok(())
        }
        _ => Err(bad_request(format!("Invalid ARN specified in the request: {arn}"))),
    }
}

fn create(gateway: &mut ApiGateway, asked: &Asked<'_>) -> Answered {
    // The other three operations on authorizers return `NotFoundException` if the API does not exist.
    let api = gateway.api_mut(asked).map_err(|_| {
        conflict("Unable to complete operation due to concurrent modification. Please try again later.")
    })?;
    let definition = &mut api.definition;
    let requested: Requested = asked.members()?;
    let authorizer = requested.filled(fresh_id(6))?;
    check_identity_source(&authorizer)?;
    definition.check_name(&authorizer)?;
    if asked.settings.weather.quotas && definition.authorizers.len() >= 10 {
        return Err(limit_exceeded(
            "Maximum number of Authorizers for this API has been reached. Please contact AWS if you need additional \
             Authorizers.",
        ));
    }
    let answer = answered(&authorizer);
    definition.authorizers.insert(authorizer.id.clone(), authorizer);
    answer
}

impl Definition {
    fn check_name(&self, authorizer: &Authorizer) -> Result<(), AwsError> {
        let name = &authorizer.name;
        if self.authorizers.values().any(|other| other.name == *name && other.id != authorizer.id) {
            return Err(conflict(format!(
                "Authorizer name must be unique. Authorizer {name} already exists in this RestApi."
            )));
        }
        Ok(())
    }
}

fn update(gateway: &mut ApiGateway, asked: &Asked<'_>) -> Answered {
    let patches = Patch::all(asked)?;
    let definition = &mut gateway.api_mut(asked)?.definition;
    let mut authorizer = definition.authorizer(asked)?.clone();
    for patch in &patches {
        apply(&mut authorizer, patch)?;
        check(&authorizer)?;
        check_identity_source(&authorizer)?;
    }
    definition.check_name(&authorizer)?;
    let answer = answered(&authorizer);
    definition.authorizers.insert(authorizer.id.clone(), authorizer);
    answer
}

/// Applies one patch. The authorizer must be valid after every patch: the last provider ARN cannot be removed before
/// another one is added.
fn apply(authorizer: &mut Authorizer, patch: &Patch) -> Result<(), AwsError> {
    let text = |patch: &Patch| patch.optional().filter(|text| !text.is_empty());
    match (patch.op, patch.steps().as_slice()) {
        (Op::Replace, ["name"]) => authorizer.name = patch.value()?,
        (Op::Replace, ["type"]) => authorizer.kind = patch.value()?,
        (Op::Replace, ["authType"]) => authorizer.auth_type = text(patch),
        (Op::Replace, ["authorizerUri"]) => authorizer.authorizer_uri = text(patch),
        (Op::Replace, ["authorizerCredentials"]) => authorizer.authorizer_credentials = text(patch),
        (Op::Replace, ["identitySource"]) => authorizer.identity_source = text(patch),
        (Op::Replace, ["identityValidationExpression"]) => {
            authorizer.identity_validation_expression = text(patch);
        }
        (Op::Replace, ["authorizerResultTtlInSeconds"]) => {
            authorizer.authorizer_result_ttl_in_seconds = Some(time_to_live(patch.number()?)?);
        }
        (Op::Add | Op::Remove, ["providerARNs"]) => member(&mut authorizer.provider_arns, patch.op, &patch.value()?),
        _ => return Err(patch.refused(&PATHS)),
    }
    Ok(())
}

fn delete(gateway: &mut ApiGateway, asked: &Asked<'_>) -> Answered {
    let definition = &mut gateway.api_mut(asked)?.definition;
    let id = definition.authorizer(asked)?.id.clone();
    for resource in definition.resources.values() {
        for method in resource.resource_methods.values() {
            if method.authorizer_id.as_ref() == Some(&id) {
                return Err(conflict(format!(
                    "Cannot delete authorizer, it is referenced by method {} of resource {}",
                    method.http_method, resource.path
                )));
            }
        }
    }
    definition.authorizers.remove(&id).ok_or_else(no_authorizer)?;
    Ok(nothing())
}
