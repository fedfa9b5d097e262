//! AWS's refusals, in the shape each protocol gives them.

use serde_json::{Map, Value};

use crate::answer::Answer;

/// A refusal as AWS words it.
#[derive(Debug, Clone)]
pub(crate) struct AwsError {
    pub(crate) status: u16,
    /// The code on the wire: `ResourceNotFoundException`, or `NoSuchEntity` for IAM.
    pub(crate) code: String,
    pub(crate) message: String,
    /// Further members of the error, as `Type` or `retryAfterSeconds`.
    pub(crate) members: Map<String, Value>,
}

impl AwsError {
    pub(crate) fn new(status: u16, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { status, code: code.into(), message: message.into(), members: Map::new() }
    }

    /// What this cloud does not imitate is refused, never invented.
    pub(crate) fn not_imitated(what: &str) -> Self {
        Self::new(501, "NotImplemented", format!("the local cloud does not imitate {what}"))
    }
}

/// What a handler of one operation answers.
pub(crate) type Answered = Result<Answer, AwsError>;
