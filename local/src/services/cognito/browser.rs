//! What browsers ask of Cognito: preflights, and headers that let a page of any origin read a response.
//!
//! Only operations without a signature are shared. A page cannot send a signature, because no preflight allows the header.

use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Method, Request, Response,
    header::{
        ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
        ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
        ACCESS_CONTROL_REQUEST_METHOD, ORIGIN,
    },
};
use uuid::Uuid;

use crate::wire::{call::is_open, protocol::header_value};

const EXPOSED: &str = "x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date";

/// Whether any page may read the response to this request.
pub(crate) fn is_shared(headers: &HeaderMap) -> bool {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    let operation = target.and_then(|target| target.strip_prefix("AWSCognitoIdentityProviderService."));
    operation.is_some_and(is_open)
}

/// Lets a page of any origin read a response.
pub(crate) fn share(headers: &mut HeaderMap) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
}

/// The response to the preflight of a browser; `None` if the request is not one.
pub(crate) fn preflight(request: &Request<Bytes>) -> Option<Response<Bytes>> {
    let headers = request.headers();
    let asks = headers.contains_key(ORIGIN) && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    if request.method() != Method::OPTIONS || request.uri().path() != "/" || !asks {
        return None;
    }
    let mut response = Response::new(Bytes::new());
    let asked = headers.get(ACCESS_CONTROL_REQUEST_HEADERS).and_then(|asked| asked.to_str().ok()).unwrap_or_default();
    let allowed = asked.split(',').map(str::trim).filter(|name| !name.eq_ignore_ascii_case("authorization"));
    let allowed = allowed.collect::<Vec<_>>().join(",");
    let headers = response.headers_mut();
    share(headers);
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, header_value(&allowed));
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST"));
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("172800"));
    headers.insert("x-amzn-requestid", header_value(&Uuid::new_v4().to_string()));
    Some(response)
}
