//! The settings of the emulator.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use serde_json::Value;

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
    /// The IAM policies of callers, by access key id. Callers with other keys may do everything.
    pub caller_policies: BTreeMap<String, Vec<Value>>,
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
            caller_policies: BTreeMap::new(),
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
    /// Whether every operation takes its typical time, and the request rates of the other services are enforced, too.
    pub typical: bool,
}

impl Weather {
    /// AWS as a deploy usually finds it.
    ///
    /// Lambda can assume a new role after 5 to 15 s, and a new function is `Pending` for seconds: observed, not documented.
    /// The request rates and the time that each operation takes have their sources in `emulator::rates`.
    #[must_use]
    pub fn aws() -> Self {
        Self {
            role_propagation: Duration::from_secs(8),
            function_pending: Duration::from_secs(2),
            update_in_progress: Duration::from_secs(1),
            list_lag: Duration::from_secs(1),
            latency: Duration::ZERO,
            quotas: true,
            typical: true,
        }
    }
}
