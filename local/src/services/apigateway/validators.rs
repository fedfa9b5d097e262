//! Request validators: the parts of a request that API Gateway validates.

use serde::Deserialize;

use super::{
    ApiGateway,
    asked::{Asked, answer as answered, fresh_id, nothing},
    model::RequestValidator,
    patch::{Op, Patch},
    refusal::{bad_request, conflict, not_found},
};
use crate::wire::error::{Answered, AwsError};

const PATHS: [&str; 3] = ["/name", "/validateRequestParameters", "/validateRequestBody"];

/// Handles the read operations on request validators; `None` for any other operation.
pub(super) fn read(gateway: &ApiGateway, asked: &Asked<'_>) -> Option<Answered> {
    Some(match asked.call.operation.as_str() {
        "GetRequestValidator" => gateway.tree(asked).map_err(|_| no_validator()).and_then(|tree| {
            answered(tree.validators.get(asked.text("requestValidatorId")?).ok_or_else(no_validator)?)
        }),
        "GetRequestValidators" => gateway
            .api(asked)
            .and_then(|api| asked.page(api.definition.validators.iter().map(|(id, one)| (id.as_str(), one)).collect())),
        _ => return None,
    })
}

/// Handles the write operations on request validators; `None` for any other operation.
pub(super) fn write(gateway: &mut ApiGateway, asked: &Asked<'_>) -> Option<Answered> {
    Some(match asked.call.operation.as_str() {
        "CreateRequestValidator" => create(gateway, asked),
        "UpdateRequestValidator" => update(gateway, asked),
        "DeleteRequestValidator" => delete(gateway, asked),
        _ => return None,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    #[serde(default)]
    name: String,
    #[serde(default)]
    validate_request_body: bool,
    #[serde(default)]
    validate_request_parameters: bool,
}

fn create(gateway: &mut ApiGateway, asked: &Asked<'_>) -> Answered {
    let definition = gateway.tree_mut(asked).map_err(|_| bad_request("Invalid REST API identifier specified"))?;
    let request: Request = asked.members()?;
    let name = named(Some(request.name))?;
    let validator = RequestValidator {
        id: fresh_id(6),
        name,
        validate_request_body: request.validate_request_body,
        validate_request_parameters: request.validate_request_parameters,
    };
    let answer = answered(&validator);
    definition.validators.insert(validator.id.clone(), validator);
    answer
}

fn update(gateway: &mut ApiGateway, asked: &Asked<'_>) -> Answered {
    let patches = Patch::all(asked)?;
    let definition = gateway.tree_mut(asked).map_err(|_| no_validator())?;
    let kept = definition.validators.get_mut(asked.text("requestValidatorId")?).ok_or_else(no_validator)?;
    let mut validator = kept.clone();
    for patch in &patches {
        match (patch.op, patch.steps().as_slice()) {
            (Op::Replace, ["name"]) => validator.name = named(patch.optional())?,
            (Op::Replace, ["validateRequestBody"]) => validator.validate_request_body = patch.lenient_flag(),
            (Op::Replace, ["validateRequestParameters"]) => {
                validator.validate_request_parameters = patch.lenient_flag();
            }
            _ => return Err(patch.not_a_replacement(&PATHS)),
        }
    }
    *kept = validator;
    answered(&kept)
}

fn delete(gateway: &mut ApiGateway, asked: &Asked<'_>) -> Answered {
    let definition = gateway.tree_mut(asked).map_err(|_| no_validator())?;
    let id = asked.text("requestValidatorId")?;
    if !definition.validators.contains_key(id) {
        return Err(no_validator());
    }
    let mut methods = definition.resources.values().flat_map(|resource| resource.resource_methods.values());
    if methods.any(|method| method.request_validator_id.as_deref() == Some(id)) {
        return Err(conflict("Cannot delete request validator, it is referenced by a method"));
    }
    definition.validators.remove(id);
    Ok(nothing())
}

/// Names need not be unique.
fn named(name: Option<String>) -> Result<String, AwsError> {
    name.filter(|name| !name.is_empty()).ok_or_else(|| bad_request("Request Validator name cannot be blank"))
}

fn no_validator() -> AwsError {
    not_found("Invalid Request Validator identifier specified")
}

/// The error for a document that references an undefined validator.
pub(super) fn unknown_name(name: &str) -> AwsError {
    bad_request(format!("Invalid request validator specified: {name}"))
}
