//! The requests of S3: the bucket is in the path or in the host, the key in the rest of the path.
//!
//! An S3 path may be any path. S3 requests are recognized by the credential scope of the signature or by the host.

use http::{HeaderMap, Method, header::HOST};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::credential;
use crate::wire::{
    error::AwsError,
    model::{Location, Member, Model},
    service::Service,
};

/// The members beside the path that the emulator reads. A request with any other is rejected.
const READ: &[(&str, &[&str])] = &[
    ("ListBuckets", &["Prefix", "ContinuationToken", "MaxBuckets", "BucketRegion"]),
    ("ListObjectsV2", &["Prefix", "Delimiter", "EncodingType", "MaxKeys", "ContinuationToken", "StartAfter"]),
    ("ListObjectVersions", &["Prefix", "EncodingType", "MaxKeys", "KeyMarker", "VersionIdMarker"]),
    ("PutObject", &["IfMatch", "IfNoneMatch", "ServerSideEncryption"]),
    ("GetObject", &["VersionId", "IfMatch", "IfNoneMatch", "ChecksumMode"]),
    ("HeadObject", &["VersionId", "IfMatch", "IfNoneMatch", "ChecksumMode"]),
    ("DeleteObject", &["VersionId", "IfMatch"]),
];

/// Headers allowed on any call. They are kept in `Call::headers`.
const COMMON: [&str; 8] = [
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-decoded-content-length",
    "x-amz-sdk-checksum-algorithm",
    "x-amz-security-token",
    "x-amz-trailer",
    "x-amz-user-agent",
    "x-amz-expected-bucket-owner",
];

/// Headers without `x-amz-` that would change the response.
const UNKNOWN: [&str; 3] = ["if-modified-since", "if-unmodified-since", "range"];

/// Whether a request is for S3.
pub(crate) fn is_addressed(headers: &HeaderMap) -> bool {
    scoped(headers) || host(headers).is_some_and(|host| host == "s3.localhost" || host.ends_with(".s3.localhost"))
}

/// Parses the operation and members of a request.
pub(super) fn parse(
    method: &Method,
    path_and_query: &str,
    headers: &HeaderMap,
) -> Result<(String, Map<String, Value>), AwsError> {
    let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
    let query: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let (place, labels) = place(path, bucket_in_host(headers))?;
    let (operation, members) = route(method, place, &query)?;
    refuse_unknown_headers(operation, &members, headers)?;
    let mut input = labels;
    for member in members {
        let text = match member.location {
            Location::QueryString => {
                query.iter().find(|(key, _)| key == member.wire()).map(|(_, value)| value.as_str())
            }
            _ => headers.get(member.wire()).and_then(|value| value.to_str().ok()),
        };
        input.extend(text.map(|text| (member.name.clone(), Value::from(text))));
    }
    Ok((operation.to_owned(), input))
}

/// Whether the credential scope is that of S3, such as `AKID/20260101/us-east-1/s3/aws4_request`.
fn scoped(headers: &HeaderMap) -> bool {
    credential(headers).and_then(|scope| scope.split('/').nth(3)) == Some("s3")
}

fn host(headers: &HeaderMap) -> Option<&str> {
    headers.get(HOST)?.to_str().ok()?.split(':').next()
}

/// The bucket of `bucket.s3.localhost` or `bucket.localhost`.
fn bucket_in_host(headers: &HeaderMap) -> Option<&str> {
    let name = host(headers)?.strip_suffix(".localhost")?;
    if name == "s3" { None } else { Some(name.strip_suffix(".s3").unwrap_or(name)) }
}

/// The path pattern of the API model that matches a path, and its labels.
fn place(path: &str, bucket_in_host: Option<&str>) -> Result<(&'static str, Map<String, Value>), AwsError> {
    let path = path.strip_prefix('/').unwrap_or(path);
    let (bucket, key) = match bucket_in_host {
        Some(bucket) => (bucket, path),
        None => path.split_once('/').unwrap_or((path, "")),
    };
    let decoded = |text: &str| {
        let text = percent_decode_str(text).decode_utf8().map(|text| Value::String(text.into_owned()));
        text.map_err(|_| AwsError::new(400, "InvalidURI", "Couldn't parse the specified URI."))
    };
    let mut labels = Map::new();
    if bucket.is_empty() {
        return Ok(("/", labels));
    }
    labels.insert("Bucket".into(), decoded(bucket)?);
    if key.is_empty() {
        return Ok(("/{Bucket}", labels));
    }
    labels.insert("Key".into(), decoded(key)?);
    Ok(("/{Bucket}/{Key+}", labels))
}

/// The operation that matches the path and the query, and the members that it reads beside the path. An unknown query
/// parameter means another operation.
fn route(
    method: &Method,
    place: &str,
    query: &[(String, String)],
) -> Result<(&'static str, Vec<&'static Member>), AwsError> {
    let model = Model::of(Service::S3);
    let found = model.operations.iter().find_map(|(name, operation)| {
        let (pattern, asked) = operation.uri.split_once('?').unwrap_or((&operation.uri, ""));
        let (key, value) = asked.split_once('=').unwrap_or((asked, ""));
        let read = READ.iter().find(|(of, _)| of == name).map_or(&[][..], |(_, members)| members);
        let members: Vec<&Member> = match model.input(operation) {
            Some(shape) => read.iter().filter_map(|member| shape.find(member)).collect(),
            None => Vec::new(),
        };
        let known = |name: &str| {
            name == key
                || name == "x-id"
                || members.iter().any(|member| member.location == Location::QueryString && member.wire() == name)
        };
        let fits = operation.method == method.as_str()
            && pattern == place
            && (key.is_empty() || query.iter().any(|(k, v)| k == key && v == value))
            && query.iter().all(|(name, _)| known(name));
        fits.then_some((name.as_str(), members))
    });
    found.ok_or_else(|| {
        let names: Vec<&str> = query.iter().map(|(name, _)| name.as_str()).filter(|name| *name != "x-id").collect();
        let query = if names.is_empty() { String::new() } else { format!("?{}", names.join("&")) };
        AwsError::not_imitated(&format!("{method} {place}{query} of S3"))
    })
}

/// Rejects unknown headers: ignoring one could return a made-up success.
fn refuse_unknown_headers(operation: &str, read: &[&Member], headers: &HeaderMap) -> Result<(), AwsError> {
    let read = |name: &str| read.iter().any(|member| member.wire().eq_ignore_ascii_case(name));
    let kept =
        |name: &str| COMMON.contains(&name) || name.starts_with("x-amz-checksum-") || name.starts_with("x-amz-meta-");
    for name in headers.keys().map(http::HeaderName::as_str) {
        let asks = name.starts_with("x-amz-") || UNKNOWN.contains(&name);
        if asks && !read(name) && !kept(name) {
            return Err(AwsError::not_imitated(&format!("the header `{name}` of s3:{operation}")));
        }
    }
    Ok(())
}
