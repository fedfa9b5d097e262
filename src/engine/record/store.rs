//! The port through which the engine saves the state.

use std::future;

use async_trait::async_trait;

use super::{document::State, error::StoreError};

/// Where the engine saves the state.
///
/// A save is whole or not at all, and it is rejected when another process has saved since the state was loaded.
#[async_trait]
pub trait Store: Send + Sync {
    /// Writes the state, whose serial is one more than that of the one it follows.
    async fn save(&self, state: &State) -> Result<(), StoreError>;

    /// Completes when the lock is lost, and says why. No new step may begin then.
    async fn lost(&self) -> StoreError {
        future::pending().await
    }
}
