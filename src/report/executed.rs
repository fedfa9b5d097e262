//! A plan that was carried out, whole or in part, and what the whole run cost.

use std::{collections::BTreeMap, time::Duration};

use serde::Serialize;

use super::{
    card::Card,
    paint::{STRONG, paint},
    wording::{elapsed, past, seconds},
};
use crate::{engine::Verb, exit::Exit};

/// How many steps were done.
#[derive(Debug, Serialize)]
pub(crate) struct Executed {
    /// By verb.
    pub(crate) steps: BTreeMap<Verb, usize>,
    /// How long that took.
    #[serde(rename = "seconds", serialize_with = "seconds")]
    pub(crate) took: Duration,
}

impl Card for Executed {
    const EVENT: &'static str = "executed";

    fn text(&self) -> String {
        let parts: Vec<String> = self.steps.iter().map(|(verb, count)| format!("{count} {}", past(*verb))).collect();
        if parts.is_empty() {
            return String::new();
        }
        format!("\n{} in {}\n\n", paint(STRONG, parts.join(", ")), elapsed(self.took))
    }
}

/// How a command ended and what it cost: the last event.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Done {
    /// The command.
    pub(crate) command: &'static str,
    /// The exit code.
    pub(crate) exit: Exit,
    /// What it cost.
    #[serde(flatten)]
    pub(crate) bill: Bill,
}

/// What a run cost.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Bill {
    /// How many calls were sent to AWS, by `service:Operation`.
    pub(crate) calls: BTreeMap<String, u64>,
    /// How many of them only read.
    pub(crate) reads: u64,
    /// How many of them may change something.
    pub(crate) writes: u64,
    /// How often the state was saved.
    pub(crate) saves: u64,
    /// How long it all took.
    #[serde(rename = "seconds", serialize_with = "seconds")]
    pub(crate) took: Duration,
}

impl Card for Done {
    const EVENT: &'static str = "done";

    fn text(&self) -> String {
        String::new()
    }
}
