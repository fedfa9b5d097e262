//! Log events: read page by page, put in the order of time, followed, and understood as far as Lambda's own lines go.
//!
//! It knows log groups and their events, and neither configurations nor how anything looks.

mod access;
mod cause;
mod lambda;
mod merge;
mod recent;
mod request_ids;
mod tail;

use jiff::Timestamp;

pub use access::{Access, access};
pub use cause::{Cause, cause};
pub use lambda::{Own, is_system, own};
pub use recent::recent;
pub use request_ids::RequestIds;
pub use tail::{Source, Tail, Unread, Wanted};

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
