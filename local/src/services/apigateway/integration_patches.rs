//! The patches of integrations and of integration responses.

use super::{
    ApiGateway,
    asked::{Asked, answer as answered},
    integrations::{check, check_response, no_response, timeout},
    model::{Integration, IntegrationResponse},
    patch::{Op, Patch},
    rest_api_patches::member,
};
use crate::wire::error::{Answered, AwsError};

const PATHS: [&str; 9] = [
    "/uri",
    "/timeoutInMillis",
    "/contentHandling",
    "/connectionType",
    "/connectionId",
    "/cacheNamespace",
    "/requestTemplates/{contentType}",
    "/requestParameters/{name}",
    "/cacheKeyParameters/{name}",
];
const RESPONSE_PATHS: [&str; 4] =
    ["/selectionPattern", "/contentHandling", "/responseParameters/{name}", "/responseTemplates/{contentType}"];

/// Applies all patches of an integration, or none.
pub(super) fn update(gateway: &mut ApiGateway, asked: &Asked<'_>) -> Answered {
    let patches = Patch::all(asked)?;
    let kept = gateway.tree_mut(asked)?.integration_mut(asked)?;
    let mut integration = kept.clone();
    for patch in &patches {
        apply(&mut integration, patch)?;
    }
    check(&integration)?;
    *kept = integration;
    answered(&kept)
}

fn apply(integration: &mut Integration, patch: &Patch) -> Result<(), AwsError> {
    let text = |patch: &Patch| patch.optional().filter(|text| !text.is_empty());
    match (patch.op, patch.steps().as_slice()) {
        (Op::Replace, ["uri"]) => integration.uri = Some(patch.value()?),
        (Op::Replace, ["timeoutInMillis"]) => integration.timeout_in_millis = timeout(patch.number()?)?,
        (Op::Replace, ["contentHandling"]) => integration.content_handling = text(patch),
        (Op::Replace, ["connectionType"]) => integration.connection_type = Some(patch.value()?),
        (Op::Replace, ["connectionId"]) => integration.connection_id = text(patch),
        (Op::Replace, ["cacheNamespace"]) => integration.cache_namespace = patch.value()?,
        (op, ["requestTemplates", key]) if op.edits() => {
            patch.entry(&mut integration.request_templates, key, Patch::value)?;
        }
        (op, ["requestParameters", key]) if op.edits() => {
            patch.entry(&mut integration.request_parameters, key, Patch::value)?;
        }
        (Op::Add | Op::Remove, ["cacheKeyParameters", key]) => {
            member(&mut integration.cache_key_parameters, patch.op, key);
        }
        _ => return Err(patch.refused(&PATHS)),
    }
    Ok(())
}

/// Applies all patches of an integration response, or none.
pub(super) fn update_response(gateway: &mut ApiGateway, asked: &Asked<'_>) -> Answered {
    let patches = Patch::all(asked)?;
    let status = asked.text("statusCode")?;
    let definition = gateway.tree_mut(asked)?;
    let mut response =
        definition.integration(asked)?.integration_responses.get(status).ok_or_else(no_response)?.clone();
    for patch in &patches {
        apply_to_response(&mut response, patch)?;
    }
    check_response(definition.method(asked)?, &response)?;
    let answer = answered(&response);
    definition.integration_mut(asked)?.integration_responses.insert(status.to_owned(), response);
    answer
}

fn apply_to_response(response: &mut IntegrationResponse, patch: &Patch) -> Result<(), AwsError> {
    let text = |patch: &Patch| patch.optional().filter(|text| !text.is_empty());
    match (patch.op, patch.steps().as_slice()) {
        (Op::Replace, ["selectionPattern"]) => response.selection_pattern = patch.optional(),
        (Op::Replace, ["contentHandling"]) => response.content_handling = text(patch),
        (op, ["responseParameters", key]) if op.edits() => {
            patch.entry(&mut response.response_parameters, key, Patch::value)?;
        }
        (op, ["responseTemplates", key]) if op.edits() => {
            patch.entry(&mut response.response_templates, key, |patch| Ok(text(patch)))?;
        }
        _ => return Err(patch.refused(&RESPONSE_PATHS)),
    }
    Ok(())
}
