//! What can be wrong with a state.

use super::holder::Holder;
use crate::{
    engine::{ResourceError, STATE_FORMAT, StackMismatch, StoreError},
    filesystem::{Reason, Unsafe},
    hint::{Hint, SuggestedCommand},
};

/// Why the state cannot be used or saved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    #[error("{path}: the state is damaged: {reason}")]
    Damaged {
        path: String,
        reason: String,
        /// Where an earlier version is, as a hint.
        restore: String,
    },
    #[error("{path}: the state has format {format}, and this version of stackctl knows formats up to {STATE_FORMAT}")]
    TooNew { path: String, format: u64, written_by: String },
    #[error("{path}: another process has changed the state since it was read")]
    Changed { path: String },
    #[error("{path}: the state is on its way here from {from}")]
    Arriving { path: String, from: String },
    #[error("{path}: the state is not here any more: it was moved to {to}")]
    Moved { path: String, to: String },
    /// It was removed while a command worked on it. Nothing of it is lost: it is written again, whole.
    #[error("{path}: another process has deleted the state during this command, so it was written again")]
    Removed { path: String },
    #[error("{path}: the state is locked{}", holder.as_ref().map(|holder| format!(" by {holder}")).unwrap_or_default())]
    Locked {
        path: String,
        /// Who, when that can be told.
        holder: Option<Box<Holder>>,
    },
    /// Another process took over the lock.
    #[error("{path}: the lock of the state was {}", taken_over(holder.as_deref()))]
    TakenOver { path: String, holder: Option<Box<Holder>> },
    #[error("{path}: the state lock was not renewed for {seconds} s, so another process may have taken it over")]
    Unrenewed { path: String, seconds: u64 },
    #[error(transparent)]
    OfAnother(#[from] StackMismatch),
    #[error("{path}: the state cannot be {action}: {reason}")]
    Unreachable {
        path: String,
        /// `read`, `saved` or `locked`.
        action: &'static str,
        reason: String,
        /// Whether there is no room for it.
        full: bool,
    },
    #[error("{path}: the state cannot be {action}: `{}` {}", refused.path.display(), refused.reason)]
    Refused {
        path: String,
        /// `read`, `saved` or `locked`.
        action: &'static str,
        refused: Box<Unsafe>,
    },
    #[error("{path}: the state cannot be {action}")]
    Bucket {
        path: String,
        /// `read`, `saved`, `locked`, `unlocked` or `kept aside`.
        action: &'static str,
        error: Box<ResourceError>,
    },
}

/// What `--from` may lack that names a place: an address of a bucket tells neither its Region nor its owner.
fn of_a_bucket(address: &str) -> Option<Hint> {
    let hint = "use `--from-region` and `--from-owner` for a bucket in another Region or account";
    address.starts_with("s3://").then(|| hint.into())
}

/// Moves a state from a place.
pub(super) fn migrate_from(place: &str) -> SuggestedCommand {
    SuggestedCommand::stack("state migrate").args(&format!(" --from {place}"))
}

fn of_another(StackMismatch { what, recorded, asked }: &StackMismatch) -> Vec<Hint> {
    match *what {
        "endpoint" | "account" => vec!["use the credentials and the endpoint that the stack was created with".into()],
        "stack" => vec![
            format!("to keep it, set `deployment.serviceName` back to `{recorded}`").into(),
            Hint::from("to delete it first, run ")
                .run(SuggestedCommand::stack("down").args(&format!(" --service-name {recorded}"))),
            format!("to create `{asked}` beside it, give the config another place in `state`").into(),
        ],
        "stage" => vec!["write `${stage}` into `state.s3.key`, so that each stage has a state of its own".into()],
        _ => vec!["use the config that the stack was created with".into()],
    }
}

fn taken_over(holder: Option<&Holder>) -> String {
    holder.map_or_else(|| "removed".into(), |holder| format!("taken over by {holder}"))
}

impl StateError {
    /// A call to a bucket that failed.
    pub(super) fn bucket(place: &str, action: &'static str, error: ResourceError) -> Self {
        Self::Bucket { path: place.to_owned(), action, error: Box::new(error) }
    }

    /// What to do.
    #[must_use]
    pub fn hints(&self) -> Vec<Hint> {
        match self {
            Self::Damaged { restore, .. } => {
                vec![restore.into(), SuggestedCommand::stack("recover").then(" rebuilds the state from AWS")]
            }
            Self::TooNew { written_by, .. } => vec![format!("use stackctl {written_by} or newer").into()],
            Self::Arriving { from, .. } => {
                let way = " moves it here";
                [migrate_from(from).then(way)].into_iter().chain(of_a_bucket(from)).collect()
            }
            Self::Moved { to, .. } => {
                let follow = Hint::from("set `state` in the config to its present place");
                let back = Hint::from("or move it back: ").run(migrate_from(to));
                [follow, back].into_iter().chain(of_a_bucket(to)).collect()
            }
            Self::Refused { refused, .. } if !matches!(refused.reason, Reason::Link(_)) => vec![refused.hint().into()],
            Self::Bucket { error, .. } => error.hints.iter().map(Hint::from).collect(),
            Self::OfAnother(mismatch) => of_another(mismatch),
            other => vec![other.plain_hint().into()],
        }
    }

    fn plain_hint(&self) -> &'static str {
        match self {
            Self::Changed { .. } | Self::TakenOver { .. } | Self::Unrenewed { .. } => {
                "run the command again: it starts from the present state"
            }
            Self::Locked { .. } => {
                "`--lock-timeout 5m` waits for it to end; a lock of a process that died is released by itself"
            }
            Self::Removed { .. } => "make sure that no other process works on the stack, then run the command again",
            Self::Unreachable { full: true, .. } => "make room there, then run the command again",
            Self::Unreachable { .. } => "make the place readable and writable, then run the command again",
            _ => "replace the link by what it leads to, or set `state.path` to the folder that it leads to",
        }
    }

    /// Whether another process works on the state, or did.
    #[must_use]
    pub fn contended(&self) -> bool {
        matches!(
            self,
            Self::Changed { .. }
                | Self::Removed { .. }
                | Self::Locked { .. }
                | Self::TakenOver { .. }
                | Self::Unrenewed { .. }
        )
    }

    /// Whether the state is on record all the same.
    #[must_use]
    pub fn is_recorded(&self) -> bool {
        matches!(self, Self::Removed { .. })
    }
}

impl From<StateError> for StoreError {
    fn from(error: StateError) -> Self {
        let (message, hints) = (error.to_string(), error.hints());
        let (contended, recorded) = (error.contended(), error.is_recorded());
        let call = match error {
            StateError::Bucket { error, .. } => Some(error),
            _ => None,
        };
        Self { message, hints, call, contended, recorded }
    }
}
