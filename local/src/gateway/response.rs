//! A function's answer to a Lambda proxy integration, as the client gets it.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{
    HeaderName, HeaderValue, Response, StatusCode,
    header::{CONTENT_TYPE, TRANSFER_ENCODING},
};
use serde_json::{Map, Value};

use super::request::{ApiRequest, is_binary};

/// Headers that API Gateway does not let a function set, and passes on under another name.
const REMAPPED: &[&str] = &[
    "authorization",
    "connection",
    "content-length",
    "content-md5",
    "date",
    "host",
    "server",
    "user-agent",
    "www-authenticate",
];

/// Reads the answer; `None` when it is malformed, which the client sees as a 502.
pub(super) fn read(payload: &[u8], request: &ApiRequest, binary_media_types: &[String]) -> Option<Response<Bytes>> {
    let answer: Value = serde_json::from_slice(payload).ok()?;
    let members = answer.as_object()?;
    let mut response = Response::new(body(members, request, binary_media_types)?);
    *response.status_mut() = status(members.get("statusCode")?)?;
    for (name, value) in pairs(members)? {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        let value = HeaderValue::from_bytes(value.as_bytes()).ok()?;
        if name == TRANSFER_ENCODING {
            continue;
        }
        let name = if REMAPPED.contains(&name.as_str()) {
            HeaderName::from_bytes(format!("x-amzn-remapped-{name}").as_bytes()).ok()?
        } else {
            name
        };
        response.headers_mut().append(name, value);
    }
    response.headers_mut().entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
    let trace = HeaderValue::from_str(&request.trace_id).ok()?;
    response.headers_mut().insert("x-amzn-trace-id", trace);
    Some(response)
}

/// A number, or the digits of one.
fn status(value: &Value) -> Option<StatusCode> {
    let code = value.as_u64().or_else(|| value.as_str()?.parse().ok())?;
    StatusCode::from_u16(u16::try_from(code).ok()?).ok().filter(|status| status.as_u16() < 600)
}

fn body(members: &Map<String, Value>, request: &ApiRequest, binary_media_types: &[String]) -> Option<Bytes> {
    let is_base64 = match members.get("isBase64Encoded") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(flag)) => *flag,
        Some(_) => return None,
    };
    let text = match members.get("body") {
        None | Some(Value::Null) => return Some(Bytes::new()),
        Some(Value::String(text)) => text,
        Some(_) => return None,
    };
    // The client's first accepted type decides whether API Gateway turns the text into bytes.
    if is_base64 && is_binary(binary_media_types, request.accepted().unwrap_or("*/*")) {
        return STANDARD.decode(text).ok().map(Bytes::from);
    }
    Some(Bytes::from(text.clone()))
}

/// Every header to set. `headers` and `multiValueHeaders` are merged; a pair in both comes once.
fn pairs(members: &Map<String, Value>) -> Option<Vec<(String, String)>> {
    let mut pairs = Vec::new();
    for (name, values) in object(members, "multiValueHeaders")?.into_iter().flatten() {
        for value in values.as_array()? {
            pairs.push((name.to_lowercase(), scalar(value)?));
        }
    }
    for (name, value) in object(members, "headers")?.into_iter().flatten() {
        let pair = (name.to_lowercase(), scalar(value)?);
        if !pairs.contains(&pair) {
            pairs.push(pair);
        }
    }
    Some(pairs)
}

/// An object or nothing; anything else is malformed.
#[expect(clippy::option_option, reason = "the outer one is malformed, the inner one absent")]
fn object<'a>(members: &'a Map<String, Value>, name: &str) -> Option<Option<&'a Map<String, Value>>> {
    match members.get(name) {
        None | Some(Value::Null) => Some(None),
        Some(Value::Object(members)) => Some(Some(members)),
        Some(_) => None,
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}
