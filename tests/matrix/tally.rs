//! How many cuts were tried, and what came of those that did not end well.

use super::table::Count;

/// What came of one column.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) tried: usize,
    /// Those that did not end well, each with the reason.
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
