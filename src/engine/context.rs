//! What an effect or a read is given besides its arguments.

use std::future::Future;

use super::{
    error::{ResourceError, Verdict},
    event::{Event, Events},
    interrupt::Interrupt,
    key::Key,
};

/// The surroundings of one effect or read.
pub struct StepContext<'a, C> {
    pub cloud: &'a C,
    pub key: &'a Key,
    /// Where a wait is told.
    pub events: &'a dyn Events,
    /// What cuts a wait short.
    pub interrupt: &'a Interrupt,
}

impl<C> StepContext<'_, C> {
    /// Reports what is waited for.
    pub fn waiting(&self, reason: impl Into<String>) {
        self.events.emit(Event::Waiting { key: self.key.clone(), reason: reason.into() });
    }

    /// Waits until `pause` ends; `what` is what is waited for. No call may be in flight meanwhile.
    ///
    /// # Errors
    /// [`Verdict::Interrupted`] as soon as the run is cancelled: a wait may take minutes, and whatever was done
    /// before it is found by the next run, as after a crash.
    pub async fn wait(&self, pause: impl Future<Output = ()>, what: &str) -> Result<(), ResourceError> {
        tokio::select! {
            biased;
            () = self.interrupt.wait() => {
                Err(ResourceError::new(Verdict::Interrupted, format!("stopped waiting for {what}")))
            }
            () = pause => Ok(()),
        }
    }
}
