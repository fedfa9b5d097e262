//! `DeleteObject`.

use bytes::Bytes;
use http::StatusCode;

use super::{
    Arrival,
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
    },
};

/// The result of a deletion: the version created or deleted, and whether that is a delete marker.
struct Deletion {
    version: Option<String>,
    marker: bool,
}

pub(super) fn delete(emulator: &Emulator, call: &Call, arrival: Arrival) -> Answered {
    let key = call.text("Key").unwrap_or_default();
    let mut world = emulator.world();
    world.s3.bucket(emulator, call)?;
    condition::on_delete(&world.s3, call, arrival)?;
    let bucket = world.s3.bucket_mut(emulator, call)?;
    let deletion = match call.text("VersionId") {
        Some(id) => take(bucket, key, id)?,
        None => hide(bucket, key, emulator.epoch_seconds()),
    };
    world.s3.note_change(call);
    let version = deletion.version.map(|id| header("x-amz-version-id", id));
    let marker = deletion.marker.then(|| header("x-amz-delete-marker", "true"));
    let headers = version.into_iter().chain(marker);
    Ok(super::answer(StatusCode::NO_CONTENT, headers, Bytes::new()))
}

/// Deletes one version permanently. Deleting a missing version succeeds.
fn take(bucket: &mut Bucket, key: &str, id: &str) -> Result<Deletion, AwsError> {
    if !versioning::is_id(id) {
        return Err(refusal::invalid_argument("Invalid version id specified", "versionId", id));
    }
    let mut marker = false;
    if let Some(versions) = bucket.objects.get_mut(key) {
        marker = versions.iter().any(|version| version.id == id && version.content.is_none());
        versions.retain(|version| version.id != id);
        if versions.is_empty() {
            bucket.objects.remove(key);
        }
    }
    Ok(Deletion { version: Some(id.to_owned()), marker })
}

/// Deletes the object. With versioning, this adds a delete marker.
fn hide(bucket: &mut Bucket, key: &str, now: i64) -> Deletion {
    if bucket.versioning == Versioning::Never {
        bucket.objects.remove(key);
        return Deletion { version: None, marker: false };
    }
    let marker = Version { id: String::new(), modified: now, content: None };
    let versions = bucket.objects.get_or_insert_with(key.to_owned(), Vec::new);
    let marker = bucket.versioning.push(versions, marker);
    Deletion { version: Some(marker.id.clone()), marker: true }
}
