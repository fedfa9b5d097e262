//! The cancellation of a run, shared between the signal handler and the code that acts on it.

use std::sync::Arc;

use tokio::sync::watch;

/// A wish to stop: what is under way is finished and recorded, nothing new begins. Clones share it.
#[derive(Debug, Clone)]
pub struct Interrupt(Arc<watch::Sender<bool>>);

impl Interrupt {
    /// Not cancelled.
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }

    /// Wishes to stop.
    pub fn request(&self) {
        self.0.send_replace(true);
    }

    /// Whether the run was cancelled.
    #[must_use]
    pub fn requested(&self) -> bool {
        *self.0.borrow()
    }

    /// Completes when the run is cancelled.
    pub(crate) async fn wait(&self) {
        let mut wishes = self.0.subscribe();
        if wishes.wait_for(|wish| *wish).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl Default for Interrupt {
    fn default() -> Self {
        Self::new()
    }
}
