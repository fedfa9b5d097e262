//! The wait for a lock that another process holds: on tokio's clock, with an end, and a message to the user.

use std::time::Duration;

use tokio::time::Instant;

use super::{
    error::StateError,
    holder::Holder,
    lock::{LockNews, LockRequest},
};
use crate::engine::pause;

/// One wait for a lock.
pub(super) struct Queue<'a> {
    request: &'a LockRequest<'a>,
    place: String,
    until: Instant,
    reported: Option<(Option<Holder>, bool)>,
}

/// Whether the holder of a lock is at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// It is, without doubt.
    AtWork,
    /// No sign of it has been seen yet; without one the lock may be taken over after this time.
    Unseen(Duration),
}

impl<'a> Queue<'a> {
    pub(super) fn new(request: &'a LockRequest<'a>, place: String) -> Self {
        Self { request, place, until: Instant::now() + request.at_most, reported: None }
    }

    /// Waits before the next look, at most `interval`.
    ///
    /// # Errors
    /// [`StateError::Locked`] when the time is up and the holder is at work.
    pub(super) async fn wait(
        &mut self,
        holder: Option<Holder>,
        sign: Sign,
        interval: Duration,
    ) -> Result<(), StateError> {
        let left = self.until.saturating_duration_since(Instant::now());
        let (place, at_most) = (self.place.clone(), self.request.at_most);
        let (news, interval) = match sign {
            _ if !left.is_zero() => (LockNews::Waiting { place, holder: holder.clone(), at_most }, interval.min(left)),
            Sign::Unseen(at_most) => (LockNews::Watching { place, holder: holder.clone(), at_most }, interval),
            Sign::AtWork => return Err(StateError::Locked { path: place, holder: holder.map(Box::new) }),
        };
        let what = Some((holder, left.is_zero()));
        if self.reported != what {
            (self.request.tell)(&news);
            self.reported = what;
        }
        pause(interval).await;
        Ok(())
    }

    /// Tells that the lock of a holder that is not at work any more is taken.
    pub(super) fn tell_taken_over(&self, holder: Option<Holder>, because: &'static str) {
        (self.request.tell)(&LockNews::TakenOver { place: self.place.clone(), holder, because });
    }
}
