//! Log events: read page by page, put in the order of time, followed, and understood as far as Lambda's own lines go.
//!
//! It knows log groups and their events, and neither configurations nor how anything looks.

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
pub use tail::{Source, Tail, Unread, Wanted};
