//! The OpenAPI document: its format and the settings of the API object.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::Value;

use super::{
    super::{
        gateway_responses,
        model::{Definition, RequestValidator, RestApi},
        patch::Op,
        refusal::bad_request,
        rest_api_patches::member,
        rest_apis,
    },
    Findings, Mode, security, tree,
};
use crate::wire::error::AwsError;

const LARGEST: usize = 6 * 1024 * 1024;

/// The supported top-level keys. Servers, schemes and tags are accepted and have no effect.
const KEYS: [&str; 24] = [
    "openapi",
    "swagger",
    "info",
    "paths",
    "components",
    "securityDefinitions",
    "security",
    "servers",
    "host",
    "basePath",
    "schemes",
    "consumes",
    "produces",
    "tags",
    "definitions",
    "externalDocs",
    "x-amazon-apigateway-binary-media-types",
    "x-amazon-apigateway-policy",
    "x-amazon-apigateway-endpoint-configuration",
    "x-amazon-apigateway-gateway-responses",
    "x-amazon-apigateway-request-validators",
    "x-amazon-apigateway-request-validator",
    "x-amazon-apigateway-minimum-compression-size",
    "x-amazon-apigateway-api-key-source",
];

/// A parsed document.
#[derive(Debug)]
pub(super) struct Document {
    root: Value,
}

impl Document {
    /// Parses a JSON document.
    pub(super) fn parse(body: &Bytes) -> Result<Self, AwsError> {
        if body.len() > LARGEST {
            return Err(bad_request("Invalid OpenAPI input: the document is larger than 6 MB"));
        }
        let root: Value = serde_json::from_slice(body).map_err(|_| invalid())?;
        let version = |key: &str| root.get(key).and_then(Value::as_str).unwrap_or_default();
        if version("openapi").starts_with("3.0") || version("swagger") == "2.0" {
            return Ok(Self { root });
        }
        Err(invalid())
    }

    /// Applies the document to the API.
    pub(super) fn apply(&self, api: &mut RestApi, mode: Mode, findings: &mut Findings) -> Result<(), AwsError> {
        findings.expect_keys("the document", &self.root, &KEYS);
        self.expect_components(findings);
        self.apply_settings(api, mode)?;
        let before = api.definition.clone();
        security::authorizers(self, &mut api.definition, mode, findings);
        self.validators(&mut api.definition, mode);
        self.gateway_responses(&mut api.definition, mode, findings);
        tree::apply(self, &before, &mut api.definition, mode, findings);
        Ok(())
    }

    /// A top-level member of the document.
    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        self.root.get(key)
    }

    /// The security schemes, in the location of either format.
    pub(super) fn schemes(&self) -> impl Iterator<Item = (&String, &Value)> {
        let schemes = self.root.pointer("/components/securitySchemes").or_else(|| self.root.get("securityDefinitions"));
        schemes.and_then(Value::as_object).into_iter().flatten()
    }

    /// Models are not emulated, except the two that every API has.
    fn expect_components(&self, findings: &mut Findings) {
        if let Some(components) = self.root.get("components") {
            findings.expect_keys("components", components, &["securitySchemes", "schemas"]);
        }
        let schemas = self.root.pointer("/components/schemas").or_else(|| self.root.get("definitions"));
        if let Some(schemas) = schemas {
            findings.expect_keys("the models", schemas, &["Empty", "Error"]);
        }
    }

    /// Overwriting resets literal properties that are missing from the document; merging leaves them unchanged.
    fn apply_settings(&self, api: &mut RestApi, mode: Mode) -> Result<(), AwsError> {
        let settings = &mut api.settings;
        let text = |pointer: &str| self.root.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        match text("/info/title").filter(|title| !title.is_empty()) {
            Some(title) => settings.name = title,
            None => return Err(bad_request("Invalid OpenAPI input: info.title is missing")),
        }
        let reset = mode == Mode::Overwrite;
        let description = text("/info/description");
        if reset || description.is_some() {
            settings.description = description;
        }
        let types = self.get("x-amazon-apigateway-binary-media-types");
        if reset {
            settings.binary_media_types.clear();
        }
        for media_type in types.map(texts).unwrap_or_default() {
            member(&mut settings.binary_media_types, Op::Add, &media_type);
        }
        settings.version = text("/info/version").or(settings.version.take().filter(|_| !reset));
        let policy = self.get("x-amazon-apigateway-policy");
        if reset || policy.is_some() {
            settings.policy = policy.map(|policy| rest_apis::policy(&policy.to_string())).transpose()?.flatten();
        }
        let size = self.get("x-amazon-apigateway-minimum-compression-size").and_then(Value::as_i64);
        if reset || size.is_some() {
            settings.minimum_compression_size = size.map(|size| rest_apis::compression(Some(size))).transpose()?;
        }
        let source = text("/x-amazon-apigateway-api-key-source");
        if reset || source.is_some() {
            settings.api_key_source = rest_apis::api_key_source(source.as_deref().unwrap_or("HEADER"))?;
        }
        let endpoint = self.get("x-amazon-apigateway-endpoint-configuration");
        let ids = endpoint.and_then(|endpoint| endpoint.get("vpcEndpointIds"));
        if reset || ids.is_some() {
            settings.endpoint_configuration.vpc_endpoint_ids = ids.map(texts).unwrap_or_default();
        }
        if let Some(disabled) = endpoint.and_then(|endpoint| endpoint["disableExecuteApiEndpoint"].as_bool()) {
            settings.disable_execute_api_endpoint = disabled;
        }
        Ok(())
    }

    /// A validator keeps its ID as long as its name is unchanged.
    fn validators(&self, definition: &mut Definition, mode: Mode) {
        let before = definition.validators.clone();
        if mode == Mode::Overwrite {
            definition.validators.clear();
        }
        let named = self.get("x-amazon-apigateway-request-validators").and_then(Value::as_object);
        for (name, flags) in named.into_iter().flatten() {
            let id = before.values().find(|validator| validator.name == *name).map(|validator| validator.id.clone());
            let validator = RequestValidator {
                id: id.unwrap_or_else(|| super::super::asked::fresh_id(6)),
                name: name.clone(),
                validate_request_body: flags["validateRequestBody"] == true,
                validate_request_parameters: flags["validateRequestParameters"] == true,
            };
            definition.validators.insert(validator.id.clone(), validator);
        }
    }

    fn gateway_responses(&self, definition: &mut Definition, mode: Mode, findings: &mut Findings) {
        if mode == Mode::Overwrite {
            definition.gateway_responses.clear();
        }
        let named = self.get("x-amazon-apigateway-gateway-responses").and_then(Value::as_object);
        for (name, response) in named.into_iter().flatten() {
            let place = format!("gateway response '{name}'");
            findings.expect_keys(&place, response, &["statusCode", "responseParameters", "responseTemplates"]);
            let requested = gateway_responses::Requested {
                status_code: text_or_number(response.get("statusCode")),
                response_parameters: map(response.get("responseParameters")),
                response_templates: map(response.get("responseTemplates")),
            };
            match requested.filled(name) {
                Ok(response) => drop(definition.gateway_responses.insert(name.clone(), response)),
                Err(refusal) => findings.fail(&format!("Unable to put {place}"), &refusal),
            }
        }
    }
}

fn invalid() -> AwsError {
    bad_request("Invalid OpenAPI input.")
}

/// A list of strings.
pub(super) fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// A status code, which documents write as a string or as a number.
pub(super) fn text_or_number(value: Option<&Value>) -> Option<String> {
    match value {
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    }
}

/// A map of strings.
pub(super) fn map(value: Option<&Value>) -> BTreeMap<String, String> {
    let entries = value.and_then(Value::as_object).into_iter().flatten();
    entries.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}
