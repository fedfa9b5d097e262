//! Why the state could not be saved, as far as the engine has to know.

use crate::{engine::error::ResourceError, hint::Hint};

/// Why the state could not be saved, or its lock is lost.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct StoreError {
    pub message: String,
    /// The ways out, a line each.
    pub hints: Vec<Hint>,
    /// The call that failed, for a place that is reached over the network.
    pub call: Option<Box<ResourceError>>,
    /// Whether another process works on the state, or did.
    pub contended: bool,
    /// Whether the state was saved all the same.
    pub recorded: bool,
}
