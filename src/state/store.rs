//! Where the state is kept, and what every place promises.

use std::{future, time::Duration};

use async_trait::async_trait;
use serde::Serialize;

use super::{Document, Holder, State, StateError};

/// What carrying out a plan needs of the place of the state.
///
/// A save is whole or not at all, and it is refused when somebody else has saved since the state was loaded.
#[async_trait]
pub trait Store: Send + Sync {
    /// Reads the state; `None` when there is none yet.
    async fn load(&self) -> Result<Option<State>, StateError>;

    /// Writes the state, whose serial is one more than that of the one it follows.
    async fn save(&self, state: &State) -> Result<(), StateError>;

    /// Completes when the lock that was taken is lost, and says why. Nothing new may begin then.
    async fn lost(&self) -> StateError {
        future::pending().await
    }
}

/// A place for one state.
#[async_trait]
pub trait Backend: Store {
    /// Names the place for a person.
    fn place(&self) -> String;

    /// Names it for everybody, and as `state migrate --from` takes it.
    fn address(&self) -> String;

    /// What is kept there, whether it is a state or not; `None` when there is nothing.
    async fn bytes(&self) -> Result<Option<Vec<u8>>, StateError>;

    /// Reads the document; `None` when there is none.
    async fn document(&self) -> Result<Option<Document>, StateError>;

    /// Writes a document over the one that this read last, or where it found none.
    ///
    /// # Errors
    /// [`StateError::Changed`] when something else is there by now.
    async fn replace(&self, document: &Document) -> Result<(), StateError>;

    /// Reads the states in use at places named alike, which differ from this one in the names of stack and stage alone; of
    /// none that cannot be read.
    ///
    /// # Errors
    /// When the places cannot be listed.
    async fn alike(&self, names: [&str; 2]) -> Result<Vec<State>, StateError>;

    /// Takes the lock, as soon as nobody else holds it, for as long as the guard lives.
    ///
    /// # Errors
    /// [`StateError::Locked`] when somebody else still holds it after the time that the request allows.
    async fn lock(&self, request: &LockRequest<'_>) -> Result<Guard, StateError>;

    /// The lock, when somebody holds it. Changes nothing.
    async fn seen_lock(&self) -> Result<Option<SeenLock>, StateError>;

    /// Takes the lock away from who was seen to hold it. They can save nothing more, and hear of it while they work.
    ///
    /// # Errors
    /// [`StateError::Locked`] when somebody else holds it by now.
    async fn seize(&self, seen: &SeenLock, request: &LockRequest<'_>) -> Result<Guard, StateError>;

    /// Writes the first state of a new lineage where there is none, or only a damaged one, and returns where that one is
    /// kept: under a name of its own, over nothing else. The lock must be held.
    ///
    /// # Errors
    /// [`StateError::Changed`] when a state that can be used is there.
    async fn begin_anew(&self, state: &State) -> Result<Option<String>, StateError>;
}

/// A lock that somebody holds, as it was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SeenLock {
    /// Who holds it, when that can be told.
    pub holder: Option<Holder>,
    /// How long ago they gave the last sign of life, at places where holders give any.
    #[serde(rename = "silent_seconds", serialize_with = "some_seconds", skip_serializing_if = "Option::is_none")]
    pub silent: Option<Duration>,
    /// Whether they are not at work any more: whoever wants the lock next gets it.
    pub given_up: bool,
    /// What tells it from other locks of the place.
    #[serde(skip)]
    pub(super) id: String,
}

/// The name to try for what is kept aside, when those with a smaller number are taken; the first number is 1.
pub(super) fn aside(first: &str, number: u32) -> String {
    if number == 1 { first.to_owned() } else { format!("{first}-{number}") }
}

/// Who wants a lock, and how patiently.
#[derive(Clone, Copy)]
pub struct LockRequest<'a> {
    /// Who.
    pub holder: &'a Holder,
    /// How long to wait for another holder.
    pub at_most: Duration,
    /// Where it is told what is waited for.
    pub tell: &'a (dyn Fn(&LockNews) + Send + Sync),
}

/// What is worth telling while a lock is waited for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum LockNews {
    /// Somebody holds it; told once for each holder.
    Waiting {
        /// What is locked.
        place: String,
        /// Who holds it, when that can be told.
        holder: Option<Holder>,
        /// How long it is waited for at most.
        #[serde(rename = "at_most_seconds", serialize_with = "seconds")]
        at_most: Duration,
    },
    /// Somebody holds it, who may be dead: a sign of life is looked for.
    Watching {
        /// What is locked.
        place: String,
        /// Who holds it, when that can be told.
        holder: Option<Holder>,
        /// How long that takes at most.
        #[serde(rename = "at_most_seconds", serialize_with = "seconds")]
        at_most: Duration,
    },
    /// It is taken from somebody who is not at work any more.
    TakenOver {
        /// What is locked.
        place: String,
        /// Who held it, when that can be told.
        holder: Option<Holder>,
        /// How that shows.
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
