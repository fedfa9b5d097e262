//! The access log: one line per request, in the stage's format.

use bytes::Bytes;
use http::Response;
use jiff::{Timestamp, tz::TimeZone};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{Seen, event::SOURCE_IP, request::ApiRequest};
use crate::{
    emulator::{Emulator, hex},
    services::apigateway::AccessLogSettings,
};

/// The placeholder for a variable without a value.
const NOTHING: &str = "-";

/// Writes the line of a completed request if the stage has an access log. API Gateway does not create log groups:
/// without the group, the line is lost.
pub(super) fn write(emulator: &Emulator, request: &ApiRequest, response: &Response<Bytes>, seen: &Seen) {
    let mut world = emulator.world();
    let stage = world.apigateway.served(&request.api_id, &request.stage).map(|served| served.stage);
    let Some(settings) = stage.and_then(|stage| stage.access_log_settings.clone()) else { return };
    let AccessLogSettings { format: Some(format), destination_arn: Some(destination) } = settings else { return };
    let Some((arn, group)) = destination.split_once(":log-group:") else { return };
    let Some(region) = arn.split(':').nth(3) else { return };
    let now = Timestamp::now();
    let line = filled_in(&format, |name| value(name, emulator, (request, response), (seen, now)));
    world.logs.append((region, group), &stream(request), now.as_millisecond(), &line);
}

/// The log stream of a stage.
fn stream(request: &ApiRequest) -> String {
    let digest = Sha256::digest(format!("{}/{}", request.api_id, request.stage));
    hex(&digest[..16])
}

/// Replaces every `$context.name` with its value.
fn filled_in(format: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut parts = format.trim_end_matches('\n').split("$context.");
    let mut line = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end =
            part.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '_' | '-')).unwrap_or(part.len());
        let (name, rest) = part.split_at(end);
        line += value(name).as_deref().filter(|value| !value.is_empty()).unwrap_or(NOTHING);
        line += rest;
    }
    line
}

fn value(
    name: &str,
    emulator: &Emulator,
    (request, response): (&ApiRequest, &Response<Bytes>),
    (seen, now): (&Seen, Timestamp),
) -> Option<String> {
    let millis = |from: Timestamp| (now.as_millisecond() - from.as_millisecond()).to_string();
    Some(match name {
        "requestId" => request.id.clone(),
        "extendedRequestId" => request.extended_id.clone(),
        "accountId" => emulator.settings().account.clone(),
        "apiId" => request.api_id.clone(),
        "stage" => request.stage.clone(),
        "httpMethod" => request.method.to_string(),
        "path" => request.full_path.clone(),
        "protocol" => "HTTP/1.1".into(),
        "identity.sourceIp" => SOURCE_IP.into(),
        "identity.userAgent" => request.header("user-agent")?.to_owned(),
        "requestTime" => request.time.to_zoned_datetime(TimeZone::UTC).strftime("%d/%b/%Y:%H:%M:%S %z").to_string(),
        "requestTimeEpoch" => request.time.as_millisecond().to_string(),
        "resourcePath" => seen.resource_path.clone()?,
        "status" => response.status().as_u16().to_string(),
        "responseLength" => response.body().len().to_string(),
        "responseLatency" => millis(request.time),
        "error.message" => seen.refused.as_ref()?.message().to_owned(),
        "error.messageString" => Value::from(seen.refused.as_ref()?.message()).to_string(),
        "error.responseType" => seen.refused.as_ref()?.response_type().to_owned(),
        "authorizer.error" => seen.authorizer_error.clone()?,
        "integration.requestId" | "awsEndpointRequestId" => seen.integration.as_ref()?.request_id.clone()?,
        "integration.latency" | "integrationLatency" => seen.integration.as_ref()?.took.as_millis().to_string(),
        "integration.error" | "integrationErrorMessage" => seen.integration.as_ref()?.error.clone()?,
        _ => seen.claims.as_ref()?.get(name.strip_prefix("authorizer.claims.")?)?.as_str()?.to_owned(),
    })
}
