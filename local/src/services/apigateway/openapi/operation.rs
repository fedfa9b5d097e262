//! An operation of a path: a method with its responses and its integration.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    super::{
        methods::{checked_response, status_code},
        model::{Definition, Method, MethodResponse, Texts},
        validators,
    },
    Findings,
    document::{Document, texts},
    integration, security,
};
use crate::wire::error::AwsError;

const KEYS: [&str; 14] = [
    "operationId",
    "summary",
    "description",
    "deprecated",
    "tags",
    "externalDocs",
    "consumes",
    "produces",
    "parameters",
    "responses",
    "security",
    "x-amazon-apigateway-integration",
    "x-amazon-apigateway-request-validator",
    "x-amazon-apigateway-auth",
];

/// The location of an operation in the document.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) document: &'a Document,
    pub(super) path: &'a str,
    /// `GET`, or `ANY`.
    pub(super) verb: &'a str,
    /// The parameters shared by all operations of the path.
    pub(super) shared: Option<&'a Value>,
    pub(super) resource_id: &'a str,
}

impl Place<'_> {
    /// Reads an operation. Problems are reported with the message of the API call that would have failed.
    pub(super) fn method(&self, operation: &Value, definition: &Definition, findings: &mut Findings) -> Option<Method> {
        let at = format!("'{}' for resource at path '{}'", self.verb, self.path);
        findings.expect_keys(&at, operation, &KEYS);
        let method = match self.bare(operation, definition, findings) {
            Ok(method) => method,
            Err(refusal) => {
                findings.fail(&format!("Unable to put method {at}"), &refusal);
                return None;
            }
        };
        let Some(written) = operation.get("x-amazon-apigateway-integration") else { return Some(method) };
        match integration::read(written, self.resource_id, &method, findings) {
            Ok(integration) => Some(Method { method_integration: Some(integration), ..method }),
            Err(refusal) => {
                findings.fail(&format!("Unable to put integration on {at}"), &refusal);
                None
            }
        }
    }

    fn bare(&self, operation: &Value, definition: &Definition, findings: &mut Findings) -> Result<Method, AwsError> {
        let mut method = Method {
            http_method: self.verb.to_owned(),
            authorization_type: String::new(),
            authorizer_id: None,
            authorization_scopes: Vec::new(),
            api_key_required: false,
            request_validator_id: self.validator(operation, definition)?,
            operation_name: operation["operationId"].as_str().map(str::to_owned),
            request_parameters: self.parameters(operation, findings),
            request_models: Texts::new(),
            method_responses: self.responses(operation, findings)?,
            method_integration: None,
        };
        security::secure(self.document, definition, &mut method, operation, findings);
        if operation["x-amazon-apigateway-auth"]["type"] == "AWS_IAM" {
            method.authorization_type = "AWS_IAM".into();
        }
        definition.checked(method)
    }

    fn validator(&self, operation: &Value, definition: &Definition) -> Result<Option<String>, AwsError> {
        const KEY: &str = "x-amazon-apigateway-request-validator";
        let name = operation.get(KEY).or_else(|| self.document.get(KEY)).and_then(Value::as_str);
        let Some(name) = name else { return Ok(None) };
        let found = definition.validators.values().find(|validator| validator.name == name);
        found.map(|validator| Some(validator.id.clone())).ok_or_else(|| validators::unknown_name(name))
    }

    fn parameters(&self, operation: &Value, findings: &mut Findings) -> BTreeMap<String, bool> {
        let shared = self.shared.and_then(Value::as_array).into_iter().flatten();
        let own = operation["parameters"].as_array().into_iter().flatten();
        // A variable of the path is a required parameter, also if the document does not declare it.
        let variables = self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
        let mut parameters: BTreeMap<String, bool> =
            variables.map(|name| (format!("method.request.path.{}", name.trim_end_matches('+')), true)).collect();
        for parameter in shared.chain(own) {
            let place = match parameter["in"].as_str() {
                Some("query") => "querystring",
                Some(place @ ("path" | "header")) => place,
                _ => {
                    findings.warn(format!("Ignoring a parameter of '{}': only path, query and header are", self.path));
                    continue;
                }
            };
            let name = parameter["name"].as_str().unwrap_or_default();
            parameters.insert(format!("method.request.{place}.{name}"), parameter["required"] == true);
        }
        parameters
    }

    fn responses(
        &self,
        operation: &Value,
        findings: &mut Findings,
    ) -> Result<BTreeMap<String, MethodResponse>, AwsError> {
        let mut responses = BTreeMap::new();
        for (status, written) in operation["responses"].as_object().into_iter().flatten() {
            if status == "default" {
                findings.warn(format!("Ignoring the response `default` of '{}': it has no status code", self.path));
                continue;
            }
            findings.expect_keys(
                &format!("response '{status}' of '{}'", self.path),
                written,
                &["description", "headers", "content", "schema"],
            );
            let headers = written["headers"].as_object().into_iter().flatten();
            let response = MethodResponse {
                status_code: status_code(status)?,
                response_parameters: Some(
                    headers.map(|(name, _)| (format!("method.response.header.{name}"), false)).collect(),
                ),
                response_models: Some(self.models(operation, written, findings)),
            };
            responses.insert(status.clone(), checked_response(response)?);
        }
        Ok(responses)
    }

    /// The models of a response: by media type in OpenAPI 3.0, one model for all produced media types in Swagger 2.0.
    fn models(&self, operation: &Value, response: &Value, findings: &mut Findings) -> Texts {
        let mut schemas: Vec<(String, &Value)> = Vec::new();
        for (media_type, content) in response["content"].as_object().into_iter().flatten() {
            schemas.extend(content.get("schema").map(|schema| (media_type.clone(), schema)));
        }
        if let Some(schema) = response.get("schema") {
            let produces = operation.get("produces").or_else(|| self.document.get("produces")).map(texts);
            let media_types = produces.unwrap_or_else(|| vec!["application/json".into()]);
            schemas.extend(media_types.into_iter().map(|media_type| (media_type, schema)));
        }
        let mut models = Texts::new();
        for (media_type, schema) in schemas {
            let name = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next());
            match name {
                Some(name @ ("Empty" | "Error")) => drop(models.insert(media_type, name.to_owned())),
                _ => findings.warn(format!("Ignoring a schema of '{}': models are not supported", self.path)),
            }
        }
        models
    }
}
