//! The error responses that API Gateway generates, and their customization by gateway responses.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode, header::CONTENT_TYPE};
use serde_json::Value;

use super::request::ApiRequest;
use crate::services::apigateway::GatewayResponse;

/// The cause of an error response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    kind: Kind,
    /// The message for features that are not emulated; AWS has none for them.
    words: Option<String>,
}

/// The kinds of error responses that the emulator generates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Forbidden,
    MissingAuthenticationToken,
    Unauthorized,
    ExpiredToken,
    RequestTooLarge,
    HeadTooLarge,
    EventTooLarge,
    UnsupportedMediaType,
    Throttled,
    ApiConfigurationError,
    IntegrationFailure,
    IntegrationTimeout,
    NotImitated,
}

impl From<Kind> for Refusal {
    fn from(kind: Kind) -> Self {
        Self { kind, words: None }
    }
}

impl Kind {
    /// Status, response type, `x-amzn-errortype` and message.
    fn usual(self) -> (u16, &'static str, &'static str, &'static str) {
        match self {
            Self::Forbidden => (403, "", "ForbiddenException", "Forbidden"),
            Self::MissingAuthenticationToken => (
                403,
                "MISSING_AUTHENTICATION_TOKEN",
                "MissingAuthenticationTokenException",
                "Missing Authentication Token",
            ),
            Self::Unauthorized => (401, "UNAUTHORIZED", "UnauthorizedException", "Unauthorized"),
            Self::ExpiredToken => (401, "EXPIRED_TOKEN", "UnauthorizedException", "The incoming token has expired"),
            Self::RequestTooLarge => Self::too_large("HTTP content length exceeded 10485760 bytes."),
            Self::HeadTooLarge => Self::too_large("HTTP header is larger than 10240 bytes."),
            Self::EventTooLarge => Self::too_large("Request Too Long"),
            Self::UnsupportedMediaType => {
                (415, "UNSUPPORTED_MEDIA_TYPE", "BadRequestException", "Unsupported Media Type")
            }
            Self::Throttled => (429, "THROTTLED", "TooManyRequestsException", "Too Many Requests"),
            Self::ApiConfigurationError => {
                (500, "API_CONFIGURATION_ERROR", "InternalServerErrorException", "Internal server error")
            }
            Self::IntegrationFailure => {
                (502, "INTEGRATION_FAILURE", "InternalServerErrorException", "Internal server error")
            }
            Self::IntegrationTimeout => {
                (504, "INTEGRATION_TIMEOUT", "InternalServerErrorException", "Endpoint request timed out")
            }
            Self::NotImitated => (501, "", "NotImplementedException", ""),
        }
    }

    fn too_large(message: &'static str) -> (u16, &'static str, &'static str, &'static str) {
        (413, "REQUEST_TOO_LARGE", "RequestEntityTooLargeException", message)
    }
}

impl Refusal {
    /// The error for a feature that is not emulated.
    pub(super) fn not_imitated(words: impl Into<String>) -> Self {
        Self { kind: Kind::NotImitated, words: Some(words.into()) }
    }

    /// The error message, unless a gateway response overrides it.
    pub(super) fn message(&self) -> &str {
        self.words.as_deref().unwrap_or(self.kind.usual().3)
    }

    /// The response type that gateway responses customize; empty if this error cannot be customized.
    pub(super) fn response_type(&self) -> &'static str {
        self.kind.usual().1
    }

    /// Renders the response with the API's gateway responses: the one of its own type, or else the default of its
    /// class.
    pub(super) fn render(
        &self,
        request: &ApiRequest,
        customised: &BTreeMap<String, GatewayResponse>,
    ) -> Response<Bytes> {
        let (status, response_type, error_type, _) = self.kind.usual();
        let message = self.message();
        let class = if status < 500 { "DEFAULT_4XX" } else { "DEFAULT_5XX" };
        let custom = (!response_type.is_empty())
            .then(|| customised.get(response_type).or_else(|| customised.get(class)))
            .flatten();
        let mut response = Response::new(self.body(message, status, request, custom));
        *response.status_mut() = custom
            .and_then(|custom| custom.status_code.as_deref()?.parse().ok())
            .or_else(|| StatusCode::from_u16(status).ok())
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let content_type = custom.and_then(template).map_or("application/json", |(kind, _)| kind);
        set(&mut response, CONTENT_TYPE, content_type);
        set(&mut response, HeaderName::from_static("x-amzn-errortype"), error_type);
        for (name, value) in custom.into_iter().flat_map(|custom| &custom.response_parameters) {
            let name = name.strip_prefix("gatewayresponse.header.").and_then(|name| name.parse().ok());
            if let (Some(name), Some(value)) = (name, mapped(value, request)) {
                set(&mut response, name, &value);
            }
        }
        response
    }

    fn body(&self, message: &str, status: u16, request: &ApiRequest, custom: Option<&GatewayResponse>) -> Bytes {
        let quoted = Value::from(message).to_string();
        let Some((_, template)) = custom.and_then(template) else {
            // API Gateway writes a space before the message of its 5xx errors only.
            let space = if status < 500 { "" } else { " " };
            return format!("{{\"message\":{space}{quoted}}}").into();
        };
        template
            .replace("$context.error.messageString", &quoted)
            .replace("$context.error.message", message)
            .replace("$context.error.responseType", self.response_type())
            .replace("$context.extendedRequestId", &request.extended_id)
            .replace("$context.requestId", &request.id)
            .replace("$context.apiId", &request.api_id)
            .replace("$context.stage", &request.stage)
            .replace("$context.path", &request.full_path)
            .replace("$context.httpMethod", request.method.as_str())
            .into()
    }
}

fn template(custom: &GatewayResponse) -> Option<(&str, &str)> {
    let json = custom.response_templates.get_key_value("application/json");
    json.or_else(|| custom.response_templates.first_key_value()).map(|(kind, text)| (kind.as_str(), text.as_str()))
}

/// The value of a parameter: a literal in single quotes, or a header of the request.
fn mapped(value: &str, request: &ApiRequest) -> Option<String> {
    if let Some(literal) = value.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        return Some(literal.to_owned());
    }
    request.header(&value.strip_prefix("method.request.header.")?.to_lowercase()).map(str::to_owned)
}

fn set(response: &mut Response<Bytes>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
