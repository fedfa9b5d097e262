//! One row of the table of operations.

use super::wait::Wait;
use crate::{aws::pace::Quota, engine::ResourceError};

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
    /// The wait that ends this rejection, when one does.
    pub(crate) fn wait_for(&self, error: &ResourceError) -> Option<&'static Wait> {
        self.waits.iter().copied().flatten().find(|wait| wait.covers(error))
    }
}
