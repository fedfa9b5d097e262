//! What became of a plan.

use super::{
    error::ResourceError,
    journal::save_state,
    key::Key,
    record::{State, Store, StoreError},
    verb::Verb,
};

/// A step that did not do what it was to do.
#[derive(Debug, Clone, PartialEq)]
pub struct FailedStep {
    pub key: Key,
    pub verb: Verb,
    /// Why it did not.
    pub error: ResourceError,
}

/// What became of a plan.
#[derive(Debug)]
pub struct Outcome {
    pub state: State,
    /// How many steps were done.
    pub done: usize,
    pub failed: Vec<FailedStep>,
    /// The steps that only waited when the run was cancelled: what they have done so far is found by the next run.
    pub stopped: Vec<FailedStep>,
    /// The steps that were not begun.
    pub skipped: usize,
    /// Whether the run was cancelled before the end.
    pub interrupted: bool,
    /// How often the state was saved.
    pub saves: u64,
    /// Why the state could not be saved; nothing was begun after that.
    pub save_error: Option<StoreError>,
}

impl Outcome {
    /// Of a plan in which there was nothing to do.
    pub(super) fn idle(state: State) -> Self {
        Self {
            state,
            done: 0,
            failed: Vec::new(),
            stopped: Vec::new(),
            skipped: 0,
            interrupted: false,
            saves: 0,
            save_error: None,
        }
    }

    /// Adds what became of a plan that was carried out after this one, which was complete.
    pub(super) fn go_on_with(&mut self, next: Self) {
        let (done, saves) = (self.done + next.done, self.saves + next.saves);
        *self = Self { done, saves, ..next };
    }

    /// Saves the state, which was changed elsewhere than in the steps of the plan.
    pub(super) async fn save(&mut self, store: &dyn Store) {
        self.saves += 1;
        match save_state(self.state.clone(), store).await {
            Ok(state) => self.state = state,
            Err(error) => self.save_error = Some(error),
        }
    }

    /// Whether every step was done and recorded.
    #[must_use]
    pub fn complete(&self) -> bool {
        self.failed.is_empty() && self.stopped.is_empty() && self.skipped == 0 && self.save_error.is_none()
    }
}
