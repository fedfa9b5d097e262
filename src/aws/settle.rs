//! Waits for what passes by itself: with a pause that grows, a deadline, and a word to the user.

use std::{
    future::Future,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    time::Duration,
};

use tokio::time::Instant;

use super::{clients::Context, operation::Cadence};
use crate::engine::{Key, ResourceError, Result, Verdict};

/// What AWS does in seconds is seen soon after.
const QUICK: Cadence = Cadence { pause: Duration::from_millis(250), dense: Duration::from_secs(3) };
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
        if !backoff.pause(context, at_most, QUICK, what).await? {
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
    looks: u32,
}

/// A factor from 0.8 to 1.2, so that the dense looks of many steps do not come at the same moments. It differs by step and
/// look and not by run.
fn spread(key: &Key, look: u32) -> f64 {
    let mut hasher = DefaultHasher::new();
    (key, look).hash(&mut hasher);
    0.8 + f64::from(u8::try_from(hasher.finish() % 41).unwrap_or_default()) / 100.0
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
        cadence: Cadence,
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
        let Cadence { pause, dense } = cadence;
        let grows = !self.pause.is_zero() && since.elapsed() >= dense;
        self.pause = if grows { (self.pause * 3 / 2).min(LONGEST.max(pause)) } else { pause };
        self.looks += 1;
        let spread = if dense.is_zero() { 1.0 } else { spread(context.key, self.looks) };
        context.wait(tokio::time::sleep(self.pause.mul_f64(spread).min(left)), what).await?;
        Ok(true)
    }
}
