//! S3: buckets and objects, as far as a state bucket needs them.
//!
//! Reads are strongly consistent. Bodies are blobs beside the world. Bucket policies, encryption and access settings
//! are not supported.

mod bucket;
mod checksum;
mod chunked;
mod condition;
mod delete;
mod get;
mod list;
mod object;
mod payload;
mod put;
mod refusal;
#[cfg(test)]
mod tests;
mod versioning;
mod xml;

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use serde::{Deserialize, Serialize};

use self::bucket::Bucket;
use crate::{
    emulator::Emulator,
    store::table::{Stored, Table},
    wire::{
        answer::Answer,
        call::Call,
        error::{Answered, AwsError},
    },
};

/// S3's part of the world.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct S3 {
    /// By name. Names are unique across Regions.
    buckets: Table<String, Bucket>,
    /// The number of objects written or deleted since this emulator started.
    #[serde(skip)]
    changes: u64,
    /// The number of the last change per bucket and key.
    #[serde(skip)]
    changed: BTreeMap<(String, String), u64>,
}

/// The arrival of a call, as the number of changes before it. Later changes happened while the call was in progress.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arrival(u64);

impl Arrival {
    /// Now.
    pub(crate) fn at(emulator: &Emulator) -> Self {
        Self(emulator.world().s3.changes)
    }
}

impl S3 {
    /// The buckets, to be saved.
    pub(crate) fn buckets(&mut self) -> &mut dyn Stored {
        &mut self.buckets
    }

    /// The bucket of a call, if the caller may use it in this Region.
    fn bucket(&self, emulator: &Emulator, call: &Call) -> Result<&Bucket, AwsError> {
        let name = call.text("Bucket").unwrap_or_default();
        let bucket = self.buckets.get(name).ok_or_else(|| refusal::no_such_bucket(name))?;
        bucket.admits(emulator, call)?;
        Ok(bucket)
    }

    /// The same, mutably.
    fn bucket_mut(&mut self, emulator: &Emulator, call: &Call) -> Result<&mut Bucket, AwsError> {
        self.bucket(emulator, call)?;
        let name = call.text("Bucket").unwrap_or_default();
        self.buckets.get_mut(name).ok_or_else(|| refusal::no_such_bucket(name))
    }

    /// Records a change of the call's object.
    fn note_change(&mut self, call: &Call) {
        self.changes += 1;
        self.changed.insert(names(call), self.changes);
    }

    /// Whether the call's object has changed since the call arrived.
    fn has_changed(&self, call: &Call, Arrival(since): Arrival) -> bool {
        self.changed.get(&names(call)).is_some_and(|change| *change > since)
    }
}

/// The bucket and the key of a call.
fn names(call: &Call) -> (String, String) {
    let text = |member| call.text(member).unwrap_or_default().to_owned();
    (text("Bucket"), text("Key"))
}

/// Carries out one call.
pub(crate) fn handle(emulator: &Emulator, call: &Call, arrival: Arrival) -> Answered {
    match call.operation.as_str() {
        "ListBuckets" => bucket::list(emulator, call),
        "CreateBucket" => bucket::create(emulator, call),
        "HeadBucket" => bucket::head(emulator, call),
        "DeleteBucket" => bucket::delete(emulator, call),
        "GetBucketLocation" => bucket::location(emulator, call),
        "GetBucketVersioning" => versioning::get(emulator, call),
        "PutBucketVersioning" => versioning::put(emulator, call),
        "ListObjectsV2" => list::objects(emulator, call),
        "ListObjectVersions" => list::versions(emulator, call),
        "PutObject" => put::put(emulator, call, arrival),
        // They differ only in that the body of a HEAD response is not sent.
        "GetObject" | "HeadObject" => get::get(emulator, call),
        "DeleteObject" => delete::delete(emulator, call, arrival),
        _ => Err(AwsError::not_imitated(&call.name())),
    }
}

/// A response header.
type Header = (String, String);

fn header(name: &str, value: impl Into<String>) -> Header {
    (name.to_owned(), value.into())
}

/// A response with headers and a body.
fn answer(status: StatusCode, headers: impl IntoIterator<Item = Header>, body: Bytes) -> Answer {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    for (name, value) in headers {
        // Stored values were received as headers, so they are valid.
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    Answer::Raw(response)
}
