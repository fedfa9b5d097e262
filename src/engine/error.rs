//! How an effect or a read can fail, as far as the engine decides on it.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

/// What a call to a resource comes to.
pub type Result<T, E = ResourceError> = std::result::Result<T, E>;

/// Why a call to a resource did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, thiserror::Error)]
#[error("{}", self.text())]
pub struct ResourceError {
    /// What the engine may conclude.
    pub verdict: Verdict,
    /// `service:Operation` of the call that failed, when it was one.
    pub operation: Option<String>,
    /// The service's error code.
    pub code: Option<String>,
    /// What the service, or we, say of it.
    pub message: String,
    /// For the service's support.
    pub request_id: Option<String>,
    /// Ways out, each on a line of its own.
    pub hints: Vec<String>,
}

/// What may be concluded from a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It took no effect, and trying again would not change that.
    Refused,
    /// Something with that name is there already: ours from a lost answer, or another's.
    AlreadyExists,
    /// It may or may not have taken effect.
    Ambiguous,
    /// What was waited for did not come in time.
    TimedOut,
    /// What was found has another owner.
    NotOurs,
    /// It only waited when the run was cancelled, so it stopped there.
    Interrupted,
}

impl ResourceError {
    /// A rejection in our own words.
    #[must_use]
    pub fn refused(message: impl fmt::Display) -> Self {
        Self::new(Verdict::Refused, message)
    }

    /// A failure in our own words.
    #[must_use]
    pub fn new(verdict: Verdict, message: impl fmt::Display) -> Self {
        Self { verdict, operation: None, code: None, message: message.to_string(), request_id: None, hints: Vec::new() }
    }

    /// Adds a way out.
    #[must_use]
    pub fn hint(mut self, hint: impl fmt::Display) -> Self {
        self.hints.push(hint.to_string());
        self
    }

    fn text(&self) -> String {
        let parts = [self.operation.as_deref(), self.code.as_deref(), Some(self.message.as_str())];
        parts.into_iter().flatten().collect::<Vec<_>>().join(": ")
    }
}
