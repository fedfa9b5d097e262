//! `GetObject` and `HeadObject`.

use http::StatusCode;

use super::{
    Header,
    bucket::Bucket,
    condition, header,
    object::Version,
    refusal,
    versioning::{self, Versioning},
};
use crate::{
    emulator::Emulator,
    wire::{
        call::Call,
        error::{Answered, AwsError},
        protocol::http_date,
    },
};

pub(super) fn get(emulator: &Emulator, call: &Call) -> Answered {
    let (headers, blob) = found(emulator, call)?;
    // Read after the world is unlocked, because a save locks the store before the world. A blob never changes.
    let body = emulator
        .blob(&blob)
        .ok_or_else(|| AwsError::new(500, "InternalError", "We encountered an internal error. Please try again."))?;
    Ok(super::answer(StatusCode::OK, headers, body))
}

/// The headers of the requested object, and the name of its blob.
fn found(emulator: &Emulator, call: &Call) -> Result<(Vec<Header>, String), AwsError> {
    let world = emulator.world();
    let bucket = world.s3.bucket(emulator, call)?;
    let version = asked_for(bucket, call)?;
    let Some(content) = &version.content else { return Err(deleted(call, version, bucket.versioning)) };
    condition::on_read(call, content)?;
    let with_checksum = call.text("ChecksumMode") == Some("ENABLED");
    let mut headers = content.headers();
    headers.retain(|(name, _)| with_checksum || !name.starts_with("x-amz-checksum-"));
    headers.extend([
        header("accept-ranges", "bytes"),
        header("content-length", content.size.to_string()),
        header("last-modified", http_date(version.modified)),
        header("x-amz-server-side-encryption", "AES256"),
    ]);
    headers.extend(bucket.versioning.told(version).map(|id| header("x-amz-version-id", id)));
    Ok((headers, content.blob.clone()))
}

/// The requested version, by default the newest.
fn asked_for<'a>(bucket: &'a Bucket, call: &Call) -> Result<&'a Version, AwsError> {
    let key = call.text("Key").unwrap_or_default();
    let versions = bucket.objects.get(key);
    let Some(id) = call.text("VersionId") else {
        return versions.and_then(|versions| versions.last()).ok_or_else(|| refusal::no_such_key(key));
    };
    if !versioning::is_id(id) {
        return Err(refusal::invalid_argument("Invalid version id specified", "versionId", id));
    }
    let version = versions.and_then(|versions| versions.iter().find(|version| version.id == id));
    version.ok_or_else(|| refusal::no_such_version(key, id))
}

/// The error for reading a delete marker, directly or as the newest version.
fn deleted(call: &Call, version: &Version, versioning: Versioning) -> AwsError {
    let error = if call.text("VersionId").is_some() {
        let message = "The specified method is not allowed against this resource.";
        let error = AwsError::new(405, "MethodNotAllowed", message);
        refusal::with(error, [("Method", "GET"), ("ResourceType", "DeleteMarker"), ("allow", "DELETE")])
    } else {
        refusal::no_such_key(call.text("Key").unwrap_or_default())
    };
    let id = versioning.told(version).unwrap_or_default();
    refusal::with(error, [("x-amz-delete-marker", "true"), ("x-amz-version-id", id.as_str())])
}
