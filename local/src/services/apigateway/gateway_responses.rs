//! Gateway responses: the error responses that API Gateway generates.

use serde::Deserialize;

use super::{
    ApiGateway,
    asked::{Asked, answer as answered, nothing},
    methods::{check_parameters, check_values, status_code},
    model::{Definition, GatewayResponse, Texts},
    patch::{Op, Patch},
    refusal::{bad_request, not_found},
};
use crate::wire::error::{Answered, AwsError};

/// Every response type with its default status.
const DEFAULTS: [(&str, Option<&str>); 21] = [
    ("ACCESS_DENIED", Some("403")),
    ("API_CONFIGURATION_ERROR", Some("500")),
    ("AUTHORIZER_CONFIGURATION_ERROR", Some("500")),
    ("AUTHORIZER_FAILURE", Some("500")),
    ("BAD_REQUEST_BODY", Some("400")),
    ("BAD_REQUEST_PARAMETERS", Some("400")),
    ("DEFAULT_4XX", None),
    ("DEFAULT_5XX", None),
    ("EXPIRED_TOKEN", Some("403")),
    ("INTEGRATION_FAILURE", Some("504")),
    ("INTEGRATION_TIMEOUT", Some("504")),
    ("INVALID_API_KEY", Some("403")),
    ("INVALID_SIGNATURE", Some("403")),
    ("MISSING_AUTHENTICATION_TOKEN", Some("403")),
    ("QUOTA_EXCEEDED", Some("429")),
    ("REQUEST_TOO_LARGE", Some("413")),
    ("RESOURCE_NOT_FOUND", Some("404")),
    ("THROTTLED", Some("429")),
    ("UNAUTHORIZED", Some("401")),
    ("UNSUPPORTED_MEDIA_TYPE", Some("415")),
    ("WAF_FILTERED", Some("403")),
];

/// Handles the read operations on gateway responses; `None` for any other operation.
pub(super) fn read(gateway: &ApiGateway, asked: &Asked<'_>) -> Option<Answered> {
    Some(match asked.call.operation.as_str() {
        "GetGatewayResponse" => {
            gateway.api(asked).and_then(|api| answered(&api.definition.gateway_response(asked.text("responseType")?)?))
        }
        "GetGatewayResponses" => list(gateway, asked),
        _ => return None,
    })
}

/// Handles the write operations on gateway responses; `None` for any other operation.
pub(super) fn write(gateway: &mut ApiGateway, asked: &Asked<'_>) -> Option<Answered> {
    Some(match asked.call.operation.as_str() {
        "PutGatewayResponse" => put(gateway, asked),
        "UpdateGatewayResponse" => update(gateway, asked),
        "DeleteGatewayResponse" => delete(gateway, asked),
        _ => return None,
    })
}

/// The requested gateway response.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Requested {
    pub(super) status_code: Option<String>,
    #[serde(default)]
    pub(super) response_parameters: Texts,
    #[serde(default)]
    pub(super) response_templates: Texts,
}

impl Requested {
    /// Creates the customized response of a type.
    ///
    /// # Errors
    /// When AWS would reject it.
    pub(super) fn filled(self, response_type: &str) -> Result<GatewayResponse, AwsError> {
        let standard = standard(response_type)?;
        let templates =
            if self.response_templates.is_empty() { standard.response_templates } else { self.response_templates };
        checked(GatewayResponse {
            status_code: self.status_code.or(standard.status_code),
            response_parameters: self.response_parameters,
            response_templates: templates,
            default_response: false,
            ..standard
        })
    }
}

fn checked(response: GatewayResponse) -> Result<GatewayResponse, AwsError> {
    if let Some(status) = &response.status_code {
        status_code(status)?;
    }
    let beginnings = ["gatewayresponse.header.", "gatewayresponse.path.", "gatewayresponse.querystring."];
    check_parameters(response.response_parameters.keys(), &beginnings)?;
    let sources = [
        "method.request.header.",
        "method.request.multivalueheader.",
        "method.request.querystring.",
        "method.request.multivaluequerystring.",
        "method.request.path.",
    ];
    check_values(response.response_parameters.values(), &sources)?;
    Ok(response)
}

/// AWS's default for a type that is not customized.
fn standard(response_type: &str) -> Result<GatewayResponse, AwsError> {
    let Some((name, status)) = DEFAULTS.iter().find(|(name, _)| *name == response_type) else {
        return Err(bad_request(format!("Invalid Gateway response type specified: '{response_type}'")));
    };
    let template = r#"{"message":$context.error.messageString}"#;
    Ok(GatewayResponse {
        response_type: (*name).to_owned(),
        status_code: status.map(str::to_owned),
        response_parameters: Texts::new(),
        response_templates: Texts::from([("application/json".to_owned(), template.to_owned())]),
        default_response: true,
    })
}

impl Definition {
    fn gateway_response(&self, response_type: &str) -> Result<GatewayResponse, AwsError> {
        let standard = standard(response_type)?;
        if let Some(own) = self.gateway_responses.get(response_type) {
            return Ok(own.clone());
        }
        // The customized response of a class shows through in all its types that are not customized themselves.
        let class = match standard.status_code.as_deref() {
            Some(status) if status.starts_with('5') => "DEFAULT_5XX",
            _ => "DEFAULT_4XX",
        };
        let Some(shared) = self.gateway_responses.get(class) else { return Ok(standard) };
        Ok(GatewayResponse {
            response_type: standard.response_type,
            status_code: shared.status_code.clone().or(standard.status_code),
            default_response: true,
            ..shared.clone()
        })
    }
}

fn put(gateway: &mut ApiGateway, asked: &Asked<'_>) -> Answered {
    let definition = &mut gateway.api_mut(asked)?.definition;
    let requested: Requested = asked.members()?;
    let response = requested.filled(asked.text("responseType")?)?;
    let answer = answered(&response);
    definition.gateway_responses.insert(response.response_type.clone(), response);
    answer
}

fn list(gateway: &ApiGateway, asked: &Asked<'_>) -> Answered {
    let definition = &gateway.api(asked)?.definition;
    let all: Result<_, AwsError> =
        DEFAULTS.iter().map(|(name, _)| Ok((*name, definition.gateway_response(name)?))).collect();
    asked.page(all?)
}

fn update(gateway: &mut ApiGateway, asked: &Asked<'_>) -> Answered {
    let patches = Patch::all(asked)?;
    let definition = &mut gateway.api_mut(asked)?.definition;
    let mut response = definition.gateway_response(asked.text("responseType")?)?;
    for patch in &patches {
        match (patch.op, patch.steps().as_slice()) {
            (Op::Replace, ["statusCode"]) => response.status_code = Some(patch.value()?),
            (op, ["responseParameters", key]) if op.edits() => {
                let value = |patch: &Patch| written(patch, "responseParameters");
                patch.known_entry(&mut response.response_parameters, key, "Invalid parameter name specified", value)?;
            }
            (op, ["responseTemplates", key]) if op.edits() => {
                let value = |patch: &Patch| written(patch, "responseTemplates");
                patch.entry(&mut response.response_templates, key, value)?;
            }
            _ => return Err(patch.unknown()),
        }
    }
    response.default_response = false;
    let response = checked(response)?;
    let answer = answered(&response);
    definition.gateway_responses.insert(response.response_type.clone(), response);
    answer
}

fn written(patch: &Patch, member: &str) -> Result<String, AwsError> {
    let value = patch.optional().filter(|value| !value.is_empty());
    value.ok_or_else(|| bad_request(format!("Invalid null or empty value in {member}")))
}

fn delete(gateway: &mut ApiGateway, asked: &Asked<'_>) -> Answered {
    let definition = &mut gateway.api_mut(asked)?.definition;
    let response_type = &standard(asked.text("responseType")?)?.response_type;
    let gone = definition.gateway_responses.remove(response_type);
    gone.ok_or_else(|| not_found("Gateway response type not defined on api"))?;
    Ok(nothing())
}
