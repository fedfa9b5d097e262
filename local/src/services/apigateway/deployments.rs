//! Deployments: snapshots of the API, and the stage that a deployment can create or update.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    ApiGateway,
    asked::{Asked, date, fresh_id, nothing},
    deployed::{Deployment, MethodSnapshot, Snapshot, SnapshotResource},
    model::{Method, RestApi, Texts},
    patch::{Op, Patch},
    refusal::{bad_request, not_found},
    route::Routes,
    stages,
};
use crate::wire::error::{Answered, AwsError};

const PATHS: [&str; 1] = ["/description"];

/// Handles the read operations on deployments; `None` for any other operation.
pub(super) fn read(gateway: &ApiGateway, asked: &Asked<'_>) -> Option<Answered> {
    Some(match asked.call.operation.as_str() {
        "GetDeployment" => get(gateway, asked),
        "GetDeployments" => list(gateway, asked),
        _ => return None,
    })
}

/// Handles the write operations on deployments; `None` for any other operation.
pub(super) fn write(gateway: &mut ApiGateway, asked: &Asked<'_>) -> Option<Answered> {
    Some(match asked.call.operation.as_str() {
        "CreateDeployment" => create(gateway, asked),
        "UpdateDeployment" => update(gateway, asked),
        "DeleteDeployment" => delete(gateway, asked),
        _ => return None,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    stage_name: Option<String>,
    stage_description: Option<String>,
    description: Option<String>,
    variables: Option<Texts>,
    #[serde(default)]
    tracing_enabled: Option<bool>,
    #[serde(default)]
    cache_cluster_enabled: bool,
    canary_settings: Option<Value>,
}

fn create(gateway: &mut ApiGateway, asked: &Asked<'_>) -> Answered {
    let api = gateway.api_mut(asked)?;
    let request: Request = asked.members()?;
    stages::refuse_what_is_not_imitated(asked, request.cache_cluster_enabled, request.canary_settings.as_ref())?;
    let deployment =
        Deployment { id: fresh_id(6), description: request.description, created_date: date(), snapshot: api.frozen()? };
    if let Some(name) = request.stage_name.filter(|name| !name.is_empty()) {
        let stage = stages::Requested {
            documentation_version: None,
            stage_name: name,
            deployment_id: deployment.id.clone(),
            description: request.stage_description,
            variables: request.variables,
            tracing_enabled: request.tracing_enabled,
            tags: Texts::new(),
        };
        stages::make_or_repoint(api, asked, stage)?;
    }
    let answer = members(&deployment, false);
    api.deployments.insert(deployment.id.clone(), deployment);
    Ok(answer.into())
}

impl RestApi {
    /// A snapshot of the API.
    ///
    /// # Errors
    /// When the API has no methods, or a method has no integration.
    fn frozen(&self) -> Result<Snapshot, AwsError> {
        let mut resources = Vec::new();
        for resource in self.definition.resources.values() {
            let methods: Result<BTreeMap<_, _>, _> =
                resource.resource_methods.iter().map(|(verb, method)| Ok((verb.clone(), frozen(method)?))).collect();
            resources.push(SnapshotResource {
                id: resource.id.clone(),
                path: resource.path.clone(),
                methods: methods?,
            });
        }
        resources.retain(|resource| !resource.methods.is_empty());
        if resources.is_empty() {
            return Err(bad_request("The REST API doesn't contain any methods"));
        }
        resources.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(Snapshot {
            resources,
            authorizers: (*self.definition.authorizers).clone(),
            gateway_responses: (*self.definition.gateway_responses).clone(),
            binary_media_types: self.settings.binary_media_types.clone(),
            routes: Routes::default(),
        })
    }
}

fn frozen(method: &Method) -> Result<MethodSnapshot, AwsError> {
    if method.method_integration.is_none() {
        return Err(bad_request("No integration defined for method"));
    }
    Ok(MethodSnapshot {
        authorization_type: method.authorization_type.clone(),
        authorizer_id: method.authorizer_id.clone(),
        authorization_scopes: method.authorization_scopes.clone(),
        api_key_required: method.api_key_required,
        operation_name: method.operation_name.clone(),
        integration: method.method_integration.clone(),
        method_responses: method.method_responses.clone(),
    })
}

/// The members of a response with a deployment; the snapshot appears only as a summary, if requested.
fn members(deployment: &Deployment, summary: bool) -> Value {
    let mut members = json!({ "id": deployment.id, "createdDate": deployment.created_date });
    if let Some(description) = &deployment.description {
        members["description"] = description.as_str().into();
    }
    if summary {
        members["apiSummary"] = deployment
            .snapshot
            .resources
            .iter()
            .map(|resource| {
                let verbs = resource.methods.iter().map(|(verb, method)| {
                    let kind = &method.authorization_type;
                    (verb.clone(), json!({ "authorizationType": kind, "apiKeyRequired": method.api_key_required }))
                });
                (resource.path.clone(), verbs.collect::<Value>())
            })
            .collect();
    }
    members
}

fn get(gateway: &ApiGateway, asked: &Asked<'_>) -> Answered {
    let id = asked.text("deploymentId")?;
    let deployment = gateway.api(asked)?.deployments.get(id).ok_or_else(no_deployment)?;
    Ok(members(deployment, asked.embeds("apisummary")).into())
}

fn list(gateway: &ApiGateway, asked: &Asked<'_>) -> Answered {
    let deployments = &gateway.api(asked)?.deployments;
    asked.page(deployments.iter().map(|(id, one)| (id.as_str(), members(one, false))).collect())
}

fn update(gateway: &mut ApiGateway, asked: &Asked<'_>) -> Answered {
    let patches = Patch::all(asked)?;
    let id = asked.text("deploymentId")?;
    let kept = gateway.api_mut(asked)?.deployments.get_mut(id).ok_or_else(no_deployment)?;
    let mut description = kept.description.clone();
    for patch in &patches {
        match (patch.op, patch.steps().as_slice()) {
            (Op::Replace, ["description"]) => description = patch.optional().filter(|text| !text.is_empty()),
            _ => return Err(patch.refused(&PATHS)),
        }
    }
    kept.description = description;
    Ok(members(kept, false).into())
}

fn delete(gateway: &mut ApiGateway, asked: &Asked<'_>) -> Answered {
    let api = gateway.api_mut(asked)?;
    let id = asked.text("deploymentId")?;
    if !api.deployments.contains_key(id) {
        return Err(no_deployment());
    }
    if api.stages.values().any(|stage| stage.deployment_id == id) {
        return Err(bad_request("Active stages pointing to this deployment must be moved or deleted"));
    }
    api.deployments.remove(id);
    Ok(nothing())
}

fn no_deployment() -> AwsError {
    not_found("Invalid Deployment identifier specified")
}
