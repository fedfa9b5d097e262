//! How strict and how slow this cloud is.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What kind of AWS to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The account every caller belongs to, twelve digits.
    pub account: String,
    /// The largest page any list answers, however much is asked for; `None` is AWS's own limits.
    pub page_size: Option<usize>,
    /// The role with which API Gateway writes logs, as in an account that somebody has prepared; `None` is an account in
    /// which nobody has set one yet.
    pub cloudwatch_role_arn: Option<String>,
    /// Delays, lags and quotas.
    pub weather: Weather,
}

impl Default for Settings {
    fn default() -> Self {
        Self { account: "000000000000".into(), page_size: None, cloudwatch_role_arn: None, weather: Weather::default() }
    }
}

/// Delays, lags and quotas; none of them by default. All are measured on tokio's clock, so that a test turns it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Weather {
    /// How long Lambda cannot assume a role after its creation.
    pub role_propagation: Duration,
    /// How long a new function, or a version of one, is `Pending`.
    pub function_pending: Duration,
    /// How long an updated function is `InProgress`, refusing further changes.
    pub update_in_progress: Duration,
    /// How long a new thing is missing from lists (user pools, REST APIs).
    pub list_lag: Duration,
    /// How long every control-plane call takes; writes to one REST API that overlap are refused as AWS does.
    pub latency: Duration,
    /// Whether API Gateway's fixed quotas answer 429.
    pub quotas: bool,
}
