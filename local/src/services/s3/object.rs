//! Objects: the versions of a key and their content.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Header, header};

/// The id of a version that was written without versioning.
pub(super) const NULL: &str = "null";

/// One version of an object. Without content, it is a delete marker.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Version {
    pub(super) id: String,
    /// Seconds since 1970.
    pub(super) modified: i64,
    pub(super) content: Option<Content>,
}

/// The content of a version.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Content {
    /// The name of its blob.
    pub(super) blob: String,
    pub(super) size: usize,
    /// In quotes, as in the header.
    pub(super) etag: String,
    /// The stored headers: type, metadata and checksum.
    pub(super) headers: BTreeMap<String, String>,
}

impl Content {
    /// The headers that describe the content.
    pub(super) fn headers(&self) -> Vec<Header> {
        let mut headers: Vec<_> = self.headers.iter().map(|(name, value)| header(name, value.as_str())).collect();
        headers.extend([header("etag", self.etag.as_str()), header("x-amz-checksum-type", "FULL_OBJECT")]);
        headers
    }
}

/// The versions of one key, oldest first, never empty.
pub(super) type Versions = Vec<Version>;

/// The current content of an object, unless its newest version is a delete marker.
pub(super) fn current(versions: Option<&Versions>) -> Option<&Content> {
    versions?.last()?.content.as_ref()
}
