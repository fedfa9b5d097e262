//! Builds the request from the command line.

use ::http::{
    HeaderMap, HeaderName, HeaderValue, Request,
    header::{AUTHORIZATION, CONTENT_TYPE},
};
use bytes::Bytes;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::Value;

use super::route::RequestedRoute;
use crate::{
    cli::CallArgs,
    failure::Failure,
    http,
    session::{DeployedStack, deployed::lacks},
};

/// The characters to escape in a URL. `%` is not one of them, so that input may already be escaped.
const NOT_IN_A_URL: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The URL of the request.
///
/// # Errors
/// When nothing is served yet.
pub(super) fn url(deployed: &DeployedStack, arguments: &CallArgs) -> Result<String, Failure> {
    let invoke_url = deployed.outputs().invoke_url;
    let mut url = invoke_url.ok_or_else(|| lacks("the API has no stage yet, so nothing is served"))?;
    url.extend(utf8_percent_encode(&arguments.path, NOT_IN_A_URL));
    http::add_query(&mut url, arguments.query.iter().map(|(name, value)| (name, value)));
    Ok(url)
}

/// The headers of the command line.
///
/// # Errors
/// When one of them is invalid. The error does not repeat it, because it may be a token.
pub(super) fn headers(arguments: &CallArgs) -> Result<HeaderMap, Failure> {
    let mut headers = HeaderMap::new();
    for text in &arguments.headers {
        let wrong = |what: &str| Failure::usage(format!("-H: {what}")).hint("a header is written -H 'Name: value'");
        let (name, value) = text.split_once(':').ok_or_else(|| wrong("there is no colon in it"))?;
        let name: HeaderName = name.trim().parse().map_err(|_| wrong("no header may be called so"))?;
        let value: HeaderValue =
            value.trim().parse().map_err(|_| wrong("its value has characters that no header may have"))?;
        headers.append(name, value);
    }
    Ok(headers)
}

/// The token and the body of a request.
pub(super) struct Load {
    pub(super) headers: HeaderMap,
    pub(super) token: Option<HeaderValue>,
    pub(super) body: Option<Bytes>,
}

/// Builds the request. Headers of the command line take precedence over the default ones.
///
/// # Errors
/// When the URL is invalid.
pub(super) fn build(requested: &RequestedRoute<'_>, url: &str, load: Load) -> Result<Request<Bytes>, Failure> {
    let Load { mut headers, token, body } = load;
    if let Some(token) = token {
        headers.insert(AUTHORIZATION, token);
    }
    if let Some(body) = &body {
        headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static(media_type(body)));
    }
    let request = Request::builder().method(requested.method).uri(url).body(body.unwrap_or_default());
    let mut request = request.map_err(|error| Failure::failed("the request cannot be made").detail(error))?;
    *request.headers_mut() = headers;
    Ok(request)
}

fn media_type(body: &[u8]) -> &'static str {
    if serde_json::from_slice::<Value>(body).is_ok() {
        "application/json"
    } else if std::str::from_utf8(body).is_ok() {
        "text/plain; charset=utf-8"
    } else {
        "application/octet-stream"
    }
}
