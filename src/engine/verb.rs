//! What a step does, in one word.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a step does, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    Keep,
    Create,
    Adopt,
    /// Change in place.
    Update,
    /// Delete and create, in the order that the kind requires.
    Replace,
    Delete,
    /// Drop from the state without deleting.
    #[serde(alias = "forget")]
    Untrack,
}
