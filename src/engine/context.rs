//! What an effect or a read is given besides its arguments.

use std::future::Future;

use super::{
    error::{ResourceError, Verdict},
    event::{Event, Events},
    interrupt::Interrupt,
    key::Key,
    slots::Slot,
};

/// The surroundings of one effect or read.
pub struct StepContext<'a, C> {
    pub cloud: &'a C,
    pub key: &'a Key,
    /// Where a wait is told.
    pub events: &'a dyn Events,
    /// What cuts a wait short.
    pub interrupt: &'a Interrupt,
    /// The slot that it has while it does not wait.
    pub slot: Option<&'a Slot<'a>>,
}

impl<C> StepContext<'_, C> {
    /// Waits without a slot, so that another step can go on meanwhile.
    pub async fn idle<T>(&self, wait: impl Future<Output = T> + Send) -> T {
        match self.slot {
            Some(slot) => slot.idle(wait).await,
            None => wait.await,
        }
    }

    /// Reports what is waited for.
    pub fn waiting(&self, reason: impl Into<String>) {
        self.events.emit(Event::Waiting { key: self.key.clone(), reason: reason.into() });
    }

    /// Waits until `pause` ends; `what` is what is waited for. No call may be in flight meanwhile.
    ///
    /// # Errors
    /// [`Verdict::Interrupted`] as soon as the run is cancelled: a wait may take minutes, and whatever was done
    /// before it is found by the next run, as after a crash.
    pub async fn wait(&self, pause: impl Future<Output = ()> + Send, what: &str) -> Result<(), ResourceError> {
        let wait = async {
            tokio::select! {
                biased;
                () = self.interrupt.wait() => {
                    Err(ResourceError::new(Verdict::Interrupted, format!("stopped waiting for {what}")))
                }
                () = pause => Ok(()),
            }
        };
        self.idle(wait).await
    }
}
