//! The one table of operations: what each is called, what the caller must be allowed, how fast it may be sent, and which
//! of its rejections pass by themselves.

mod row;
mod table;
mod wait;

pub use row::Operation;
pub use table::*;
pub(crate) use wait::{Cadence, QUOTA, ROLE_PROPAGATION, THROTTLES};
