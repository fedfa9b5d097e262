//! The result of a rollback.

use schemars::JsonSchema;
use serde::Serialize;

use super::{card::Card, plain::plain};
use crate::engine::{Key, Move};

/// An earlier release is live again, as a new release.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct RolledBack<'a> {
    /// The number of the new release.
    pub(crate) release: u64,
    /// The number of the earlier release.
    pub(crate) back_to: u64,
    /// The resources whose live version changed.
    pub(crate) moves: &'a [Move],
    /// The resources that were deleted since and are not restored.
    #[serde(rename = "deleted_since")]
    pub(crate) gone: &'a [Key],
    /// The resources that were created since and are unchanged.
    #[serde(rename = "created_since")]
    pub(crate) later: &'a [Key],
    /// Whether the check passed. Otherwise it was disabled.
    pub(crate) checked: bool,
    /// The command that deploys the config again.
    #[serde(skip)]
    pub(crate) up: String,
}

/// The previous live deployment was restored, because the rollback failed. In text mode the hints of the error say so.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct RolledForward<'a> {
    /// The release of the failed rollback.
    pub(crate) back_to: u64,
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
        format!("rolled back to release {back_to} as release {release}{but}; `{up}` deploys the config again\n")
    }
}
