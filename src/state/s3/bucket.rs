//! What a store needs of a bucket: reads, and writes that hold only as long as a condition does.

use std::time::Duration;

use async_trait::async_trait;

use crate::engine::ResourceError;

/// The tag of one version of an object, as the bucket gave it, quotes included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ETag(pub String);

/// An object as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    pub body: Vec<u8>,
    pub etag: ETag,
    /// How long before this answer it was written; both moments are by the bucket's own clock.
    pub age: Duration,
}

/// When a write is to take place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WriteCondition {
    /// Only while there is no object.
    Absent,
    /// Only while the object is this version.
    Is(ETag),
}

/// What became of a conditional write or deletion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempt<T> {
    /// It took place.
    Done(T),
    /// It did not: the condition does not hold, or another write was just under way. When the caller's own earlier
    /// attempt took place and its answer was lost, that looks the same.
    Refused,
}

/// A bucket with strongly consistent reads and atomic conditional writes.
///
/// An error whose verdict is ambiguous may have taken effect, every other one has not.
#[async_trait]
pub trait Bucket: Send + Sync + 'static {
    /// Names the bucket.
    fn name(&self) -> &str;

    /// Reads an object; `None` when there is none.
    async fn get(&self, key: &str) -> Result<Option<Object>, ResourceError>;

    /// Names the objects whose keys begin like this.
    async fn list(&self, prefix: &str) -> Result<Vec<String>, ResourceError>;

    /// Writes an object while `condition` holds, and returns the tag of what it wrote.
    async fn put(&self, key: &str, body: Vec<u8>, condition: &WriteCondition) -> Result<Attempt<ETag>, ResourceError>;

    /// Deletes an object while it is the version of this tag.
    async fn delete(&self, key: &str, etag: &ETag) -> Result<Attempt<()>, ResourceError>;
}
