//! The state lock: waiting for it, and its holder.

use schemars::JsonSchema;
use serde::Serialize;

use super::{
    card::Card,
    columns::columns,
    paint::{STRONG, paint},
    plain::plain,
};
use crate::state::{Holder, LockNews, SeenLock};

impl Card for LockNews {
    const EVENT: &'static str = "lock";

    fn text(&self) -> String {
        let named = |holder: &Option<Holder>| holder.as_ref().map_or_else(|| "somebody".into(), Holder::to_string);
        match self {
            Self::Waiting { place, holder, at_most } => {
                format!("{place} is locked by {}; waiting at most {} s\n", named(holder), at_most.as_secs())
            }
            Self::Watching { place, holder, at_most } => {
                let (holder, at_most) = (named(holder), at_most.as_secs());
                format!("{place} is locked by {holder}; looking for a sign of life for at most {at_most} s\n")
            }
            Self::TakenOver { place, holder, because } => {
                format!("{place} was locked by {}; taken over, because {because}\n", named(holder))
            }
        }
    }
}

/// A lock that may be force-released, with its holder.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Locked<'a> {
    /// The locked state.
    pub(crate) place: &'a str,
    #[serde(flatten)]
    pub(crate) lock: &'a SeenLock,
}

impl Card for Locked<'_> {
    const EVENT: &'static str = "lock_holder";

    fn text(&self) -> String {
        let Self { place, lock } = self;
        let mut rows = Vec::new();
        if let Some(holder) = &lock.holder {
            rows.extend([
                ("command", format!("stackctl {}", holder.command)),
                ("user", holder.user.clone()),
                ("host", holder.host.clone()),
                ("process", holder.pid.to_string()),
                ("since", holder.since.clone()),
            ]);
        }
        rows.extend(lock.silent.map(|silent| ("last sign", format!("{} s ago", silent.as_secs()))));
        let by = if lock.holder.is_some() { "" } else { " by an unknown process" };
        let rows = rows.into_iter().map(|(name, value)| (name, plain(&value))).collect::<Vec<_>>();
        format!("{} is locked{by}\n{}\n", paint(STRONG, place), columns("  ", &rows))
    }
}
