//! Methods and method responses.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::{
    ApiGateway,
    asked::{Asked, answer as answered, nothing},
    lookup::no_method,
    model::{Definition, Method, MethodResponse, Texts},
    patch::{Op, Patch},
    refusal::{bad_request, conflict, not_found},
    rest_api_patches::member,
};
use crate::wire::error::{Answered, AwsError};

/// The paths of a method that support `replace` alone.
const REPLACEABLE: [&str; 5] =
    ["/authorizationType", "/authorizerId", "/apiKeyRequired", "/operationName", "/requestValidatorId"];

/// Handles the read operations on methods and method responses; `None` for any other operation.
pub(super) fn read(gateway: &ApiGateway, asked: &Asked<'_>) -> Option<Answered> {
    Some(match asked.call.operation.as_str() {
        "GetMethod" => gateway.tree(asked).and_then(|tree| answered(tree.method(asked)?)),
        "GetMethodResponse" => gateway.tree(asked).and_then(|tree| {
            let status = asked.text("statusCode")?;
            answered(tree.method(asked)?.method_responses.get(status).ok_or_else(no_response)?)
        }),
        _ => return None,
    })
}

/// Handles the write operations on methods and method responses; `None` for any other operation.
pub(super) fn write(gateway: &mut ApiGateway, asked: &Asked<'_>) -> Option<Answered> {
    Some(match asked.call.operation.as_str() {
        "PutMethod" => put(gateway, asked),
        "UpdateMethod" => update(gateway, asked),
        "DeleteMethod" => delete(gateway, asked),
        "PutMethodResponse" => put_response(gateway, asked),
        "UpdateMethodResponse" => update_response(gateway, asked),
        "DeleteMethodResponse" => delete_response(gateway, asked),
        _ => return None,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Requested {
    authorization_type: Option<String>,
    authorizer_id: Option<String>,
    #[serde(default)]
    authorization_scopes: Vec<String>,
    #[serde(default)]
    api_key_required: bool,
    request_validator_id: Option<String>,
    operation_name: Option<String>,
    #[serde(default)]
    request_parameters: BTreeMap<String, bool>,
    #[serde(default)]
    request_models: Texts,
}

fn put(gateway: &mut ApiGateway, asked: &Asked<'_>) -> Answered {
    let definition = gateway.tree_mut(asked)?;
    let http_method = asked.text("httpMethod")?;
    if definition.resource(asked)?.resource_methods.contains_key(http_method) {
        return Err(conflict("Method already exists for this resource"));
    }
    let request: Requested = asked.members()?;
    let method = Method {
        http_method: verb(http_method)?,
        authorization_type: request.authorization_type.unwrap_or_default().to_uppercase(),
        authorizer_id: request.authorizer_id,
        authorization_scopes: request.authorization_scopes,
        api_key_required: request.api_key_required,
        request_validator_id: request.request_validator_id,
        operation_name: request.operation_name,
        request_parameters: request.request_parameters,
        request_models: request.request_models,
        method_responses: BTreeMap::new(),
        method_integration: None,
    };
    let method = definition.checked(method)?;
    let answer = answered(&method);
    definition.resource_mut(asked)?.resource_methods.insert(method.http_method.clone(), method);
    answer
}

/// Checks that API Gateway supports an HTTP method.
pub(super) fn verb(name: &str) -> Result<String, AwsError> {
    const VERBS: [&str; 8] = ["GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "ANY"];
    if VERBS.contains(&name) {
        return Ok(name.to_owned());
    }
    Err(bad_request(format!("Invalid HttpMethod specified. Valid options are {}", VERBS.join(","))))
}

impl Definition {
    /// Checks a method against the authorizers and validators of its API.
    pub(super) fn checked(&self, mut method: Method) -> Result<Method, AwsError> {
        let kind = method.authorization_type.as_str();
        match kind {
            "CUSTOM" | "COGNITO_USER_POOLS" => {
                let authorizer = method.authorizer_id.as_ref().and_then(|id| self.authorizers.get(id));
                if authorizer.is_none_or(|authorizer| (authorizer.kind == "COGNITO_USER_POOLS") == (kind == "CUSTOM")) {
                    return Err(bad_request(
                        "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or \
                         COGNITO_USER_POOLS requires a valid authorizer.",
                    ));
                }
            }
            "NONE" | "AWS_IAM" => method.authorizer_id = None,
            _ => {
                return Err(bad_request(format!(
                    "Invalid authorization type specified: '{kind}'. Must be one of: [NONE, AWS_IAM, CUSTOM, \
                     COGNITO_USER_POOLS]"
                )));
            }
        }
        if method.request_validator_id.as_ref().is_some_and(|id| !self.validators.contains_key(id)) {
            return Err(bad_request("Invalid Request Validator identifier specified"));
        }
        check_models(&method.request_models)?;
        check_parameters(
            method.request_parameters.keys(),
            &["method.request.path.", "method.request.querystring.", "method.request.header."],
        )?;
        let names = method.request_parameters.keys().map(|name| name.rsplit('.').next());
        if names.collect::<BTreeSet<_>>().len() < method.request_parameters.len() {
            return Err(bad_request("Parameter names must be unique across querystring, header and path"));
        }
        Ok(method)
    }
}

/// Every API has the models `Empty` and `Error`; other models are not emulated.
fn check_models(models: &Texts) -> Result<(), AwsError> {
    match models.values().find(|name| !matches!(name.as_str(), "Empty" | "Error")) {
        Some(name) => Err(bad_request(format!("Invalid model identifier specified: {name}"))),
        None => Ok(()),
    }
}

/// Checks that every parameter is a mapping expression with one of these prefixes.
pub(super) fn check_parameters<'a>(
    names: impl Iterator<Item = &'a String>,
    beginnings: &[&str],
) -> Result<(), AwsError> {
    for name in names {
        let known = |beginning: &str| name.len() > beginning.len() && name.starts_with(beginning);
        if !beginnings.iter().any(|beginning| known(beginning)) {
            return Err(invalid_mapping(&format!("Invalid mapping expression parameter specified: {name}")));
        }
    }
    Ok(())
}

/// Checks that every value is a literal in single quotes or a mapping expression with one of these prefixes.
pub(super) fn check_values<'a>(values: impl Iterator<Item = &'a String>, beginnings: &[&str]) -> Result<(), AwsError> {
    for value in values {
        let fixed = value.len() > 1 && value.starts_with('\'') && value.ends_with('\'');
        let known = |beginning: &&str| value.starts_with(*beginning) && !value.ends_with('.');
        if !fixed && !beginnings.iter().chain(&["context.", "stageVariables."]).any(known) {
            return Err(invalid_mapping(&format!("Invalid mapping expression specified: {value}")));
        }
    }
    Ok(())
}

pub(super) fn invalid_mapping(error: &str) -> AwsError {
    bad_request(format!("Invalid mapping expression specified: Validation Result: warnings : [], errors : [{error}]"))
}

fn update(gateway: &mut ApiGateway, asked: &Asked<'_>) -> Answered {
    let patches = Patch::all(asked)?;
    let definition = gateway.tree_mut(asked)?;
    let mut method = definition.method(asked)?.clone();
    for patch in &patches {
        apply(&mut method, patch)?;
    }
    let method = definition.checked(method)?;
    *definition.method_mut(asked)? = method;
    answered(definition.method(asked)?)
}

fn apply(method: &mut Method, patch: &Patch) -> Result<(), AwsError> {
    let text = |patch: &Patch| patch.optional().filter(|text| !text.is_empty());
    match (patch.op, patch.steps().as_slice()) {
        (Op::Replace, ["authorizationType"]) => method.authorization_type = patch.value()?,
        (Op::Replace, ["authorizerId"]) => method.authorizer_id = text(patch),
        (Op::Replace, ["apiKeyRequired"]) => method.api_key_required = patch.lenient_flag(),
        (Op::Replace, ["operationName"]) => method.operation_name = text(patch),
        (Op::Replace, ["requestValidatorId"]) => method.request_validator_id = text(patch),
        // Scopes do not support `replace`: they are added or removed one at a time.
        (Op::Add | Op::Remove, ["authorizationScopes"]) => {
            member(&mut method.authorization_scopes, patch.op, &patch.value()?);
        }
        (op, ["requestParameters", key]) if op.edits() => {
            patch.entry(&mut method.request_parameters, key, Patch::flag)?;
        }
        (op, ["requestModels", key]) if op.edits() => {
            patch.entry(&mut method.request_models, key, Patch::value)?;
        }
        _ => return Err(patch.unsupported(&REPLACEABLE)),
    }
    Ok(())
}

fn delete(gateway: &mut ApiGateway, asked: &Asked<'_>) -> Answered {
    let resource = gateway.tree_mut(asked)?.resource_mut(asked)?;
    resource.resource_methods.remove(asked.text("httpMethod")?).ok_or_else(no_method)?;
    Ok(nothing())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResponseRequest {
    response_parameters: Option<BTreeMap<String, bool>>,
    response_models: Option<Texts>,
}

fn put_response(gateway: &mut ApiGateway, asked: &Asked<'_>) -> Answered {
    let method = gateway.tree_mut(asked)?.method_mut(asked)?;
    let request: ResponseRequest = asked.members()?;
    let response = MethodResponse {
        status_code: status_code(asked.text("statusCode")?)?,
        response_parameters: request.response_parameters,
        response_models: request.response_models,
    };
    if method.method_responses.contains_key(&response.status_code) {
        return Err(conflict("Response already exists for this resource"));
    }
    let response = checked_response(response)?;
    let answer = answered(&response);
    method.method_responses.insert(response.status_code.clone(), response);
    answer
}

pub(super) fn checked_response(response: MethodResponse) -> Result<MethodResponse, AwsError> {
    response.response_models.as_ref().map_or(Ok(()), check_models)?;
    check_parameters(
        response.response_parameters.iter().flatten().map(|(name, _)| name),
        &["method.response.header."],
    )?;
    Ok(response)
}

/// Checks that a string is an HTTP status.
pub(super) fn status_code(text: &str) -> Result<String, AwsError> {
    match text.parse::<u16>() {
        Ok(100..=599) => Ok(text.to_owned()),
        _ => Err(bad_request(format!("Invalid status code specified: '{text}'. Must be between 100 and 599"))),
    }
}

fn update_response(gateway: &mut ApiGateway, asked: &Asked<'_>) -> Answered {
    let patches = Patch::all(asked)?;
    let method = gateway.tree_mut(asked)?.method_mut(asked)?;
    let kept = method.method_responses.get_mut(asked.text("statusCode")?).ok_or_else(no_response)?;
    let mut response = kept.clone();
    for patch in &patches {
        match (patch.op, patch.steps().as_slice()) {
            (op, ["responseParameters", key]) if op.edits() => {
                let parameters = response.response_parameters.get_or_insert_default();
                patch.known_entry(parameters, key, "Invalid parameter name specified", Patch::flag)?;
            }
            (op, ["responseModels", key]) if op.edits() => {
                let models = response.response_models.get_or_insert_default();
                patch.known_entry(models, key, "Content-Type specified was not found", Patch::value)?;
            }
            _ => return Err(patch.unknown()),
        }
    }
    *kept = checked_response(response)?;
    answered(&kept)
}

fn delete_response(gateway: &mut ApiGateway, asked: &Asked<'_>) -> Answered {
    let method = gateway.tree_mut(asked)?.method_mut(asked)?;
    method.method_responses.remove(asked.text("statusCode")?).ok_or_else(no_response)?;
    Ok(nothing())
}

fn no_response() -> AwsError {
    not_found("Invalid Response status code specified")
}
