//! What a step does, in one word.

use serde::{Deserialize, Serialize};

/// What a step does, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    Keep,
    Create,
    Adopt,
    /// Change in place.
    Update,
    /// Make anew.
    Replace,
    Delete,
    /// Drop from the state without deleting.
    #[serde(alias = "forget")]
    Untrack,
}
