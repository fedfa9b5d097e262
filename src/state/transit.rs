//! What is at a place besides a state in use: one that is on its way there, or a note of where it went. So a place that is
//! not in use never looks like one that has nothing.

use serde::{Deserialize, Serialize};

use super::error::StateError;
use crate::engine::{STATE_FORMAT, State};

/// What can be kept at a place.
#[derive(Debug, Clone, PartialEq)]
pub enum Document {
    State(State),
    /// A state that is in use from the moment on at which it has left the place that it comes from.
    Arriving(Arriving),
    /// The state that was in use here is somewhere else.
    Moved(Moved),
}

/// A state on its way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arriving {
    /// Where it comes from, as `state migrate --from` takes it.
    pub from: String,
    pub state: State,
}

/// Where a state went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moved {
    /// Where it is, as `state migrate --from` takes it.
    pub to: String,
    pub lineage: String,
    /// Its serial when it went.
    pub serial: u64,
}

/// The form of what is no state.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Note {
    format: u32,
    written_by: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    arriving: Option<Arriving>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    moved: Option<Moved>,
}

impl Note {
    /// Whether a document of the present format is one.
    pub(super) fn is_one(document: &serde_json::Value) -> bool {
        ["arriving", "moved"].iter().any(|member| document.get(member).is_some())
    }

    fn new(arriving: Option<Arriving>, moved: Option<Moved>) -> Self {
        Self { format: STATE_FORMAT, written_by: env!("CARGO_PKG_VERSION").to_owned(), arriving, moved }
    }

    /// What it says; nothing when it says none or both.
    pub(super) fn read(self) -> Option<Document> {
        match (self.arriving, self.moved) {
            (Some(arriving), None) => Some(Document::Arriving(arriving)),
            (None, Some(moved)) => Some(Document::Moved(moved)),
            _ => None,
        }
    }
}

impl Document {
    /// The document as JSON.
    pub(super) fn to_json(&self) -> serde_json::Value {
        match self {
            Self::State(state) => serde_json::to_value(state),
            Self::Arriving(arriving) => serde_json::to_value(Note::new(Some(arriving.clone()), None)),
            Self::Moved(moved) => serde_json::to_value(Note::new(None, Some(moved.clone()))),
        }
        .expect("a document is plain data")
    }

    /// The state that is in use at `place`.
    ///
    /// # Errors
    /// When it is not there yet, or not any more.
    pub(super) fn in_use(self, place: &str) -> Result<State, StateError> {
        let path = place.to_owned();
        match self {
            Self::State(state) => Ok(state),
            Self::Arriving(Arriving { from, .. }) => Err(StateError::Arriving { path, from }),
            Self::Moved(Moved { to, .. }) => Err(StateError::Moved { path, to }),
        }
    }
}
