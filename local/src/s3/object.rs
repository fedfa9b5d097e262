//! Objects: the versions of a key, and what each of them holds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Header, header};

/// The id of a version that was written while the bucket did not keep versions.
pub(super) const NULL: &str = "null";

/// One version of an object; without content it is a delete marker.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Version {
    pub(super) id: String,
    /// Seconds since 1970.
    pub(super) modified: i64,
    pub(super) content: Option<Content>,
}

/// What an object holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Content {
    /// The name of the blob with its bytes.
    pub(super) blob: String,
    pub(super) size: usize,
    /// With its quotes, as it is sent.
    pub(super) etag: String,
    /// The headers that came with the bytes and go with them: type, metadata, checksum.
    pub(super) headers: BTreeMap<String, String>,
}

impl Content {
    /// The headers that tell of the content.
    pub(super) fn headers(&self) -> Vec<Header> {
        let mut headers: Vec<_> = self.headers.iter().map(|(name, value)| header(name, value.as_str())).collect();
        headers.extend([header("etag", self.etag.as_str()), header("x-amz-checksum-type", "FULL_OBJECT")]);
        headers
    }
}

/// The versions of one key, the oldest first; there is always one.
pub(super) type Versions = Vec<Version>;

/// The object as it is now, unless a delete marker hides it.
pub(super) fn current(versions: Option<&Versions>) -> Option<&Content> {
    versions?.last()?.content.as_ref()
}
