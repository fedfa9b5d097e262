//! What can be wrong with a state.

use std::path::PathBuf;

use super::{FORMAT, Holder};

/// Why the state cannot be used or saved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    /// The file is torn or was edited.
    #[error("{path}: the state is damaged: {reason}")]
    Damaged {
        /// Which file.
        path: String,
        /// How that shows.
        reason: String,
        /// The version before it, when it is there.
        previous: Option<PathBuf>,
    },
    /// A later version wrote it.
    #[error("{path}: the state has format {format}, and this version of stackctl knows formats up to {FORMAT}")]
    TooNew {
        /// Which file.
        path: String,
        /// Its format.
        format: u64,
        /// The version that wrote it.
        written_by: String,
    },
    /// Somebody saved since it was loaded.
    #[error("{path}: somebody else has changed the state since it was read")]
    Changed {
        /// Which file.
        path: String,
    },
    /// It was removed while a command worked on it. Nothing of it is lost: it is written again, whole.
    #[error("{path}: somebody has removed the state while this command worked on it, so it was written again")]
    Removed {
        /// Which file.
        path: String,
    },
    /// Somebody works on it.
    #[error("{path}: the state is locked{}", holder.as_ref().map(|holder| format!(" by {holder}")).unwrap_or_default())]
    Locked {
        /// Which file.
        path: String,
        /// Who, when that can be told.
        holder: Option<Box<Holder>>,
    },
    /// It is the state of something else.
    #[error("the state is of {what} `{recorded}`, not of `{asked}`")]
    OfAnother {
        /// What differs: account, region, endpoint, stack or stage.
        what: &'static str,
        /// As the state has it.
        recorded: String,
        /// As it is now.
        asked: String,
    },
    /// The place cannot be read or written.
    #[error("{path}: the state cannot be {action}: {reason}")]
    Unreachable {
        /// Which file.
        path: String,
        /// `read`, `saved` or `locked`.
        action: &'static str,
        /// What the system says.
        reason: String,
        /// Whether there is no room for it.
        full: bool,
    },
}

impl StateError {
    /// The ways out.
    #[must_use]
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::Damaged { path, previous: Some(previous), .. } => vec![format!(
                "the version before it is kept as {}: copy that one over {path}, or rebuild the state from what AWS has \
                 with `stackctl recover`",
                previous.display()
            )],
            Self::Damaged { path, .. } => vec![format!(
                "copy an earlier version over {path}, or rebuild the state from what AWS has with `stackctl recover`"
            )],
            Self::TooNew { written_by, .. } => vec![format!("use stackctl {written_by} or newer")],
            Self::Changed { .. } => vec!["run the command again: it begins with what is there now".into()],
            Self::Locked { .. } => {
                vec![
                    "`--lock-timeout 5m` waits for it to end; a lock of a process that died is released by itself"
                        .into(),
                ]
            }
            Self::OfAnother { what: "endpoint" | "account", .. } => {
                vec!["use the credentials and the endpoint that the stack was made with".into()]
            }
            Self::OfAnother { .. } => vec!["use the config that the stack was made with".into()],
            Self::Removed { .. } => {
                vec!["make sure that nobody else is at work on the stack, then run the command again".into()]
            }
            Self::Unreachable { full: true, .. } => vec!["make room there, then run the command again".into()],
            Self::Unreachable { .. } => vec!["make the place readable and writable, then run the command again".into()],
        }
    }

    /// Whether somebody else is at work on the state, or was.
    #[must_use]
    pub fn contended(&self) -> bool {
        matches!(self, Self::Changed { .. } | Self::Removed { .. } | Self::Locked { .. })
    }

    /// Whether the state is on record all the same.
    #[must_use]
    pub fn is_recorded(&self) -> bool {
        matches!(self, Self::Removed { .. })
    }
}
