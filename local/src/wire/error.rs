//! AWS errors, independent of the protocol.

use serde_json::{Map, Value};

use crate::wire::answer::Answer;

/// An AWS error.
#[derive(Debug, Clone)]
pub(crate) struct AwsError {
    pub(crate) status: u16,
    /// The code on the wire: `ResourceNotFoundException`, or `NoSuchEntity` for IAM.
    pub(crate) code: String,
    pub(crate) message: String,
    /// Further members of the error, such as `Type` or `retryAfterSeconds`.
    pub(crate) members: Map<String, Value>,
}

impl AwsError {
    pub(crate) fn new(status: u16, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { status, code: code.into(), message: message.into(), members: Map::new() }
    }

    /// The error for everything that the emulator does not support. It never invents a response.
    /// Whether the request came too soon after others.
    pub(crate) fn is_throttle(&self) -> bool {
        ["TooManyRequestsException", "Throttling", "ThrottlingException", "SlowDown"].contains(&self.code.as_str())
    }

    pub(crate) fn not_imitated(what: &str) -> Self {
        Self::new(501, "NotImplemented", format!("the local emulator does not imitate {what}"))
    }
}

/// The result of a handler.
pub(crate) type Answered = Result<Answer, AwsError>;
