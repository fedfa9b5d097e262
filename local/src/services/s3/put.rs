//! `PutObject`.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::{
    Arrival, Header, checksum, condition, header,
    object::{Content, Version},
    payload::{self, Payload},
    versioning::Versioning,
};
use crate::{
    emulator::{Emulator, hex},
    wire::{
        call::Call,
        error::{Answered, AwsError},
    },
};

/// Headers stored with an object, besides its metadata.
const KEPT: [&str; 6] =
    ["cache-control", "content-disposition", "content-encoding", "content-language", "content-type", "expires"];

const METADATA: &str = "x-amz-meta-";

pub(super) fn put(emulator: &Emulator, call: &Call, arrival: Arrival) -> Answered {
    if let Some(encryption) = call.text("ServerSideEncryption").filter(|encryption| *encryption != "AES256") {
        return Err(AwsError::not_imitated(&format!("the encryption `{encryption}`")));
    }
    let key = call.text("Key").unwrap_or_default();
    if key.len() > 1024 {
        return Err(AwsError::new(400, "KeyTooLongError", "Your key is too long"));
    }
    let payload = payload::read(call)?;
    let headers = kept(&call.headers)?;
    let mut world = emulator.world();
    world.s3.bucket(emulator, call)?;
    condition::on_upload(&world.s3, call, arrival)?;
    let version = Version {
        id: String::new(),
        modified: emulator.epoch_seconds(),
        content: Some(content(emulator, &payload, headers)),
    };
    let bucket = world.s3.bucket_mut(emulator, call)?;
    let versioning = bucket.versioning;
    let version = versioning.push(bucket.objects.get_or_insert_with(key.to_owned(), Vec::new), version).clone();
    world.s3.note_change(call);
    Ok(super::answer(StatusCode::OK, told(&version, versioning), Bytes::new()))
}

/// The headers of an upload's response.
fn told(version: &Version, versioning: Versioning) -> Vec<Header> {
    let mut headers = version.content.as_ref().map(Content::headers).unwrap_or_default();
    headers.retain(|(name, _)| name == "etag" || name.starts_with("x-amz-checksum-"));
    headers.push(header("x-amz-server-side-encryption", "AES256"));
    headers.extend(versioning.uploaded(version).map(|id| header("x-amz-version-id", id)));
    headers
}

fn content(emulator: &Emulator, payload: &Payload, mut headers: BTreeMap<String, String>) -> Content {
    let (name, value) = payload.checksum.clone().unwrap_or_else(|| checksum::added(&payload.bytes));
    headers.insert(name, value);
    Content {
        blob: emulator.store_blob(&payload.bytes),
        size: payload.bytes.len(),
        etag: format!("\"{}\"", hex(&checksum::md5(&payload.bytes))),
        headers,
    }
}

/// The headers of a request that are stored with the object.
fn kept(headers: &HeaderMap) -> Result<BTreeMap<String, String>, AwsError> {
    let mut kept = BTreeMap::from([("content-type".to_owned(), "binary/octet-stream".to_owned())]);
    for (name, value) in headers {
        if let (name, Ok(value)) = (name.as_str(), value.to_str())
            && (KEPT.contains(&name) || name.starts_with(METADATA))
        {
            kept.insert(name.to_owned(), value.to_owned());
        }
    }
    if let Some(encoding) = kept.remove("content-encoding").and_then(|encoding| without_chunked(&encoding)) {
        kept.insert("content-encoding".into(), encoding);
    }
    let length = |(name, value): (&String, &String)| name.strip_prefix(METADATA).map(|name| name.len() + value.len());
    if kept.iter().filter_map(length).sum::<usize>() > 2048 {
        let message = "Your metadata headers exceed the maximum allowed metadata size";
        return Err(AwsError::new(400, "MetadataTooLarge", message));
    }
    Ok(kept)
}

/// The content encodings without `aws-chunked`, which applies only to the transfer.
fn without_chunked(encoding: &str) -> Option<String> {
    let own: Vec<&str> = encoding.split(',').map(str::trim).filter(|coding| *coding != "aws-chunked").collect();
    (!own.is_empty()).then(|| own.join(","))
}
