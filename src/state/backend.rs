//! What every place of a state promises.

use async_trait::async_trait;

use super::{
    error::StateError,
    lock::{Guard, LockRequest, SeenLock},
    transit::Document,
};
use crate::engine::{State, Store, StoreError};

/// A place for one state.
#[async_trait]
pub trait Backend: Send + Sync {
    /// Reads the state; `None` when there is none yet.
    async fn load(&self) -> Result<Option<State>, StateError>;

    /// Writes the state, whose serial is one more than that of the one it follows: whole or not at all.
    ///
    /// # Errors
    /// [`StateError::Changed`] when another process has saved since the state was loaded.
    async fn save(&self, state: &State) -> Result<(), StateError>;

    /// Completes when the lock is lost, and says why.
    async fn lost(&self) -> StateError;

    /// Names the place for a user.
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

    /// Takes the lock, as soon as no other process holds it, for as long as the guard lives.
    ///
    /// # Errors
    /// [`StateError::Locked`] when another process still holds it after the time that the request allows.
    async fn lock(&self, request: &LockRequest<'_>) -> Result<Guard, StateError>;

    /// The lock, when a process holds it. Changes nothing.
    async fn seen_lock(&self) -> Result<Option<SeenLock>, StateError>;

    /// Takes the lock away from who was seen to hold it. They can save nothing more, and hear of it while they work.
    ///
    /// # Errors
    /// [`StateError::Locked`] when another process holds it by now.
    async fn seize(&self, seen: &SeenLock, request: &LockRequest<'_>) -> Result<Guard, StateError>;

    /// Writes the first state of a new lineage where there is none, or only a damaged one, and returns where that one is
    /// kept: under a name of its own, over nothing else. The lock must be held.
    ///
    /// # Errors
    /// [`StateError::Changed`] when a state that can be used is there.
    async fn begin_anew(&self, state: &State) -> Result<Option<String>, StateError>;
}

/// The name to try for what is kept aside, when those with a smaller number are taken; the first number is 1.
pub(super) fn aside(first: &str, number: u32) -> String {
    if number == 1 { first.to_owned() } else { format!("{first}-{number}") }
}

#[async_trait]
impl Store for Box<dyn Backend> {
    async fn save(&self, state: &State) -> Result<(), StoreError> {
        Ok((**self).save(state).await?)
    }

    async fn lost(&self) -> StoreError {
        (**self).lost().await.into()
    }
}
