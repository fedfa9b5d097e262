//! What happens while the engine works, as values; `report` decides how each looks.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use super::{error::ResourceError, key::Key, verb::Verb};

/// One thing that happened.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    StepStarted {
        key: Key,
        verb: Verb,
    },
    /// A step, or the reading of a resource, waits for something.
    Waiting {
        key: Key,
        /// For what, and how long at most.
        reason: String,
    },
    /// A step is done and its result is in the state in memory.
    StepDone {
        key: Key,
        verb: Verb,
        #[serde(rename = "seconds", serialize_with = "seconds")]
        #[schemars(with = "f64")]
        took: Duration,
    },
    /// A step failed; what needs it is not begun.
    StepFailed {
        key: Key,
        verb: Verb,
        /// Why it did not.
        error: ResourceError,
    },
    /// A step was not begun, because one it needs failed or because of an interrupt.
    StepSkipped {
        key: Key,
        verb: Verb,
    },
    /// A step only waited when an interrupt came, and stopped there; the next run goes on with it.
    StepStopped {
        key: Key,
        verb: Verb,
        reason: String,
    },
    /// An interrupt came: what is under way is finished, nothing new begins.
    Interrupted,
}

/// Takes the events as they happen.
pub trait Events: Send + Sync {
    /// Takes one event. Must not block.
    fn emit(&self, event: Event);
}

/// Takes no notice.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Events for Silent {
    fn emit(&self, _event: Event) {}
}

fn seconds<S: serde::Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((duration.as_secs_f64() * 1000.0).round() / 1000.0)
}
