//! `x-amazon-apigateway-integration`: the backend of an operation.

use serde_json::Value;

use super::{
    super::{
        integrations::{self, check_response},
        methods::status_code,
        model::{Integration, IntegrationResponse, Method},
    },
    Findings,
    document::{map, text_or_number, texts},
};
use crate::wire::error::AwsError;

const KEYS: [&str; 14] = [
    "type",
    "httpMethod",
    "uri",
    "connectionType",
    "connectionId",
    "credentials",
    "requestParameters",
    "requestTemplates",
    "passthroughBehavior",
    "contentHandling",
    "timeoutInMillis",
    "cacheNamespace",
    "cacheKeyParameters",
    "responses",
];

/// Reads the integration of a method whose responses have been read.
pub(super) fn read(
    written: &Value,
    resource_id: &str,
    method: &Method,
    findings: &mut Findings,
) -> Result<Integration, AwsError> {
    findings.expect_keys("x-amazon-apigateway-integration", written, &KEYS);
    let text = |key: &str| written[key].as_str().map(str::to_owned);
    let upper = |key: &str| written[key].as_str().map(str::to_uppercase);
    let requested = integrations::Requested {
        kind: upper("type").unwrap_or_default(),
        // A mock calls nothing.
        http_method: upper("httpMethod").filter(|_| upper("type").as_deref() != Some("MOCK")),
        uri: text("uri"),
        connection_type: upper("connectionType"),
        connection_id: text("connectionId"),
        credentials: text("credentials"),
        request_parameters: map(written.get("requestParameters")),
        request_templates: map(written.get("requestTemplates")),
        passthrough_behavior: upper("passthroughBehavior"),
        content_handling: upper("contentHandling"),
        timeout_in_millis: written["timeoutInMillis"].as_i64(),
        cache_namespace: text("cacheNamespace"),
        cache_key_parameters: texts(&written["cacheKeyParameters"]),
        response_transfer_mode: None,
    };
    let mut integration = requested.filled(resource_id)?;
    for (pattern, written) in written["responses"].as_object().into_iter().flatten() {
        let response = response(pattern, written, findings)?;
        check_response(method, &response)?;
        integration.integration_responses.insert(response.status_code.clone(), response);
    }
    Ok(integration)
}

/// The key is the selection pattern of a response; `default` means no pattern.
fn response(pattern: &str, written: &Value, findings: &mut Findings) -> Result<IntegrationResponse, AwsError> {
    findings.expect_keys(
        "an integration response",
        written,
        &["statusCode", "responseParameters", "responseTemplates", "contentHandling"],
    );
    let status = text_or_number(written.get("statusCode")).unwrap_or_default();
    Ok(IntegrationResponse {
        status_code: status_code(&status)?,
        selection_pattern: Some(pattern).filter(|pattern| *pattern != "default").map(str::to_owned),
        response_parameters: map(written.get("responseParameters")),
        response_templates: map(written.get("responseTemplates"))
            .into_iter()
            .map(|(key, text)| (key, Some(text)))
            .collect(),
        content_handling: written["contentHandling"].as_str().map(str::to_uppercase),
    })
}
