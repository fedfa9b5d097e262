//! Deadlines in real time.

use std::{
    sync::mpsc::{self, RecvTimeoutError},
    time::Duration,
};

use tokio::sync::oneshot;

/// A timer on the real clock.
///
/// A tokio timer would fire at once in tests with a paused clock: tokio advances it while only a child process is
/// awaited. The blocking task also prevents tokio from advancing the clock.
#[derive(Debug)]
pub(crate) struct Alarm {
    bell: oneshot::Receiver<()>,
    _armed: mpsc::Sender<()>,
}

impl Alarm {
    pub(crate) fn after(delay: Duration) -> Self {
        let (armed, disarmed) = mpsc::channel::<()>();
        let (ring, bell) = oneshot::channel();
        tokio::task::spawn_blocking(move || {
            if disarmed.recv_timeout(delay) == Err(RecvTimeoutError::Timeout) {
                // The receiver may have been dropped.
                let _ = ring.send(());
            }
        });
        Self { bell, _armed: armed }
    }

    /// Waits for the timer. Cancel-safe until it has fired.
    pub(crate) async fn rings(&mut self) {
        // The sender is dropped unused only when tokio shuts down.
        let _ = (&mut self.bell).await;
    }
}
