//! The calls that a plan makes, and the time that AWS's quotas alone take.

use std::{collections::BTreeMap, fmt::Write as _};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    paint::{FAINT, paint},
    wording::counted,
};

/// From how many seconds on they are shown in every plan.
const LONG: u64 = 5;

/// The calls that a plan makes.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema, Deserialize)]
pub(crate) struct Estimate {
    /// How often each operation that changes something is called, by `service:Operation`.
    pub(crate) writes: BTreeMap<String, u64>,
    /// The seconds that the slowest quota takes for them, at least.
    pub(crate) quota_seconds: u64,
    /// That quota.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) quota: Option<String>,
}

impl Estimate {
    /// The text below a plan, with every operation if `detailed`.
    pub(super) fn text(&self, detailed: bool) -> String {
        let mut text = String::new();
        let calls: u64 = self.writes.values().sum();
        if detailed && calls > 0 {
            let _ = writeln!(text, "{} to change it:", counted(calls, "call"));
            for (operation, count) in &self.writes {
                let _ = writeln!(text, "  {count:>4} {operation}");
            }
        }
        if let Some(quota) = self.quota.as_ref().filter(|_| detailed || self.quota_seconds >= LONG) {
            let line = format!("AWS's quotas alone take at least {} s, most of all `{quota}`", self.quota_seconds);
            let _ = writeln!(text, "{}", paint(FAINT, line));
        }
        text
    }
}
