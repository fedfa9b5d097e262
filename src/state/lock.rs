//! The lock of a state: who holds it, how it is waited for, and the guard that holds it.

use std::time::Duration;

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Serialize;

use super::{error::StateError, holder::Holder};

/// A held lock, as it was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SeenLock {
    /// The lock holder, when it is known.
    pub holder: Option<Holder>,
    /// How long ago the lock holder gave the last sign of life, at places where holders give any.
    #[serde(rename = "silent_seconds", serialize_with = "some_seconds", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<u64>")]
    pub silent: Option<Duration>,
    /// Whether they are not at work any more: the next process gets the lock.
    pub given_up: bool,
    /// What tells it from other locks of the place.
    #[serde(skip)]
    pub(super) id: String,
}

/// Who wants a lock, and how patiently.
#[derive(Clone, Copy)]
pub struct LockRequest<'a> {
    pub holder: &'a Holder,
    /// How long to wait for another holder.
    pub at_most: Duration,
    /// Where it is told what is waited for.
    pub tell: &'a (dyn Fn(&LockNews) + Send + Sync),
}

/// What is worth telling while a lock is waited for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum LockNews {
    /// A process holds it; reported once for each holder.
    Waiting {
        place: String,
        /// The lock holder, when it is known.
        holder: Option<Holder>,
        /// How long it is waited for at most.
        #[serde(rename = "at_most_seconds", serialize_with = "seconds")]
        #[schemars(with = "u64")]
        at_most: Duration,
    },
    /// A process holds it that may be dead: its next renewal is waited for.
    Watching {
        place: String,
        /// The lock holder, when it is known.
        holder: Option<Holder>,
        /// How long that takes at most.
        #[serde(rename = "at_most_seconds", serialize_with = "seconds")]
        #[schemars(with = "u64")]
        at_most: Duration,
    },
    /// It is taken over from a process that has ended.
    TakenOver {
        place: String,
        /// Who held it, when that can be told.
        holder: Option<Holder>,
        because: &'static str,
    },
}

fn seconds<S: serde::Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(duration.as_secs())
}

#[expect(clippy::ref_option, reason = "serde hands it over like this")]
fn some_seconds<S: serde::Serializer>(duration: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    duration.map(|duration| duration.as_secs()).serialize(serializer)
}

/// A lock that is held; dropping it, or dying, releases it in the end, [`Guard::release`] at once.
#[must_use]
pub struct Guard(Box<dyn Held>);

/// What holds a lock; dropping it must be as safe as dying.
#[async_trait]
pub(crate) trait Held: Send + Sync {
    /// Releases it.
    async fn release(self: Box<Self>) -> Result<(), StateError>;
}

impl Guard {
    /// A lock that `held` holds.
    pub(crate) fn new(held: impl Held + 'static) -> Self {
        Self(Box::new(held))
    }

    /// Releases the lock.
    ///
    /// # Errors
    /// When the place of the lock cannot be reached; the lock ends by itself then.
    pub async fn release(self) -> Result<(), StateError> {
        self.0.release().await
    }
}

impl std::fmt::Debug for Guard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Guard")
    }
}
