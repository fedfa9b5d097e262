//! A plan that was carried out, fully or in part, and the cost of the run.

use std::{collections::BTreeMap, time::Duration};

use schemars::JsonSchema;
use serde::Serialize;

use super::{
    card::Card,
    paint::{STRONG, paint},
    wording::{elapsed, past, seconds},
};
use crate::{engine::Verb, exit::Exit};

/// The number of steps that were done.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Executed {
    pub(crate) steps: BTreeMap<Verb, usize>,
    /// How many steps were not started.
    pub(crate) skipped: usize,
    /// How long that took.
    #[serde(rename = "seconds", serialize_with = "seconds")]
    #[schemars(with = "f64")]
    pub(crate) took: Duration,
}

impl Card for Executed {
    const EVENT: &'static str = "applied";

    fn text(&self) -> String {
        let skipped = (self.skipped > 0).then(|| format!("{} not started", self.skipped));
        let steps = self.steps.iter().map(|(verb, count)| format!("{count} {}", past(*verb)));
        let parts: Vec<String> = steps.chain(skipped).collect();
        if parts.is_empty() {
            return String::new();
        }
        format!("\n{} in {}\n\n", paint(STRONG, parts.join(", ")), elapsed(self.took))
    }
}

/// The result and the cost of a command: the last event.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Done {
    /// The name of the command; empty when the command line is invalid.
    pub(crate) command: &'static str,
    pub(crate) exit: Exit,
    #[serde(flatten)]
    pub(crate) bill: Bill,
}

/// The cost of a run.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub(crate) struct Bill {
    /// The number of AWS requests, by `service:Operation`.
    pub(crate) calls: BTreeMap<String, u64>,
    /// The number of read requests.
    pub(crate) reads: u64,
    /// The number of write requests.
    pub(crate) writes: u64,
    /// The number of saves of the state.
    pub(crate) saves: u64,
    #[serde(rename = "seconds", serialize_with = "seconds")]
    #[schemars(with = "f64")]
    pub(crate) took: Duration,
}

impl Card for Done {
    const EVENT: &'static str = "done";

    fn text(&self) -> String {
        String::new()
    }
}
