//! Why there is no plan, and the ways out.

use serde::Serialize;

use crate::{
    engine::{claim::Unmanaged, key::Key},
    hint::Hint,
};

/// What stands against a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
pub enum PlanError {
    #[error(
        "{key}: `{field}` cannot be changed from {live} to {wanted}: AWS would have to replace it, and the users in it would be lost"
    )]
    WouldLoseData { key: Key, field: String, live: String, wanted: String },
    #[error("{key}: {}", if *recorded {
        unmanaged.is_another()
    } else {
        unmanaged.exists()
    })]
    NotOurs {
        key: Key,
        /// Whether the state knows one of that name.
        recorded: bool,
        unmanaged: Unmanaged,
    },
    #[error("{key}: this version of stackctl does not know the kind `{}`", key.kind)]
    UnknownKind { key: Key },
    #[error("these need each other in a circle: {}", keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))]
    Circle { keys: Vec<Key> },
}

/// Everything that stands against a plan; never nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct Refused(pub Vec<PlanError>);

impl From<PlanError> for Refused {
    fn from(error: PlanError) -> Self {
        Self(vec![error])
    }
}

impl PlanError {
    /// The ways out.
    #[must_use]
    pub fn hints(&self) -> Vec<Hint> {
        match self {
            Self::WouldLoseData { field, live, .. } => vec![
                format!("set `{field}` back to {live}").into(),
                "or deploy a second stack under another `deployment.serviceName` or stage, and move the users there"
                    .into(),
            ],
            Self::NotOurs { recorded, unmanaged, .. } => {
                let ours_again = unmanaged.hints.iter().filter(|_| *recorded).cloned();
                ours_again.chain([Unmanaged::WAY_OUT.into()]).collect()
            }
            Self::UnknownKind { .. } => vec!["use the version of stackctl that wrote the state, or a newer one".into()],
            Self::Circle { .. } => Vec::new(),
        }
    }
}
