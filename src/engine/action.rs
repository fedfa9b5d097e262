//! What a step does.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{key::Key, verb::Verb};

/// What a step does. Every choice is made here; only outputs that do not exist yet are open, and they are named.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "verb", rename_all = "snake_case")]
pub enum Action {
    /// Nothing: it is as it is to be, or it is kept for a reason.
    Keep {
        /// Why it is kept although it is not wanted any more.
        because: Option<String>,
    },
    Create {
        /// Why one that was recorded has to be created again.
        because: Option<String>,
    },
    /// Records what an interrupted create left behind, and brings it up to date.
    Adopt {
        outputs: Value,
        #[serde(skip)]
        live: Value,
        changes: Vec<Change>,
    },
    /// Changes settings in place.
    Update {
        #[serde(skip)]
        outputs: Value,
        #[serde(skip)]
        live: Value,
        changes: Vec<Change>,
    },
    /// Makes a new one in its place; a create-first replacement leaves the old one to a later `Delete`.
    Replace {
        #[serde(skip)]
        outputs: Value,
        /// Whether the new one is made before the old one goes.
        create_first: bool,
        /// What AWS cannot change in place.
        because: Vec<Change>,
    },
    Delete {
        #[serde(skip)]
        outputs: Value,
        /// Whether this is the old one of a replacement, the key having a new one.
        replaced: bool,
        /// How many user records may be lost with it, counted by the user who consents.
        holdings: u64,
    },
    /// Drops it from the state without a call of its own.
    Untrack {
        /// Why no call is needed.
        because: String,
        /// The resource whose deletion deletes this one too; none when it is not there, or not ours.
        parent: Option<Key>,
        /// The ids of the old one of a replacement, when that is what is dropped, the key having a new one.
        #[serde(skip)]
        replaced: Option<Value>,
    },
}

/// A field that differs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// The way to the field: the names on the way, outermost first.
    pub path: Vec<String>,
    /// The live value; `None` when there is none.
    pub old: Option<Value>,
    /// The wanted value, which may hold symbols; `None` when it goes.
    pub new: Option<Value>,
    /// Whether the values are withheld.
    pub secret: bool,
    /// Why it differs, when that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<ChangeCause>,
}

/// Why a field differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeCause {
    /// The config or the code was edited and is not deployed yet.
    PendingChange,
    /// The live value was changed outside stackctl.
    Drift,
    /// Both.
    DriftAndPendingChange,
    /// An earlier release was rolled back to.
    Rollback,
}

impl Action {
    /// The ids of the old one of a replacement, when the step is about that and not about what the key stands for now.
    #[must_use]
    pub fn replaced(&self) -> Option<&Value> {
        match self {
            Self::Delete { outputs, replaced: true, .. } | Self::Untrack { replaced: Some(outputs), .. } => {
                Some(outputs)
            }
            _ => None,
        }
    }

    /// The verb.
    #[must_use]
    pub fn verb(&self) -> Verb {
        match self {
            Self::Keep { .. } => Verb::Keep,
            Self::Create { .. } => Verb::Create,
            Self::Adopt { .. } => Verb::Adopt,
            Self::Update { .. } => Verb::Update,
            Self::Replace { .. } => Verb::Replace,
            Self::Delete { .. } | Self::Untrack { parent: Some(_), .. } => Verb::Delete,
            Self::Untrack { .. } => Verb::Untrack,
        }
    }
}
