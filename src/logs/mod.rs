//! Reads and follows CloudWatch log events in order of time, and parses Lambda's own lines.
//!
//! Independent of the config and of the output format.

mod access;
mod cause;
mod lambda;
mod line;
mod merge;
mod recent;
mod request_ids;
mod tail;

pub use access::{Access, access};
pub use cause::{Cause, cause};
pub use lambda::{Own, is_system, own};
pub use line::Line;
pub use recent::recent;
pub use request_ids::RequestIds;
pub use tail::{LogQuery, Source, Tail, Unread};
