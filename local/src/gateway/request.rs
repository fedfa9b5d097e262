//! Parses a request to a deployed API.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderMap, Method, Request, request::Parts};
use jiff::Timestamp;
use uuid::Uuid;

use super::address::Address;
use crate::wire::header_names::HeaderNames;

/// One request.
#[derive(Debug)]
pub(super) struct ApiRequest {
    pub(super) id: String,
    /// The ID in the format of `x-amz-apigw-id`.
    pub(super) extended_id: String,
    pub(super) trace_id: String,
    pub(super) time: Timestamp,
    pub(super) api_id: String,
    pub(super) stage: String,
    pub(super) method: Method,
    /// The path below the stage, percent-encoded as sent, with one leading slash.
    pub(super) path: String,
    /// The path with its stage, and with every slash between them.
    pub(super) full_path: String,
    pub(super) query: String,
    pub(super) headers: HeaderMap,
    /// The spelling of the header names.
    pub(super) names: HeaderNames,
    pub(super) body: Bytes,
}

impl ApiRequest {
    pub(super) fn new(address: Address, request: Request<Bytes>) -> Self {
        let Address { api_id, stage, path } = address;
        let (Parts { method, uri, headers, mut extensions, .. }, body) = request.into_parts();
        Self {
            id: Uuid::new_v4().to_string(),
            extended_id: STANDARD.encode(&Uuid::new_v4().as_bytes()[..11]),
            trace_id: trace_id(headers.get("x-amzn-trace-id").and_then(|sent| sent.to_str().ok()).unwrap_or_default()),
            time: Timestamp::now(),
            full_path: format!("/{stage}{path}"),
            // API Gateway ignores further slashes after the stage.
            path: format!("/{}", path.trim_start_matches('/')),
            api_id,
            stage,
            query: uri.query().unwrap_or_default().to_owned(),
            method,
            headers,
            names: extensions.remove().unwrap_or_default(),
            body,
        }
    }

    /// The size of the request line and the headers, as API Gateway limits it.
    pub(super) fn head_size(&self) -> usize {
        let headers = self.headers.iter().map(|(name, value)| name.as_str().len() + value.len());
        self.method.as_str().len() + self.full_path.len() + self.query.len() + headers.sum::<usize>()
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The decoded names and values of the query string.
    pub(super) fn query_values(&self) -> BTreeMap<String, Vec<String>> {
        let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(self.query.as_bytes()) {
            values.entry(name.into_owned()).or_default().push(value.into_owned());
        }
        values
    }

    /// The key of a token bucket, unique per API and stage.
    pub(super) fn throttle_key(&self, key: &str) -> String {
        format!("{}/{}/{key}", self.api_id, self.stage)
    }

    /// The media type of the body, without parameters.
    pub(super) fn media_type(&self) -> Option<&str> {
        self.header("content-type").map(bare)
    }

    /// The first media type that the client accepts.
    pub(super) fn accepted(&self) -> Option<&str> {
        self.header("accept").and_then(|accept| accept.split(',').next()).map(bare)
    }
}

/// The trace ID of a request: the parts that the client sent, and new ones for the others. Nothing is sampled.
fn trace_id(sent: &str) -> String {
    let part = |name: &str| sent.split(';').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='));
    let random = Uuid::new_v4().simple().to_string();
    let root = || format!("1-{:08x}-{}", Timestamp::now().as_second(), &random[..24]);
    let root = part("Root").map_or_else(root, str::to_owned);
    let parent = part("Parent").unwrap_or(&random[16..]);
    format!("Root={root};Parent={parent};Sampled={}", part("Sampled").unwrap_or("0"))
}

fn bare(media_type: &str) -> &str {
    media_type.split(';').next().unwrap_or_default().trim()
}

/// Whether one of the API's binary media types matches. A wildcard stands on the right: `*/png` matches nothing.
pub(super) fn is_binary(binary_media_types: &[String], media_type: &str) -> bool {
    binary_media_types.iter().any(|binary| match binary.split_once('/') {
        Some(("*", subtype)) => subtype == "*",
        Some((family, "*")) => media_type.split('/').next() == Some(family),
        _ => binary.eq_ignore_ascii_case(media_type),
    })
}
