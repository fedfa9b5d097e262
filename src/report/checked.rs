//! The result of a post-deploy check.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use super::{
    card::Card,
    paint::{STRONG, paint},
    wording::{counted, elapsed, seconds},
};
use crate::check::{CheckReport, Finding};

/// The requests that passed and failed.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Checked<'a> {
    /// How many requests got the expected response.
    passed: usize,
    /// How many were throttled.
    throttled: usize,
    failed: &'a [Finding],
    /// The requests that passed, but whose response browsers block.
    #[serde(rename = "cors_blocked")]
    blocked: &'a [Finding],
    /// Routes whose functions were not called.
    #[serde(rename = "cors_not_checked")]
    cors_unknown: &'a [String],
    /// How long it took.
    #[serde(rename = "seconds", serialize_with = "seconds")]
    #[schemars(with = "f64")]
    took: Duration,
}

impl<'a> From<&'a CheckReport> for Checked<'a> {
    fn from(report: &'a CheckReport) -> Self {
        let CheckReport { passed, throttled, findings, blocked, cors_unknown, took, .. } = report;
        Self { passed: *passed, throttled: *throttled, failed: findings, blocked, cors_unknown, took: *took }
    }
}

impl Card for Checked<'_> {
    const EVENT: &'static str = "checked";

    /// The error contains the failed requests.
    fn text(&self) -> String {
        let (failed, all) = (self.failed.len(), self.passed + self.failed.len());
        if all == 0 {
            return String::new();
        }
        let wrong = if failed == 0 { String::new() } else { format!(", {failed} failed") };
        let all = paint(STRONG, format_args!("checked with {}", counted(all, "request")));
        format!("{all}{wrong} in {}\n\n", elapsed(self.took))
    }
}
