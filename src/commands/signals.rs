//! What Ctrl-C and SIGTERM do: the first lets a plan finish what is under way, the second stops at once.

use std::future::Future;

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::app::App;
use crate::{error::Failure, exit::Exit};

/// Does `work` until it ends or an interrupt ends it.
pub(crate) async fn heeding(app: &App, work: impl Future<Output = Result<Exit, Failure>>) -> Result<Exit, Failure> {
    let failure = |error| Failure::io("signals cannot be listened to", &error);
    let interrupt = signal(SignalKind::interrupt()).map_err(failure)?;
    let terminate = signal(SignalKind::terminate()).map_err(failure)?;
    tokio::select! {
        ended = work => ended,
        stopped = stopped(app, interrupt, terminate) => Err(stopped),
    }
}

async fn stopped(app: &App, mut interrupt: Signal, mut terminate: Signal) -> Failure {
    either(&mut interrupt, &mut terminate).await;
    if !app.is_careful() {
        return if app.has_begun() {
            Failure::new(Exit::Interrupted, "interrupted").hint(format!("`stackctl {}` goes on from here", app.command))
        } else {
            Failure::new(Exit::Interrupted, "interrupted, before anything was changed")
        };
    }
    app.interrupt.request();
    either(&mut interrupt, &mut terminate).await;
    Failure::new(Exit::Interrupted, "stopped at once, with calls under way")
        .hint(format!("run `stackctl {}` again: it finds what they did and goes on", app.command))
}

async fn either(interrupt: &mut Signal, terminate: &mut Signal) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}
