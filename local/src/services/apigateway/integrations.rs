//! Integrations and integration responses.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{
    ApiGateway,
    asked::{Asked, answer as answered, nothing},
    integration_patches,
    lookup::{no_integration, no_method},
    methods::{check_parameters, check_values, invalid_mapping, status_code},
    model::{Integration, IntegrationResponse, IntegrationType, Method, Texts},
    refusal::{bad_request, not_found},
};
use crate::wire::error::{Answered, AwsError};

/// Handles the read operations on integrations and their responses; `None` for any other operation.
pub(super) fn read(gateway: &ApiGateway, asked: &Asked<'_>) -> Option<Answered> {
    Some(match asked.call.operation.as_str() {
        "GetIntegration" => gateway.tree(asked).and_then(|tree| answered(tree.integration(asked)?)),
        "GetIntegrationResponse" => gateway.tree(asked).and_then(|tree| {
            let status = asked.text("statusCode")?;
            answered(tree.integration(asked)?.integration_responses.get(status).ok_or_else(no_response)?)
        }),
        _ => return None,
    })
}

/// Handles the write operations on integrations and their responses; `None` for any other operation.
pub(super) fn write(gateway: &mut ApiGateway, asked: &Asked<'_>) -> Option<Answered> {
    Some(match asked.call.operation.as_str() {
        "PutIntegration" => put(gateway, asked),
        "UpdateIntegration" => integration_patches::update(gateway, asked),
        "DeleteIntegration" => delete(gateway, asked),
        "PutIntegrationResponse" => put_response(gateway, asked),
        "UpdateIntegrationResponse" => integration_patches::update_response(gateway, asked),
        "DeleteIntegrationResponse" => delete_response(gateway, asked),
        _ => return None,
    })
}

/// The requested integration; AWS sets defaults for missing fields.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Requested {
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(rename = "integrationHttpMethod")]
    pub(super) http_method: Option<String>,
    pub(super) uri: Option<String>,
    pub(super) connection_type: Option<String>,
    pub(super) connection_id: Option<String>,
    pub(super) credentials: Option<String>,
    #[serde(default)]
    pub(super) request_parameters: Texts,
    #[serde(default)]
    pub(super) request_templates: Texts,
    pub(super) passthrough_behavior: Option<String>,
    pub(super) content_handling: Option<String>,
    pub(super) timeout_in_millis: Option<i64>,
    pub(super) cache_namespace: Option<String>,
    #[serde(default)]
    pub(super) cache_key_parameters: Vec<String>,
    pub(super) response_transfer_mode: Option<String>,
}

impl Requested {
    /// Sets AWS's defaults for missing fields.
    ///
    /// # Errors
    /// When AWS would reject the integration.
    pub(super) fn filled(self, resource_id: &str) -> Result<Integration, AwsError> {
        if self.response_transfer_mode.as_deref().is_some_and(|mode| mode != "BUFFERED") {
            return Err(AwsError::not_imitated("responseTransferMode STREAM of apigateway:PutIntegration"));
        }
        let kind = kind(&self.kind)?;
        let connects = matches!(kind, IntegrationType::Http | IntegrationType::HttpProxy);
        let integration = Integration {
            kind,
            http_method: self.http_method,
            uri: self.uri.filter(|_| kind != IntegrationType::Mock),
            connection_type: self.connection_type.or_else(|| connects.then(|| "INTERNET".into())),
            connection_id: self.connection_id,
            credentials: self.credentials,
            request_parameters: self.request_parameters,
            request_templates: self.request_templates,
            passthrough_behavior: self.passthrough_behavior.unwrap_or_else(|| "WHEN_NO_MATCH".into()),
            content_handling: self.content_handling,
            timeout_in_millis: timeout(self.timeout_in_millis.unwrap_or(29_000))?,
            cache_namespace: self.cache_namespace.unwrap_or_else(|| resource_id.to_owned()),
            cache_key_parameters: self.cache_key_parameters,
            integration_responses: BTreeMap::new(),
        };
        check(&integration)?;
        Ok(integration)
    }
}

fn kind(name: &str) -> Result<IntegrationType, AwsError> {
    serde_json::from_value(name.into()).map_err(|_| {
        bad_request(format!(
            "Invalid integration type specified: '{name}'. Must be one of: [HTTP, AWS, MOCK, HTTP_PROXY, AWS_PROXY]"
        ))
    })
}

pub(super) fn timeout(millis: i64) -> Result<u32, AwsError> {
    let millis = u32::try_from(millis).ok().filter(|millis| (50..=29_000).contains(millis));
    millis.ok_or_else(|| bad_request("Timeout should be between 50 ms and 29000 ms"))
}

/// Checks the fields that the type of an integration requires.
pub(super) fn check(integration: &Integration) -> Result<(), AwsError> {
    let one_of = |value: &str, values: &[&str], what: &str| {
        if values.contains(&value) {
            return Ok(());
        }
        Err(bad_request(format!("Invalid {what} specified: '{value}'. Must be one of: [{}]", values.join(", "))))
    };
    let behavior = &integration.passthrough_behavior;
    one_of(behavior, &["WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER"], "passthrough behavior")?;
    if let Some(connection) = &integration.connection_type {
        one_of(connection, &["INTERNET", "VPC_LINK"], "connection type")?;
    }
    if let Some(handling) = &integration.content_handling {
        one_of(handling, &["CONVERT_TO_BINARY", "CONVERT_TO_TEXT"], "content handling")?;
    }
    check_parameters(
        integration.request_parameters.keys(),
        &["integration.request.path.", "integration.request.querystring.", "integration.request.header."],
    )?;
    check_values(integration.request_parameters.values(), &["method.request."])?;
    if integration.kind == IntegrationType::Mock {
        return Ok(());
    }
    if integration.http_method.as_deref().unwrap_or_default().is_empty() {
        return Err(bad_request("Enumeration value for HttpMethod must be non-empty"));
    }
    let uri = integration.uri.as_deref().unwrap_or_default();
    match integration.kind {
        IntegrationType::AwsProxy => check_lambda(uri),
        IntegrationType::Aws if !is_action(uri) => {
            Err(bad_request("AWS ARN for integration must contain path or action"))
        }
        IntegrationType::Http | IntegrationType::HttpProxy if !uri.starts_with("http") => {
            Err(bad_request("Invalid HTTP endpoint specified for URI"))
        }
        _ => Ok(()),
    }
}

fn is_action(uri: &str) -> bool {
    uri.starts_with("arn:") && uri.contains(":apigateway:") && (uri.contains(":path/") || uri.contains(":action/"))
}

/// Checks for `arn:{partition}:apigateway:{region}:lambda:path/2015-03-31/functions/{functionArn}/invocations`. The HTTP
/// method is not checked: with another one than POST, every request ends with a 500.
fn check_lambda(uri: &str) -> Result<(), AwsError> {
    if !uri.starts_with("arn:") {
        return Err(bad_request("Invalid ARN specified in the request"));
    }
    if !is_action(uri) {
        return Err(bad_request("AWS ARN for integration must contain path or action"));
    }
    let parts: Vec<&str> = uri.splitn(6, ':').collect();
    let function = match parts.as_slice() {
        ["arn", _, "apigateway", _, "lambda", path] => path.strip_prefix("path/2015-03-31/functions/"),
        _ => None,
    };
    let Some(function) = function else {
        return Err(bad_request(
            "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations.",
        ));
    };
    if !function.strip_suffix("/invocations").is_some_and(is_function) {
        return Err(bad_request("Invalid lambda function"));
    }
    Ok(())
}

/// Whether an ARN is `arn:{partition}:lambda:{region}:{account}:function:{name}`, optionally followed by a version or
/// an alias. The name may contain stage variables.
fn is_function(arn: &str) -> bool {
    let parts: Vec<&str> = arn.split(':').collect();
    match parts.as_slice() {
        ["arn", _, "lambda", region, account, "function", name, qualifier @ ..] => {
            let whole = |part: &&str| !part.is_empty();
            whole(region)
                && account.len() == 12
                && account.bytes().all(|byte| byte.is_ascii_digit())
                && whole(name)
                && qualifier.len() <= 1
                && qualifier.iter().all(whole)
        }
        _ => false,
    }
}

fn put(gateway: &mut ApiGateway, asked: &Asked<'_>) -> Answered {
    let definition = gateway.tree_mut(asked)?;
    let resource = definition.resource_mut(asked)?;
    let method = resource.resource_methods.get_mut(asked.text("httpMethod")?).ok_or_else(no_method)?;
    let requested: Requested = asked.members()?;
    let integration = requested.filled(&resource.id)?;
    let answer = answered(&integration);
    method.method_integration = Some(integration);
    answer
}

fn delete(gateway: &mut ApiGateway, asked: &Asked<'_>) -> Answered {
    let definition = gateway.tree_mut(asked)?;
    definition.integration(asked)?;
    definition.method_mut(asked)?.method_integration = None;
    Ok(nothing())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestedResponse {
    selection_pattern: Option<String>,
    #[serde(default)]
    response_parameters: Texts,
    #[serde(default)]
    response_templates: BTreeMap<String, Option<String>>,
    content_handling: Option<String>,
}

fn put_response(gateway: &mut ApiGateway, asked: &Asked<'_>) -> Answered {
    let definition = gateway.tree_mut(asked)?;
    definition.integration(asked)?;
    let requested: RequestedResponse = asked.members()?;
    let response = IntegrationResponse {
        status_code: status_code(asked.text("statusCode")?)?,
        selection_pattern: requested.selection_pattern,
        response_parameters: requested.response_parameters,
        response_templates: requested.response_templates.into_iter().map(template).collect(),
        content_handling: requested.content_handling,
    };
    check_response(definition.method(asked)?, &response)?;
    let answer = answered(&response);
    definition.integration_mut(asked)?.integration_responses.insert(response.status_code.clone(), response);
    answer
}

/// An empty template is kept as null.
fn template((media_type, text): (String, Option<String>)) -> (String, Option<String>) {
    (media_type, text.filter(|text| !text.is_empty()))
}

/// An integration response can set only headers that the method response declares.
pub(super) fn check_response(method: &Method, response: &IntegrationResponse) -> Result<(), AwsError> {
    let declared = method.method_responses.get(&response.status_code);
    if let Some(media_type) = response.response_templates.keys().find(|media_type| !media_type.contains('/')) {
        return Err(bad_request(format!(
            "Validation Result: warnings : [], errors : [Invalid content type specified: {media_type}]"
        )));
    }
    for name in response.response_parameters.keys() {
        let Some(declared) = declared else {
            return Err(invalid_mapping("No method response exists for method."));
        };
        if !declared.declares(name) {
            return Err(invalid_mapping(&format!("Invalid mapping expression parameter specified: {name}")));
        }
    }
    let sources =
        ["integration.response.header.", "integration.response.multivalueheader.", "integration.response.body"];
    check_values(response.response_parameters.values(), &sources)
}

fn delete_response(gateway: &mut ApiGateway, asked: &Asked<'_>) -> Answered {
    let definition = gateway.tree_mut(asked)?;
    definition.resource(asked)?;
    let integration = definition.integration_mut(asked).map_err(|_| no_integration())?;
    integration.integration_responses.remove(asked.text("statusCode")?).ok_or_else(no_response)?;
    Ok(nothing())
}

pub(super) fn no_response() -> AwsError {
    not_found("Invalid Response status code specified")
}
