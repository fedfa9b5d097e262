//! The locks of a run, taken before any change and released when dropped.

use std::{sync::mpsc, time::Duration};

use tokio::{runtime::Handle, task::block_in_place, time::timeout};

use super::Run;
use crate::{
    cli,
    failure::{Failure, Fault},
    hint::SuggestedCommand,
    report::Report,
    state::{Backend, Guard, Holder, LockNews, LockRequest, SeenLock, StateError},
};

/// The timeout for a release. A lock that is not released expires.
const AT_MOST: Duration = Duration::from_secs(5);

/// A lock on a state. Dropping it releases the lock, also when an interrupt drops the command.
#[must_use]
pub(crate) struct Lock<'r> {
    guard: Option<Guard>,
    report: &'r Report,
}

/// Locks a state.
///
/// # Errors
/// When another process holds the lock longer than `--lock-timeout`.
pub(crate) async fn take<'r>(run: &'r Run, store: &dyn Backend) -> Result<Lock<'r>, Failure> {
    take_with(run, store, " takes it away from one that does not end").await
}

/// Locks a state at a location that the config does not name.
///
/// # Errors
/// As [`take`].
pub(crate) async fn take_elsewhere<'r>(run: &'r Run, store: &dyn Backend) -> Result<Lock<'r>, Failure> {
    take_with(run, store, " takes it away from one that does not end, while the configuration names that place").await
}

/// `unlock` is the end of the hint that names the `unlock` command.
async fn take_with<'r>(run: &'r Run, store: &dyn Backend, unlock: &str) -> Result<Lock<'r>, Failure> {
    let (holder, tell) = (holder(run), |news: &LockNews| run.report.tell(news));
    let request = LockRequest { holder: &holder, at_most: run.options.lock_timeout, tell: &tell };
    let guard = store.lock(&request).await.map_err(|error| {
        let locked = matches!(error, StateError::Locked { .. });
        Failure::from(error).with_hints(locked.then(|| SuggestedCommand::stack("unlock").then(unlock)))
    })?;
    Ok(Lock { guard: Some(guard), report: &run.report })
}

/// Force-releases the lock that was shown, and takes it.
///
/// # Errors
/// When another process holds the lock by now.
pub(crate) async fn seize<'r>(run: &'r Run, store: &dyn Backend, seen: &SeenLock) -> Result<Lock<'r>, Failure> {
    let (holder, tell) = (holder(run), |news: &LockNews| run.report.tell(news));
    let request = LockRequest { holder: &holder, at_most: Duration::ZERO, tell: &tell };
    Ok(Lock { guard: Some(store.seize(seen, &request).await?), report: &run.report })
}

fn holder(run: &Run) -> Holder {
    let (user, host) = cli::person(&run.options.environment);
    Holder::this(user, host, run.options.command)
}

impl Lock<'_> {
    /// Releases it without blocking the thread, so that an interrupt is noticed meanwhile.
    pub(crate) async fn release(mut self) {
        if let Some(guard) = self.guard.take() {
            self.report(timeout(AT_MOST, guard.release()).await.ok());
        }
    }

    fn report(&self, released: Option<Result<(), StateError>>) {
        if let Some(Err(error)) = released {
            self.report.warn(&Fault { hints: error.hints(), ..Fault::new(error) });
        }
    }
}

impl Drop for Lock<'_> {
    fn drop(&mut self) {
        let Some(guard) = self.guard.take() else { return };
        // Another thread releases it: a nested `block_on` would take the wake-up of a signal for its own.
        let (sender, released) = mpsc::channel();
        Handle::current().spawn(async move { sender.send(guard.release().await) });
        self.report(block_in_place(|| released.recv_timeout(AT_MOST)).ok());
    }
}
