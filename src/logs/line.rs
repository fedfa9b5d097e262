//! One log event.

use jiff::Timestamp;

/// One event of a log group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The place of its source among those that are read.
    pub source: usize,
    /// The stream: one execution environment of a function.
    pub stream: String,
    /// Made by CloudWatch; no other event has it.
    pub id: String,
    /// When it happened.
    pub at: Timestamp,
    /// Without the line break at its end.
    pub message: String,
}
