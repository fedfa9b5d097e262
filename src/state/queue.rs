//! The wait for a lock that somebody else holds: on tokio's clock, with an end, and a word to the person.

use std::time::Duration;

use tokio::time::Instant;

use super::{Holder, LockNews, LockRequest, StateError};

/// One wait for a lock.
pub(super) struct Queue<'a> {
    request: &'a LockRequest<'a>,
    place: String,
    until: Instant,
    told: Option<LockNews>,
}

impl<'a> Queue<'a> {
    pub(super) fn new(request: &'a LockRequest<'a>, place: String) -> Self {
        Self { request, place, until: Instant::now() + request.at_most, told: None }
    }

    /// Waits before the next try, at most `pause`.
    ///
    /// # Errors
    /// [`StateError::Locked`] when the time is up.
    pub(super) async fn wait(&mut self, holder: Option<Holder>, pause: Duration) -> Result<(), StateError> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(StateError::Locked { path: self.place.clone(), holder: holder.map(Box::new) });
        }
        let news = LockNews::Waiting { place: self.place.clone(), holder, at_most: self.request.at_most };
        if self.told.as_ref() != Some(&news) {
            (self.request.tell)(&news);
            self.told = Some(news);
        }
        super::pause(pause.min(left)).await;
        Ok(())
    }
}
