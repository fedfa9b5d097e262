//! The number of cuts, and the reasons of those that failed.

use super::table::Count;

/// The results of one column.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) tried: usize,
    /// The failed cuts, each with the reason.
    pub(super) failures: Vec<String>,
}

impl Tally {
    pub(super) fn count(&self) -> Count {
        Count { tried: self.tried, converged: self.tried - self.failures.len() }
    }

    pub(super) fn add(&mut self, story: &str, outcome: Result<(), String>) {
        self.tried += 1;
        self.failures.extend(outcome.err().map(|why| format!("{story}: {why}")));
    }
}
