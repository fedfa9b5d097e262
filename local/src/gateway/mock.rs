//! MOCK integrations, as used for CORS preflights: status, headers and body come from templates and mappings.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode, header::CONTENT_TYPE};

use super::{
    refusal::{Kind, Refusal},
    request::ApiRequest,
    template::{self, Rendered},
};
use crate::services::apigateway::{Integration, IntegrationResponse, MethodSnapshot};

/// Creates the response from the integration response.
pub(super) fn answer(
    request: &ApiRequest,
    method: &MethodSnapshot,
    integration: &Integration,
) -> Result<Response<Bytes>, Refusal> {
    let asked = request_template(request, integration)?;
    let status = status_code(&asked).ok_or(Kind::ApiConfigurationError)?;
    let mapping = select(integration, &status).ok_or(Kind::ApiConfigurationError)?;
    let declared = method.method_responses.get(&mapping.status_code).ok_or(Kind::ApiConfigurationError)?;
    let (content_type, rendered) = match mapping.response_templates.first_key_value() {
        Some((content_type, template)) => {
            (content_type.as_str(), rendered(template.as_deref().unwrap_or_default(), request)?)
        }
        None => ("application/json", Rendered::default()),
    };
    let mut response = Response::new(Bytes::from(rendered.text));
    *response.status_mut() =
        mapping.status_code.parse::<StatusCode>().map_err(|_| Refusal::from(Kind::ApiConfigurationError))?;
    if let Some(status) = rendered.status {
        *response.status_mut() =
            StatusCode::from_u16(status).map_err(|_| Refusal::from(Kind::ApiConfigurationError))?;
    }
    let content_type = HeaderValue::from_str(content_type).map_err(|_| Refusal::from(Kind::ApiConfigurationError))?;
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    for (target, source) in &mapping.response_parameters {
        let Some(name) = target.strip_prefix("method.response.header.") else { continue };
        let literal = source.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
        // A mock has no response headers to map from, and only declared headers are returned.
        if let (Some(literal), true) = (literal, declared.declares(target))
            && let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(literal))
        {
            response.headers_mut().insert(name, value);
        }
    }
    for (name, value) in rendered.headers {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(&value)) {
            response.headers_mut().insert(name, value);
        }
    }
    Ok(response)
}

/// The rendered template for the request's media type, which defaults to `application/json`.
fn request_template(request: &ApiRequest, integration: &Integration) -> Result<String, Refusal> {
    let media_type = request.media_type().unwrap_or("application/json");
    match integration.request_templates.get(media_type) {
        Some(template) => Ok(rendered(template, request)?.text),
        None if integration.passthrough_behavior == "WHEN_NO_MATCH" || integration.request_templates.is_empty() => {
            Ok(String::from_utf8_lossy(&request.body).into_owned())
        }
        None => Err(Kind::UnsupportedMediaType.into()),
    }
}

/// Reads `{"statusCode": 200}`. As on API Gateway, `{statusCode: 200}` is valid too.
fn status_code(rendered: &str) -> Option<String> {
    let (_, rest) = rendered.split_once("statusCode")?;
    let digits: String = rest
        .trim_start_matches(|letter: char| "\"' :".contains(letter))
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    (digits.len() == 3).then_some(digits)
}

/// The integration response whose selection pattern is this status, or else the default one.
fn select<'a>(integration: &'a Integration, status: &str) -> Option<&'a IntegrationResponse> {
    let responses = || integration.integration_responses.values();
    responses()
        .find(|response| response.selection_pattern.as_deref() == Some(status))
        .or_else(|| responses().find(|response| response.selection_pattern.as_deref().is_none_or(str::is_empty)))
}

fn rendered(template: &str, request: &ApiRequest) -> Result<Rendered, Refusal> {
    let unknown =
        || Refusal::not_imitated("the local emulator imitates only a part of the template language of mappings");
    template::render(template, request).ok_or_else(unknown)
}
