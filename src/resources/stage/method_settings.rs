//! The throttling of a stage, which is part of its method settings, beside logging, metrics and caching, which are not
//! managed.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_apigateway::types::{MethodSetting, Op, PatchOperation, UnauthorizedCacheControlHeaderStrategy};

use super::spec::Throttle;
use crate::{
    aws::meant,
    resources::rest_api::{escaped, patch},
};

/// What AWS fills in for a throttling that is not set.
const UNSET: Throttle = Throttle { rate_limit: 10_000.0, burst_limit: 5_000 };

/// The key of the setting that all methods have which have none of their own.
const ALL: &str = "*/*";

/// The throttlings in the settings of a stage, by the key of the setting.
///
/// A setting of a method is born as a copy of `*/*`, whatever it is made for. So one that throttles as `*/*` does is no
/// throttling of its own, and neither is a `*/*` with AWS's own values.
pub(super) fn throttling(settings: &HashMap<String, MethodSetting>) -> BTreeMap<String, Throttle> {
    let all = settings.get(ALL).map_or(UNSET, throttle);
    let throttled = settings.iter().map(|(key, setting)| (key, throttle(setting)));
    let own = throttled.filter(|(key, throttle)| *throttle != if *key == ALL { UNSET } else { all.clone() });
    own.map(|(key, throttle)| (key.clone(), throttle)).collect()
}

/// The throttlings that are wanted, without those that are no more than what holds anyway.
#[must_use]
pub fn own(mut want: BTreeMap<String, Throttle>) -> BTreeMap<String, Throttle> {
    let all = want.get(ALL).cloned().unwrap_or(UNSET);
    want.retain(|key, throttle| *throttle != if key == ALL { UNSET } else { all.clone() });
    want
}

/// The patches from the settings of a stage to these throttlings.
///
/// A setting that is there for its throttling alone goes; one that is there for something else throttles as `*/*` does
/// from here on. AWS cannot remove one field of a setting.
pub(super) fn patches(
    settings: &HashMap<String, MethodSetting>,
    want: &BTreeMap<String, Throttle>,
) -> Vec<PatchOperation> {
    let all = want.get(ALL).cloned().unwrap_or(UNSET);
    let mut patches = Vec::new();
    let keys: BTreeSet<&String> = settings.keys().chain(want.keys()).collect();
    for key in keys {
        let wanted = want.get(key).unwrap_or(if key == ALL { &UNSET } else { &all });
        match settings.get(key) {
            Some(setting) if throttle(setting) == *wanted => {}
            Some(setting) if !want.contains_key(key) && for_throttling(key, setting, settings) => {
                patches.push(patch(Op::Remove, path(key), None));
            }
            _ => {
                patches.push(set(key, "throttling/rateLimit", &wanted.rate_limit.to_string()));
                patches.push(set(key, "throttling/burstLimit", &wanted.burst_limit.to_string()));
            }
        }
    }
    patches
}

fn throttle(setting: &MethodSetting) -> Throttle {
    Throttle { rate_limit: setting.throttling_rate_limit, burst_limit: setting.throttling_burst_limit }
}

/// Whether a setting has nothing beside its throttling that would not hold without it.
fn for_throttling(key: &str, setting: &MethodSetting, settings: &HashMap<String, MethodSetting>) -> bool {
    let usual =
        MethodSetting::builder().cache_ttl_in_seconds(300).require_authorization_for_cache_control(true).build();
    let all = settings.get(ALL).filter(|_| key != ALL).unwrap_or(&usual);
    beside(setting) == beside(all)
}

/// What a setting has beside its throttling.
fn beside(setting: &MethodSetting) -> impl PartialEq + use<> {
    let strategy = setting.unauthorized_cache_control_header_strategy.as_ref().map(meant);
    (
        setting.metrics_enabled,
        setting.logging_level.as_deref().unwrap_or("OFF").to_uppercase(),
        setting.data_trace_enabled,
        (setting.caching_enabled, setting.cache_ttl_in_seconds, setting.cache_data_encrypted),
        setting.require_authorization_for_cache_control,
        strategy.unwrap_or(UnauthorizedCacheControlHeaderStrategy::SucceedWithResponseHeader),
    )
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

    fn wanted(rate_limit: f64) -> BTreeMap<String, Throttle> {
        BTreeMap::from([("*/*".to_owned(), Throttle { rate_limit, burst_limit: 7 })])
    }

    #[test]
    fn a_setting_that_is_there_for_its_throttling_alone_goes_and_one_for_something_else_throttles_as_all_do() {
        let mut logged = setting(1.0);
        logged.logging_level = Some("INFO".into());
        let live = HashMap::from([
            ("*/*".to_owned(), setting(1.0)),
            ("pets~1{id}/GET".to_owned(), setting(3.0)),
            ("logged/GET".to_owned(), logged.clone()),
        ]);
        assert_eq!(throttling(&live).keys().collect::<Vec<_>>(), ["*/*", "pets~1{id}/GET"]);
        assert_eq!(
            seen(&patches(&live, &wanted(2.5))),
            [
                ("/*/*/throttling/rateLimit", Some("2.5")),
                ("/*/*/throttling/burstLimit", Some("7")),
                ("/logged/GET/throttling/rateLimit", Some("2.5")),
                ("/logged/GET/throttling/burstLimit", Some("7")),
                ("/pets~1{id}/GET", None),
            ]
        );
        let live = HashMap::from([("*/*".to_owned(), logged)]);
        assert_eq!(
            seen(&patches(&live, &BTreeMap::new())),
            [("/*/*/throttling/rateLimit", Some("10000")), ("/*/*/throttling/burstLimit", Some("5000"))]
        );
    }

    #[test]
    fn a_setting_that_is_born_as_a_copy_is_no_throttling_of_its_own() {
        let mut cached = setting(1.0);
        cached.caching_enabled = true;
        let mut copied = cached.clone();
        copied.metrics_enabled = true;
        let live = HashMap::from([("*/*".to_owned(), cached), ("a/GET".to_owned(), copied)]);
        assert_eq!(throttling(&live), wanted(1.0));
        assert_eq!(seen(&patches(&live, &wanted(1.0))), []);
    }

    #[test]
    fn what_holds_anyway_is_no_throttling() {
        let live = HashMap::from([("*/*".to_owned(), setting(UNSET.rate_limit))]);
        assert_eq!(throttling(&live), BTreeMap::new());
        assert_eq!(own(BTreeMap::from([("*/*".to_owned(), UNSET)])), BTreeMap::new());
        assert_eq!(own(wanted(1.0)), wanted(1.0));
    }
}
