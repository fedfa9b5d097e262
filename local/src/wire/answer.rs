//! The response of an operation, before the protocol renders it.

use bytes::Bytes;
use http::Response;
use serde_json::Value;

/// A successful response.
#[derive(Debug)]
pub(crate) enum Answer {
    /// The members of the response under their API-model names; the core renders JSON, REST JSON or query XML and
    /// the operation's own success status.
    Members(Value),
    /// A response without members, such as the payload of `Invoke`.
    Raw(Response<Bytes>),
}

impl From<Value> for Answer {
    fn from(members: Value) -> Self {
        Self::Members(members)
    }
}
