//! One log event.

use jiff::Timestamp;

/// One event of a log group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub source: usize,
    /// The log stream: one execution environment of a function.
    pub stream: String,
    /// The unique event ID, assigned by CloudWatch.
    pub id: String,
    /// The time of the event.
    pub at: Timestamp,
    /// The message, without the trailing line break.
    pub message: String,
}
