//! The one table of operations: what each is called, what the caller must be allowed, how fast it may be sent, and which
//! of its refusals pass by themselves.

mod table;
mod wait;

pub use table::*;
pub(crate) use wait::{QUOTA, Wait};

use super::pace::Quota;
use crate::engine::ResourceError;

/// An operation of AWS.
#[derive(Debug)]
pub struct Operation {
    /// `service:Operation`, as in errors and counts.
    pub name: &'static str,
    /// The IAM actions that the caller needs for it.
    pub actions: &'static [&'static str],
    pub(crate) quotas: &'static [Quota],
    pub(crate) waits: &'static [&'static [Wait]],
}

impl Operation {
    /// The wait that ends this refusal, when one does.
    pub(crate) fn wait_for(&self, error: &ResourceError) -> Option<&'static Wait> {
        self.waits.iter().copied().flatten().find(|wait| wait.covers(error))
    }
}
