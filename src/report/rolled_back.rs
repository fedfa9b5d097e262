//! What became of going back to an earlier release.

use serde::Serialize;

use super::{card::Card, plain::plain};
use crate::engine::{Key, Move};

/// An earlier release is served again, as a new one.
#[derive(Debug, Serialize)]
pub(crate) struct RolledBack<'a> {
    /// The number of the new one.
    pub(crate) release: u64,
    /// That of the earlier one.
    pub(crate) back_to: u64,
    /// What serves something else now.
    pub(crate) moves: &'a [Move],
    /// What was removed since, and has not come back.
    pub(crate) gone: &'a [Key],
    /// What was made since, and is as it was.
    pub(crate) later: &'a [Key],
    /// Whether its check has passed; otherwise it was not asked for.
    pub(crate) checked: bool,
    /// The command that deploys the config again.
    #[serde(skip)]
    pub(crate) up: String,
}

/// What was live before a rollback is live again, because the rollback has failed. A person reads it in the error's hints.
#[derive(Debug, Serialize)]
pub(crate) struct RolledForward<'a> {
    /// The release that was rolled back to.
    pub(crate) back_to: u64,
    /// What has moved.
    pub(crate) restored: &'a [Key],
}

impl Card for RolledForward<'_> {
    const EVENT: &'static str = "rolled_forward";

    fn text(&self) -> String {
        String::new()
    }
}

impl Card for RolledBack<'_> {
    const EVENT: &'static str = "rolled_back";

    fn text(&self) -> String {
        let Self { release, back_to, gone, later, up, .. } = self;
        let all: Vec<String> = gone.iter().chain(*later).map(ToString::to_string).collect();
        let but = if all.is_empty() { String::new() } else { format!(", but for {}", plain(&all.join(", "))) };
        format!("release {release} serves what release {back_to} did{but}; `{up}` deploys the config again\n")
    }
}
