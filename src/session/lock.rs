//! The locks of a run: taken before anything is changed, held until it ends, released however it ends.

use std::time::Duration;

use tokio::time::timeout;

use super::App;
use crate::{
    cli,
    failure::{Failure, Fault},
    report::Message,
    state::{Backend, Holder, LockRequest, SeenLock, StateError},
};

/// How long the end of a run may take for it. A lock that is not released ends by itself, and people wait for us.
const AT_MOST: Duration = Duration::from_secs(5);

/// Keeps others from the state until the command ends.
///
/// # Errors
/// When somebody else holds the lock longer than `--lock-timeout`.
pub(crate) async fn take(app: &App, store: &dyn Backend) -> Result<(), Failure> {
    take_with(app, store, "takes it away from one that does not end").await
}

/// Keeps others from a state at a place that the configuration does not name, until the command ends.
///
/// # Errors
/// As [`take`].
pub(crate) async fn take_elsewhere(app: &App, store: &dyn Backend) -> Result<(), Failure> {
    take_with(app, store, "takes it away from one that does not end, while the configuration names that place").await
}

/// `unlock` is what the command of that name does to who holds the lock.
async fn take_with(app: &App, store: &dyn Backend, unlock: &str) -> Result<(), Failure> {
    let (holder, tell) = (holder(app), |news: &_| app.report.tell(&Message::Lock(news)));
    let guard = store.lock(&LockRequest { holder: &holder, at_most: app.common.lock_timeout, tell: &tell }).await;
    app.hold(guard.map_err(|error| refused(app, error, unlock))?);
    Ok(())
}

/// Takes the lock away from who was seen to hold it, and keeps others from the state until the command ends.
///
/// # Errors
/// When somebody else holds the lock by now.
pub(crate) async fn seize(app: &App, store: &dyn Backend, seen: &SeenLock) -> Result<(), Failure> {
    let (holder, tell) = (holder(app), |news: &_| app.report.tell(&Message::Lock(news)));
    let guard = store.seize(seen, &LockRequest { holder: &holder, at_most: Duration::ZERO, tell: &tell }).await?;
    app.hold(guard);
    Ok(())
}

fn holder(app: &App) -> Holder {
    let (user, host) = cli::person(&app.environment);
    Holder::this(user, host, app.command)
}

fn refused(app: &App, error: StateError, unlock: &str) -> Failure {
    let locked = matches!(error, StateError::Locked { .. });
    let way = || format!("`stackctl unlock{}` {unlock}", app.flags());
    Failure::from(error).with_hints(locked.then(way))
}

/// Releases every lock of the run.
pub(crate) async fn release(app: &App) {
    for guard in app.let_go() {
        if let Ok(Err(error)) = timeout(AT_MOST, guard.release()).await {
            app.report.tell(&Message::Warning(&Fault { hints: error.hints(), ..Fault::new(error) }));
        }
    }
}
