//! The event of a Lambda proxy integration, version 1.0.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Map, Value, json};

use super::{
    Matched,
    authorize::{Claims, as_texts},
    request::{ApiRequest, is_binary},
};

/// All clients run on this machine.
pub(super) const SOURCE_IP: &str = "127.0.0.1";

/// Builds the event, with `null` wherever API Gateway writes `null`.
pub(super) fn build(request: &ApiRequest, matched: &Matched, account: &str, claims: Option<&Claims>) -> Value {
    let headers = headers(request);
    let query = request.query_values();
    let path_parameters: Map<_, _> =
        matched.path_parameters.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    let last_of = |values: &Vec<String>| json!(values.last());
    let (body, is_base64) = body(request, &matched.binary_media_types);
    json!({
        "resource": matched.resource_path,
        "path": request.path,
        "httpMethod": request.method.as_str(),
        "headers": headers.iter().map(|(name, values)| (name.clone(), last_of(values))).collect::<Map<_, _>>(),
        "multiValueHeaders": headers.iter().map(|(name, values)| (name.clone(), json!(values))).collect::<Map<_, _>>(),
        "queryStringParameters": or_null(query.iter().map(|(name, values)| (name.clone(), last_of(values))).collect()),
        "multiValueQueryStringParameters":
            or_null(query.iter().map(|(name, values)| (name.clone(), json!(values))).collect()),
        "pathParameters": or_null(path_parameters),
        "stageVariables":
            or_null(matched.stage_variables.iter().map(|(name, value)| (name.clone(), json!(value))).collect()),
        "requestContext": context(request, matched, account, claims),
        "body": body,
        "isBase64Encoded": is_base64,
    })
}

fn context(request: &ApiRequest, matched: &Matched, account: &str, claims: Option<&Claims>) -> Value {
    let time = request.time.to_zoned_datetime(TimeZone::UTC).strftime("%d/%b/%Y:%H:%M:%S %z").to_string();
    let mut context = json!({
        "resourceId": matched.resource_id,
        "resourcePath": matched.resource_path,
        "httpMethod": request.method.as_str(),
        "extendedRequestId": request.extended_id,
        "requestTime": time,
        "path": request.full_path,
        "accountId": account,
        "protocol": "HTTP/1.1",
        "stage": request.stage,
        "domainPrefix": request.api_id,
        "requestTimeEpoch": Timestamp::as_millisecond(request.time),
        "requestId": request.id,
        "identity": {
            "cognitoIdentityPoolId": null,
            "accountId": null,
            "cognitoIdentityId": null,
            "caller": null,
            "sourceIp": SOURCE_IP,
            "principalOrgId": null,
            "accessKey": null,
            "cognitoAuthenticationType": null,
            "cognitoAuthenticationProvider": null,
            "userArn": null,
            "userAgent": request.header("user-agent"),
            "user": null,
        },
        "domainName": request.header("host"),
        "deploymentId": matched.deployment_id,
        "apiId": request.api_id,
    });
    if let Some(operation) = &matched.method.operation_name {
        context["operationName"] = json!(operation);
    }
    if let Some(claims) = claims {
        context["authorizer"] = json!({ "claims": as_texts(claims) });
    }
    context
}

/// Headers that REST APIs do not pass to functions.
const DROPPED: [&str; 12] = [
    "connection",
    "content-length",
    "content-md5",
    "expect",
    "max-forwards",
    "proxy-authenticate",
    "server",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "www-authenticate",
];

/// The headers as a function on AWS receives them, with names as the client spelled them.
fn headers(request: &ApiRequest) -> Vec<(String, Vec<String>)> {
    let mut headers: Vec<(String, Vec<String>)> = Vec::new();
    for name in request.headers.keys().map(http::HeaderName::as_str).filter(|name| !DROPPED.contains(name)) {
        let values = request.headers.get_all(name).iter();
        headers.push((
            spelled(name, request),
            values.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect(),
        ));
    }
    let forwarded = match request.header("x-forwarded-for") {
        Some(earlier) => format!("{earlier}, {SOURCE_IP}"),
        None => SOURCE_IP.to_owned(),
    };
    let port = request.header("host").and_then(|host| host.rsplit_once(':')).map_or("80", |(_, port)| port).to_owned();
    let added = [
        ("X-Amzn-Trace-Id", request.trace_id.clone()),
        ("X-Forwarded-For", forwarded),
        ("X-Forwarded-Port", port),
        ("X-Forwarded-Proto", "http".to_owned()),
    ];
    headers.retain(|(name, _)| added.iter().all(|(own, _)| !own.eq_ignore_ascii_case(name)));
    headers.extend(added.into_iter().map(|(name, value)| (name.to_owned(), vec![value])));
    headers
}

/// API Gateway rewrites these two, whatever the client's spelling.
fn spelled(name: &str, request: &ApiRequest) -> String {
    match name {
        "host" => "Host",
        "user-agent" => "User-Agent",
        _ => request.names.spelling(name).unwrap_or(name),
    }
    .to_owned()
}

fn body(request: &ApiRequest, binary_media_types: &[String]) -> (Value, bool) {
    if request.body.is_empty() {
        return (Value::Null, false);
    }
    if request.media_type().is_some_and(|kind| is_binary(binary_media_types, kind)) {
        return (json!(STANDARD.encode(&request.body)), true);
    }
    (json!(String::from_utf8_lossy(&request.body)), false)
}

fn or_null(members: Map<String, Value>) -> Value {
    if members.is_empty() { Value::Null } else { Value::Object(members) }
}
