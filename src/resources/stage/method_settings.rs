//! The throttling of a stage, which is part of its method settings, beside logging, metrics and caching: those are nobody's
//! but the person's.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_apigateway::types::{MethodSetting, Op, PatchOperation};

use super::Throttle;
use crate::resources::rest_api::{escaped, patch};

/// What AWS fills in for a throttling that nobody set.
const UNSET: Throttle = Throttle { rate_limit: 10_000.0, burst_limit: 5_000 };

/// The throttlings in the settings of a stage, by the key of the setting. One that somebody made for something else has
/// none.
pub(super) fn throttling(settings: &HashMap<String, MethodSetting>) -> BTreeMap<String, Throttle> {
    let throttled =
        settings.iter().filter(|(key, setting)| throttle(setting) != UNSET || beside(key, setting).is_empty());
    throttled.map(|(key, setting)| (key.clone(), throttle(setting))).collect()
}

/// The patches from the settings of a stage to these throttlings. AWS cannot remove one field of a setting, only the
/// setting whole: what is beside the throttling is set again.
pub(super) fn patches(
    settings: &HashMap<String, MethodSetting>,
    want: &BTreeMap<String, Throttle>,
) -> Vec<PatchOperation> {
    let live = throttling(settings);
    let gone = live.keys().filter(|key| !want.contains_key(*key));
    let removals = gone.flat_map(|key| {
        let kept = settings.get(key).map(|setting| beside(key, setting)).unwrap_or_default();
        [patch(Op::Remove, path(key), None)].into_iter().chain(kept)
    });
    let changed = want.iter().filter(|(key, throttle)| live.get(*key) != Some(throttle));
    let throttled = changed.flat_map(|(key, throttle)| {
        let (rate, burst) = (throttle.rate_limit.to_string(), throttle.burst_limit.to_string());
        [set(key, "throttling/rateLimit", &rate), set(key, "throttling/burstLimit", &burst)]
    });
    removals.chain(throttled).collect()
}

fn throttle(setting: &MethodSetting) -> Throttle {
    Throttle { rate_limit: setting.throttling_rate_limit, burst_limit: setting.throttling_burst_limit }
}

/// The patches that set what a setting has beside its throttling and is not AWS's default.
fn beside(key: &str, setting: &MethodSetting) -> Vec<PatchOperation> {
    let level = setting.logging_level.clone().filter(|level| level != "OFF");
    let strategy =
        setting.unauthorized_cache_control_header_strategy.as_ref().map(|strategy| strategy.as_str().to_owned());
    let strategy = strategy.filter(|strategy| strategy != "SUCCEED_WITH_RESPONSE_HEADER");
    let lifetime = (setting.cache_ttl_in_seconds != 300).then(|| setting.cache_ttl_in_seconds.to_string());
    let on = |flag: bool| flag.then(|| "true".to_owned());
    let authorized = (!setting.require_authorization_for_cache_control).then(|| "false".to_owned());
    let fields = [
        ("metrics/enabled", on(setting.metrics_enabled)),
        ("logging/loglevel", level),
        ("logging/dataTrace", on(setting.data_trace_enabled)),
        ("caching/enabled", on(setting.caching_enabled)),
        ("caching/ttlInSeconds", lifetime),
        ("caching/dataEncrypted", on(setting.cache_data_encrypted)),
        ("caching/requireAuthorizationForCacheControl", authorized),
        ("caching/unauthorizedCacheControlHeaderStrategy", strategy),
    ];
    fields.into_iter().filter_map(|(field, value)| Some(set(key, field, &value?))).collect()
}

fn set(key: &str, field: &str, value: &str) -> PatchOperation {
    patch(Op::Replace, format!("{}/{field}", path(key)), Some(value))
}

/// The path of a method setting: `*/*`, or the resource path and the verb, of which the path has its slashes escaped.
fn path(key: &str) -> String {
    let (path, verb) = key.rsplit_once('/').unwrap_or((key, "*"));
    // AWS answers the keys as it takes them, so an escaped path must not be escaped again.
    let path = if path.contains("~1") { path.to_owned() } else { escaped(path) };
    format!("/{path}/{verb}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setting(rate_limit: f64) -> MethodSetting {
        MethodSetting::builder()
            .throttling_rate_limit(rate_limit)
            .throttling_burst_limit(if (rate_limit - UNSET.rate_limit).abs() < 1.0 { UNSET.burst_limit } else { 7 })
            .logging_level("OFF")
            .cache_ttl_in_seconds(300)
            .require_authorization_for_cache_control(true)
            .build()
    }

    fn seen(patches: &[PatchOperation]) -> Vec<(&str, Option<&str>)> {
        patches.iter().map(|one| (one.path().unwrap_or_default(), one.value())).collect()
    }

    #[test]
    fn a_throttling_that_is_not_wanted_goes_with_its_setting_and_a_changed_one_keeps_its_other_fields() {
        let live = HashMap::from([("pets~1{id}/GET".to_owned(), setting(1.0)), ("*/*".to_owned(), setting(1.0))]);
        let want = BTreeMap::from([("*/*".to_owned(), Throttle { rate_limit: 2.5, burst_limit: 7 })]);
        assert_eq!(
            seen(&patches(&live, &want)),
            [
                ("/pets~1{id}/GET", None),
                ("/*/*/throttling/rateLimit", Some("2.5")),
                ("/*/*/throttling/burstLimit", Some("7")),
            ]
        );
    }

    #[test]
    fn what_somebody_set_beside_a_throttling_outlives_it() {
        let mut logged = setting(1.0);
        logged.logging_level = Some("INFO".into());
        let live = HashMap::from([("*/*".to_owned(), logged)]);
        assert_eq!(seen(&patches(&live, &BTreeMap::new())), [("/*/*", None), ("/*/*/logging/loglevel", Some("INFO"))]);
    }

    #[test]
    fn a_setting_that_somebody_made_for_something_else_is_no_throttling() {
        let mut measured = setting(UNSET.rate_limit);
        measured.metrics_enabled = true;
        let live = HashMap::from([("*/*".to_owned(), measured), ("a/GET".to_owned(), setting(UNSET.rate_limit))]);
        assert_eq!(throttling(&live).keys().collect::<Vec<_>>(), ["a/GET"]);
    }
}
