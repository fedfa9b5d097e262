//! Converts a function's response to a Lambda proxy integration into an HTTP response.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{
    HeaderName, HeaderValue, Response, StatusCode,
    header::{CONTENT_TYPE, TRANSFER_ENCODING},
};
use serde_json::{Map, Value};

use super::request::{ApiRequest, is_binary};

/// The allowed members of a response. None is required. Any other member makes the response malformed, for example
/// `cookies` of HTTP APIs.
const MEMBERS: [&str; 5] = ["statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"];

/// Headers that a function cannot set; API Gateway renames them.
const REMAPPED: &[&str] = &[
    "authorization",
    "connection",
    "content-length",
    "content-md5",
    "date",
    "expect",
    "host",
    "max-forwards",
    "proxy-authenticate",
    "server",
    "trailer",
    "upgrade",
    "user-agent",
    "www-authenticate",
];

/// Reads the response.
///
/// # Errors
/// What is wrong with a malformed response; the client gets a 502.
pub(super) fn read(
    payload: &[u8],
    request: &ApiRequest,
    binary_media_types: &[String],
) -> Result<Response<Bytes>, String> {
    let answer: Value = serde_json::from_slice(payload).map_err(|_| "the response is not JSON".to_owned())?;
    let Value::Object(members) = &answer else {
        return Err(format!("the response is {}, not an object", described(&answer)));
    };
    if let Some(unknown) = members.keys().find(|name| !MEMBERS.contains(&name.as_str())) {
        return Err(format!("`{unknown}` is not a member of a response; members are: {}", MEMBERS.join(", ")));
    }
    let mut response = Response::new(body(members, request, binary_media_types)?);
    *response.status_mut() = members.get("statusCode").map_or(Ok(StatusCode::OK), status)?;
    for (name, value) in pairs(members)? {
        let wrong = || format!("`{name}` is not a header that can be sent, or its value is not");
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong())?;
        let value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| wrong())?;
        if name != TRANSFER_ENCODING {
            response.headers_mut().append(remapped(name), value);
        }
    }
    response.headers_mut().entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
    if let Ok(trace) = HeaderValue::from_str(&request.trace_id) {
        response.headers_mut().insert("x-amzn-trace-id", trace);
    }
    Ok(response)
}

fn remapped(name: HeaderName) -> HeaderName {
    if !REMAPPED.contains(&name.as_str()) {
        return name;
    }
    HeaderName::from_bytes(format!("x-amzn-remapped-{name}").as_bytes()).unwrap_or(name)
}

/// A status code, as a number or a string of digits.
fn status(value: &Value) -> Result<StatusCode, String> {
    let code = value.as_u64().or_else(|| value.as_str()?.parse().ok());
    let code = code.and_then(|code| StatusCode::from_u16(u16::try_from(code).ok()?).ok());
    // An informational status has no body and is followed by a final one, which a function cannot send.
    code.filter(|status| (200..600).contains(&status.as_u16()))
        .ok_or_else(|| format!("`statusCode` is {}, not a number from 200 to 599", described(value)))
}

fn body(members: &Map<String, Value>, request: &ApiRequest, binary_media_types: &[String]) -> Result<Bytes, String> {
    let is_base64 = match members.get("isBase64Encoded") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(flag)) => *flag,
        Some(other) => return Err(format!("`isBase64Encoded` is {}, not true or false", described(other))),
    };
    let text = match members.get("body") {
        None | Some(Value::Null) => return Ok(Bytes::new()),
        Some(Value::String(text)) => text,
        Some(other) => return Err(format!("`body` is {}, not a string", described(other))),
    };
    // API Gateway decodes the body depending on the client's first accepted media type.
    if is_base64 && is_binary(binary_media_types, request.accepted().unwrap_or("*/*")) {
        let bytes = STANDARD.decode(text).map(Bytes::from);
        return bytes.map_err(|_| "`isBase64Encoded` is true, and `body` is not Base64".into());
    }
    Ok(Bytes::from(text.clone()))
}

/// All headers to set. `headers` and `multiValueHeaders` are merged; a pair in both is set once.
fn pairs(members: &Map<String, Value>) -> Result<Vec<(String, String)>, String> {
    let mut pairs = Vec::new();
    for (name, values) in object(members, "multiValueHeaders")? {
        let list = values.as_array();
        let list = list.ok_or_else(|| format!("`multiValueHeaders.{name}` is {}, not a list", described(values)))?;
        for value in list {
            pairs.push((name.to_lowercase(), scalar(&format!("multiValueHeaders.{name}"), value)?));
        }
    }
    for (name, value) in object(members, "headers")? {
        let pair = (name.to_lowercase(), scalar(&format!("headers.{name}"), value)?);
        if !pairs.contains(&pair) {
            pairs.push(pair);
        }
    }
    Ok(pairs)
}

/// The members of an optional object.
fn object<'a>(
    members: &'a Map<String, Value>,
    name: &str,
) -> Result<impl Iterator<Item = (&'a String, &'a Value)>, String> {
    match members.get(name) {
        None | Some(Value::Null) => Ok(None.into_iter().flatten()),
        Some(Value::Object(members)) => Ok(Some(members).into_iter().flatten()),
        Some(other) => Err(format!("`{name}` is {}, not an object", described(other))),
    }
}

fn scalar(place: &str, value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(_) | Value::Bool(_) => Ok(value.to_string()),
        other => Err(format!("`{place}` is {}, not a string", described(other))),
    }
}

/// The type of a value, and the value itself for numbers and booleans.
fn described(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => format!("the number {number}"),
        Value::String(_) => "a string".into(),
        Value::Array(_) => "a list".into(),
        Value::Object(_) => "an object".into(),
    }
}
