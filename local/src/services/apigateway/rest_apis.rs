//! Create, read, list and delete REST APIs.

use serde::Deserialize;
use serde_json::Value;

use super::{
    ApiGateway,
    asked::{Asked, answer as answered, date, fresh_id, json as to_json, nothing},
    lookup::no_api,
    model::{ApiSettings, Definition, EndpointConfiguration, Resource, RestApi, Texts},
    openapi,
    refusal::{bad_request, limit_exceeded},
    rest_api_patches, tags,
};
use crate::{
    store::table::Table,
    wire::error::{Answered, AwsError},
};

/// Handles the read operations on REST APIs; `None` for any other operation.
pub(super) fn read(gateway: &ApiGateway, asked: &Asked<'_>) -> Option<Answered> {
    Some(match asked.call.operation.as_str() {
        "GetRestApi" => gateway.api(asked).map(|api| whole(&api.settings).into()),
        "GetRestApis" => list(gateway, asked),
        _ => return None,
    })
}

/// An API as reads and updates return it: with its tags, even if it has none. `CreateRestApi` and `GetRestApis` omit
/// tags that are empty.
pub(super) fn whole(settings: &ApiSettings) -> Value {
    let mut whole = to_json(settings);
    whole["tags"] = to_json(&settings.tags);
    whole
}

/// Handles the write operations on REST APIs; `None` for any other operation.
pub(super) fn write(gateway: &mut ApiGateway, asked: &Asked<'_>) -> Option<Answered> {
    Some(match asked.call.operation.as_str() {
        "CreateRestApi" => create(gateway, asked),
        "UpdateRestApi" => rest_api_patches::update(gateway, asked),
        "DeleteRestApi" => delete(gateway, asked),
        "PutRestApi" => openapi::put(gateway, asked),
        _ => return None,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    name: Option<String>,
    description: Option<String>,
    clone_from: Option<String>,
    #[serde(default)]
    binary_media_types: Vec<String>,
    minimum_compression_size: Option<Value>,
    version: Option<String>,
    api_key_source: Option<String>,
    endpoint_configuration: Option<RequestedEndpoint>,
    policy: Option<String>,
    #[serde(default)]
    tags: Texts,
    #[serde(default)]
    disable_execute_api_endpoint: bool,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestedEndpoint {
    types: Option<Vec<String>>,
    ip_address_type: Option<String>,
    #[serde(default)]
    vpc_endpoint_ids: Vec<String>,
}

fn create(gateway: &mut ApiGateway, asked: &Asked<'_>) -> Answered {
    let request: Request = asked.members()?;
    if request.clone_from.is_some() {
        return Err(AwsError::not_imitated("cloneFrom of apigateway:CreateRestApi"));
    }
    let name = request.name.filter(|name| !name.is_empty()).ok_or_else(|| bad_request("API name is required"))?;
    if request.description.as_deref() == Some("") {
        return Err(bad_request("Description cannot be an empty string"));
    }
    tags::check(&request.tags)?;
    let endpoint_configuration = endpoint(request.endpoint_configuration.unwrap_or_default())?;
    room_for(gateway, asked, &endpoint_configuration)?;
    let settings = ApiSettings {
        id: fresh_id(10),
        name,
        description: request.description,
        created_date: date(),
        binary_media_types: request.binary_media_types,
        minimum_compression_size: request
            .minimum_compression_size
            .map(|size| compression(size.as_i64()))
            .transpose()?,
        version: request.version,
        api_key_source: api_key_source(request.api_key_source.as_deref().unwrap_or("HEADER"))?,
        endpoint_configuration,
        policy: request.policy.as_deref().map(policy).transpose()?.flatten(),
        tags: request.tags,
        disable_execute_api_endpoint: request.disable_execute_api_endpoint,
        root_resource_id: fresh_id(10),
    };
    let listed_from = asked.now + asked.settings.weather.list_lag;
    let answer = answered(&settings);
    gateway.apis.insert(settings.id.clone(), empty(settings, listed_from));
    answer
}

fn empty(settings: ApiSettings, listed_from: std::time::Duration) -> RestApi {
    let id = settings.root_resource_id.clone();
    let root = Resource {
        id: id.clone(),
        parent_id: None,
        path_part: None,
        path: "/".into(),
        resource_methods: Table::default(),
    };
    let mut definition = Definition::default();
    definition.resources.insert(id, root);
    RestApi { settings, definition, deployments: Table::default(), stages: Table::default(), listed_from }
}

fn endpoint(requested: RequestedEndpoint) -> Result<EndpointConfiguration, AwsError> {
    let types = requested.types.unwrap_or_else(|| vec!["EDGE".to_owned()]);
    let kind = match types.as_slice() {
        [] => return Err(bad_request("REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.")),
        [kind] => endpoint_type(kind)?,
        _ => return Err(bad_request("Cannot create an api with multiple Endpoint Types.")),
    };
    let default = if kind == "PRIVATE" { "dualstack" } else { "ipv4" };
    let ip_address_type = ip_address_type(&kind, requested.ip_address_type.as_deref().unwrap_or(default))?;
    Ok(EndpointConfiguration { types, ip_address_type, vpc_endpoint_ids: requested.vpc_endpoint_ids })
}

pub(super) fn endpoint_type(kind: &str) -> Result<String, AwsError> {
    match kind {
        "EDGE" | "REGIONAL" | "PRIVATE" => Ok(kind.to_owned()),
        _ => Err(bad_request("Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE")),
    }
}

pub(super) fn ip_address_type(endpoint: &str, kind: &str) -> Result<String, AwsError> {
    match (endpoint, kind) {
        ("PRIVATE", "ipv4") => Err(bad_request("Only dualstack ipAddressType is supported for Private APIs.")),
        (_, "ipv4" | "dualstack") => Ok(kind.to_owned()),
        _ => Err(bad_request("ipAddressType must be either ipv4 or dualstack.")),
    }
}

/// Checks a size; `None` is one that is no number.
pub(super) fn compression(bytes: Option<i64>) -> Result<i64, AwsError> {
    match bytes {
        Some(bytes @ 0..=10_485_760) => Ok(bytes),
        _ => Err(bad_request("Invalid minimum compression size, must be between 0 and 10485760")),
    }
}

pub(super) fn api_key_source(source: &str) -> Result<String, AwsError> {
    match source {
        "HEADER" | "AUTHORIZER" => Ok(source.to_owned()),
        _ => Err(bad_request(format!("Invalid API key source '{source}'. Must be one of: [HEADER, AUTHORIZER]"))),
    }
}

/// A policy as AWS returns it: compact, with quotes and backslashes escaped once. An empty string means no policy.
pub(super) fn policy(text: &str) -> Result<Option<String>, AwsError> {
    if text.is_empty() {
        return Ok(None);
    }
    let document: Value = serde_json::from_str(text).map_err(|_| invalid_policy())?;
    if !document.is_object() {
        return Err(invalid_policy());
    }
    let compact = document.to_string();
    if compact.len() > 8192 {
        return Err(limit_exceeded("The resource policy exceeds the maximum size of 8192 characters"));
    }
    let quoted = Value::from(compact).to_string();
    Ok(Some(quoted[1..quoted.len() - 1].to_owned()))
}

fn invalid_policy() -> AwsError {
    bad_request("Invalid policy document. Please check the policy syntax and ensure that Principals are valid.")
}

/// Quota per account and Region: 600 regional, 600 private and 120 edge-optimized APIs.
fn room_for(gateway: &ApiGateway, asked: &Asked<'_>, endpoint: &EndpointConfiguration) -> Result<(), AwsError> {
    let most = if endpoint.types[0] == "EDGE" { 120 } else { 600 };
    let alike = |api: &&RestApi| api.settings.endpoint_configuration.types == endpoint.types;
    if asked.settings.weather.quotas && gateway.apis.values().filter(alike).count() >= most {
        return Err(limit_exceeded(
            "Maximum number of APIs for this account has been reached. Please contact AWS if you need additional APIs.",
        ));
    }
    Ok(())
}

fn list(gateway: &ApiGateway, asked: &Asked<'_>) -> Answered {
    let listed = gateway.apis.iter().filter(|(_, api)| api.listed_from <= asked.now);
    asked.page(listed.map(|(id, api)| (id.as_str(), &api.settings)).collect())
}

fn delete(gateway: &mut ApiGateway, asked: &Asked<'_>) -> Answered {
    let id = asked.text("restApiId")?;
    gateway.apis.remove(id).ok_or_else(|| no_api(asked, id))?;
    Ok(nothing())
}
