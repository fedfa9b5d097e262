//! Waits for what passes by itself: with a pause that grows, a deadline, and a word to the user.

use std::{future::Future, time::Duration};

use tokio::time::Instant;

use super::clients::Context;
use crate::engine::{ResourceError, Result, Verdict};

/// The first pause after a miss.
const FIRST: Duration = Duration::from_millis(500);
/// No pause is longer, unless a quota asks for it.
const LONGEST: Duration = Duration::from_secs(5);

/// Looks again and again until there is an answer.
///
/// `what` is what is waited for, as in ``function `x` to become active``; it is told once, after the first miss.
///
/// # Errors
/// Those of `look`, [`Verdict::TimedOut`] when there is no answer within `at_most`, and [`Verdict::Interrupted`] when
/// the run is cancelled.
pub async fn until<T, F>(
    context: &Context<'_>,
    at_most: Duration,
    what: &str,
    look: impl Fn() -> F + Send + Sync,
) -> Result<T>
where
    F: Future<Output = Result<Option<T>>> + Send,
{
    let mut backoff = Backoff::default();
    loop {
        if let Some(answer) = look().await? {
            return Ok(answer);
        }
        if !backoff.pause(context, at_most, FIRST, what).await? {
            let message = format!("waited {} s for {what}, in vain", at_most.as_secs());
            return Err(ResourceError::new(Verdict::TimedOut, message).hint("run the command again to continue"));
        }
    }
}

/// What a look came to: nothing yet when AWS refused with `code`, so that the next look begins afresh.
///
/// # Errors
/// Every other failure.
pub fn unless<T>(outcome: Result<T>, code: &str) -> Result<Option<T>> {
    match outcome {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.code.as_deref() == Some(code) => Ok(None),
        Err(error) => Err(error),
    }
}

/// One wait: since when, and how long the next pause is.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    since: Option<Instant>,
    pause: Duration,
}

impl Backoff {
    /// Pauses before the next look, or returns `false` when the time is up.
    ///
    /// # Errors
    /// [`Verdict::Interrupted`] when the run is cancelled.
    #[expect(clippy::disallowed_methods, reason = "this is the one place; it has a deadline and reports progress")]
    pub(crate) async fn pause(
        &mut self,
        context: &Context<'_>,
        at_most: Duration,
        first: Duration,
        what: &str,
    ) -> Result<bool> {
        let since = *self.since.get_or_insert_with(|| {
            context.waiting(format!("waiting for {what} (at most {} s)", at_most.as_secs()));
            Instant::now()
        });
        let left = at_most.saturating_sub(since.elapsed());
        if left.is_zero() {
            return Ok(false);
        }
        self.pause = if self.pause.is_zero() { first } else { (self.pause * 3 / 2).min(LONGEST.max(first)) };
        context.wait(tokio::time::sleep(self.pause.min(left)), what).await?;
        Ok(true)
    }
}
