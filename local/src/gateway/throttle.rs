//! Throttling by the method settings of a stage: one token bucket per method or per stage.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::services::apigateway::MethodSetting;

/// The account's limit, which a setting cannot exceed. It is not enforced: it is out of reach on one machine.
const ACCOUNT_RATE: f64 = 10_000.0;

/// The token buckets of the emulator; a restart refills them.
#[derive(Debug, Default)]
pub(crate) struct Throttles(Mutex<HashMap<String, Bucket>>);

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    filled_at: Duration,
}

impl Throttles {
    /// Takes a token; returns `false` if the bucket is empty.
    pub(super) fn admit(&self, key: &str, setting: &MethodSetting, now: Duration) -> bool {
        let burst = u32::try_from(setting.throttling_burst_limit).map_or(f64::from(u32::MAX), f64::from);
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.entry(key.to_owned()).or_insert(Bucket { tokens: burst, filled_at: now });
        let gained = now.saturating_sub(bucket.filled_at).as_secs_f64() * setting.throttling_rate_limit;
        bucket.tokens = (bucket.tokens + gained).min(burst);
        bucket.filled_at = now;
        let admitted = bucket.tokens >= 1.0;
        if admitted {
            bucket.tokens -= 1.0;
        }
        admitted
    }
}

/// The setting that throttles a method and its key: the method's own, or else the stage's. A negative limit disables
/// throttling.
pub(super) fn setting(
    settings: &BTreeMap<String, MethodSetting>,
    resource_path: &str,
    verb: &str,
) -> Option<(String, MethodSetting)> {
    let path = resource_path.strip_prefix('/').unwrap_or(resource_path).replace('/', "~1");
    let path = if path.is_empty() { "~1".into() } else { path };
    [format!("{path}/{verb}"), "*/*".to_owned()].into_iter().find_map(|key| {
        let setting = settings.get(&key)?;
        let limits = setting.throttling_rate_limit >= 0.0
            && setting.throttling_burst_limit >= 0
            && setting.throttling_rate_limit < ACCOUNT_RATE;
        limits.then(|| (key, setting.clone()))
    })
}
