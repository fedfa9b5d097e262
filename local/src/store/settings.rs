//! The settings of the emulator.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The account, the limits and the delays of the emulated AWS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The account id of every caller, twelve digits.
    pub account: String,
    /// The largest page that any list returns. `None` means AWS's own limits.
    pub page_size: Option<usize>,
    /// How many requests functions handle at the same time, in all. Further ones are throttled.
    pub concurrency: u32,
    /// The role with which API Gateway writes logs. `None` means that the account has no such role yet.
    pub cloudwatch_role_arn: Option<String>,
    /// Delays, lags and quotas.
    pub weather: Weather,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            account: "000000000000".into(),
            page_size: None,
            concurrency: 1000,
            cloudwatch_role_arn: None,
            weather: Weather::default(),
        }
    }
}

/// Delays, lags and quotas. None apply by default. All use tokio's clock, so that tests can advance it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Weather {
    /// How long Lambda cannot assume a new role.
    pub role_propagation: Duration,
    /// How long a new function or version is `Pending`.
    pub function_pending: Duration,
    /// How long an updated function is `InProgress` and rejects further changes.
    pub update_in_progress: Duration,
    /// How long a new resource is missing from lists (user pools, REST APIs).
    pub list_lag: Duration,
    /// The duration of every control-plane call. Overlapping writes to one REST API are rejected as by AWS.
    pub latency: Duration,
    /// Whether API Gateway's fixed quotas are enforced with a 429.
    pub quotas: bool,
}
