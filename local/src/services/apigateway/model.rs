//! API Gateway's objects, in the shape of its responses.
//!
//! The types under [`Definition`] are the editable API.

#![expect(clippy::struct_field_names, reason = "the names are from AWS's API model")]

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};

use super::deployed::{Deployment, Stage};
use crate::store::table::{Row, Stored, Table};

/// A map of strings: templates, parameters, tags or stage variables.
pub(crate) type Texts = BTreeMap<String, String>;

/// A REST API with everything that belongs to it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RestApi {
    pub(crate) settings: ApiSettings,
    pub(crate) definition: Definition,
    pub(crate) deployments: Table<String, Deployment>,
    pub(crate) stages: Table<String, Stage>,
    /// When the API starts to appear in lists, on the emulator's clock; not saved.
    #[serde(skip)]
    pub(crate) listed_from: Duration,
}

impl Row for RestApi {
    fn tables(&mut self) -> Vec<(&'static str, &mut dyn Stored)> {
        vec![
            ("resources", &mut self.definition.resources),
            ("authorizers", &mut self.definition.authorizers),
            ("validators", &mut self.definition.validators),
            ("gateway_responses", &mut self.definition.gateway_responses),
            ("deployments", &mut self.deployments),
            ("stages", &mut self.stages),
        ]
    }
}

impl Row for Resource {
    fn tables(&mut self) -> Vec<(&'static str, &mut dyn Stored)> {
        vec![("methods", &mut self.resource_methods)]
    }
}

impl Row for Method {}
impl Row for Authorizer {}
impl Row for RequestValidator {}
impl Row for GatewayResponse {}
impl Row for Deployment {}
impl Row for Stage {}

/// The REST API object, as `GetRestApi` returns it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ApiSettings {
    pub(crate) id: String,
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    pub(crate) created_date: i64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) binary_media_types: Vec<String>,
    /// `None` disables compression; zero compresses every response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) minimum_compression_size: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) version: Option<String>,
    pub(crate) api_key_source: String,
    pub(crate) endpoint_configuration: EndpointConfiguration,
    /// With its quotes escaped, as AWS returns it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) policy: Option<String>,
    #[serde(default, skip_serializing_if = "Texts::is_empty")]
    pub(crate) tags: Texts,
    pub(crate) disable_execute_api_endpoint: bool,
    pub(crate) root_resource_id: String,
}

/// The endpoint type and its settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EndpointConfiguration {
    pub(crate) types: Vec<String>,
    pub(crate) ip_address_type: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) vpc_endpoint_ids: Vec<String>,
}

/// The editable API: everything that a deployment freezes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Definition {
    pub(crate) resources: Table<String, Resource>,
    pub(crate) authorizers: Table<String, Authorizer>,
    pub(crate) validators: Table<String, RequestValidator>,
    pub(crate) gateway_responses: Table<String, GatewayResponse>,
}

/// One node of the resource tree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Resource {
    pub(crate) id: String,
    /// The root has neither parent nor path part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) parent_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) path_part: Option<String>,
    pub(crate) path: String,
    #[serde(default, skip_serializing_if = "no_methods")]
    pub(crate) resource_methods: Table<String, Method>,
}

fn no_methods(methods: &Table<String, Method>) -> bool {
    methods.is_empty()
}

/// One HTTP method of a resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Method {
    pub(crate) http_method: String,
    pub(crate) authorization_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) authorizer_id: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) authorization_scopes: Vec<String>,
    pub(crate) api_key_required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) request_validator_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) operation_name: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) request_parameters: BTreeMap<String, bool>,
    #[serde(default, skip_serializing_if = "Texts::is_empty")]
    pub(crate) request_models: Texts,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) method_responses: BTreeMap<String, MethodResponse>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) method_integration: Option<Integration>,
}

/// The declared response of a method for one status code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MethodResponse {
    pub(crate) status_code: String,
    /// `None` until a request names the member, also with no entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) response_parameters: Option<BTreeMap<String, bool>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) response_models: Option<Texts>,
}

impl MethodResponse {
    /// Whether the response may set this header, as `method.response.header.{name}`.
    pub(crate) fn declares(&self, parameter: &str) -> bool {
        self.response_parameters.as_ref().is_some_and(|declared| declared.contains_key(parameter))
    }
}

/// The type of a backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum IntegrationType {
    Http,
    Aws,
    Mock,
    HttpProxy,
    AwsProxy,
}

/// The backend of a method.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Integration {
    #[serde(rename = "type")]
    pub(crate) kind: IntegrationType,
    /// The HTTP method of requests to the backend: always POST for Lambda.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) http_method: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) uri: Option<String>,
    /// `None` for types that do not connect to a host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) connection_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) connection_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) credentials: Option<String>,
    #[serde(default, skip_serializing_if = "Texts::is_empty")]
    pub(crate) request_parameters: Texts,
    #[serde(default, skip_serializing_if = "Texts::is_empty")]
    pub(crate) request_templates: Texts,
    pub(crate) passthrough_behavior: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) content_handling: Option<String>,
    /// Milliseconds, 50–29,000.
    pub(crate) timeout_in_millis: u32,
    pub(crate) cache_namespace: String,
    pub(crate) cache_key_parameters: Vec<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) integration_responses: BTreeMap<String, IntegrationResponse>,
}

/// The mapping of a backend response to a method response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IntegrationResponse {
    pub(crate) status_code: String,
    /// Absent or empty for the default response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) selection_pattern: Option<String>,
    #[serde(default, skip_serializing_if = "Texts::is_empty")]
    pub(crate) response_parameters: Texts,
    /// `None` is the template that was sent as null or empty.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) response_templates: BTreeMap<String, Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) content_handling: Option<String>,
}

/// An authorizer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Authorizer {
    pub(crate) id: String,
    pub(crate) name: String,
    /// `COGNITO_USER_POOLS`, `TOKEN` or `REQUEST`.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(default, rename = "providerARNs", skip_serializing_if = "Vec::is_empty")]
    pub(crate) provider_arns: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) auth_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) authorizer_uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) authorizer_credentials: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) identity_source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) identity_validation_expression: Option<String>,
    /// AWS applies 300 where it is absent, and does not return that default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) authorizer_result_ttl_in_seconds: Option<u32>,
}

/// The parts of a request that API Gateway validates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RequestValidator {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) validate_request_body: bool,
    pub(crate) validate_request_parameters: bool,
}

/// An error response that API Gateway generates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GatewayResponse {
    pub(crate) response_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status_code: Option<String>,
    #[serde(default)]
    pub(crate) response_parameters: Texts,
    #[serde(default)]
    pub(crate) response_templates: Texts,
    /// Whether it is AWS's default, not customized.
    pub(crate) default_response: bool,
}
