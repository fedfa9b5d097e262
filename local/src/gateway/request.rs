//! Parses a request to a deployed API.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderMap, Method, Request};
use jiff::Timestamp;
use uuid::Uuid;

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
    /// The path below the stage, percent-encoded as sent, with a leading slash.
    pub(super) path: String,
    pub(super) query: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl ApiRequest {
    /// Parses `/_aws/execute-api/{api}/{stage}/…` and `/restapis/{api}/{stage}/_user_request_/…`.
    pub(super) fn read(request: Request<Bytes>) -> Self {
        let (parts, body) = request.into_parts();
        let full = parts.uri.path();
        let steps: Vec<_> = if let Some(rest) = full.strip_prefix("/_aws/execute-api/") {
            rest.splitn(3, '/').collect()
        } else {
            let steps = full.splitn(6, '/').skip(2).enumerate();
            steps.filter(|(at, _)| *at != 2).map(|(_, step)| step).collect()
        };
        let step = |at: usize| steps.get(at).copied().unwrap_or_default().to_owned();
        let random = Uuid::new_v4().simple().to_string();
        Self {
            id: Uuid::new_v4().to_string(),
            extended_id: STANDARD.encode(&Uuid::new_v4().as_bytes()[..11]),
            trace_id: format!("Root=1-{:08x}-{}", Timestamp::now().as_second(), &random[..24]),
            time: Timestamp::now(),
            api_id: step(0),
            stage: step(1),
            path: format!("/{}", step(2)),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            method: parts.method,
            headers: parts.headers,
            body,
        }
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

fn bare(media_type: &str) -> &str {
    media_type.split(';').next().unwrap_or_default().trim()
}

/// Whether one of the API's binary media types matches.
pub(super) fn is_binary(binary_media_types: &[String], media_type: &str) -> bool {
    binary_media_types.iter().any(|binary| {
        binary == "*/*"
            || binary.eq_ignore_ascii_case(media_type)
            || binary.strip_suffix("/*").is_some_and(|family| media_type.split('/').next() == Some(family))
    })
}
