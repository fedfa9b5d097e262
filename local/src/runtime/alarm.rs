//! Deadlines in real time.

use std::{
    sync::mpsc::{self, RecvTimeoutError},
    time::Duration,
};

use tokio::sync::oneshot;

/// Rings once after a time of the real clock.
///
/// A timer of tokio would ring at once under a clock that a test has stopped: tokio turns such a clock forward when
/// nothing but a foreign process is awaited. The blocking task also keeps it from doing so meanwhile.
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
                // The one who waited may have stopped waiting.
                let _ = ring.send(());
            }
        });
        Self { bell, _armed: armed }
    }

    /// Waits until it rings; safe to cancel and to call again until then.
    pub(crate) async fn rings(&mut self) {
        // The sender is dropped unused only when the whole of tokio stops.
        let _ = (&mut self.bell).await;
    }
}
