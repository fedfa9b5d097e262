//! The settings of a stage for one method or for all methods: throttling, logging, metrics and caching.

use std::collections::BTreeMap;

use super::{
    deployed::MethodSetting,
    patch::{Op, Patch},
    refusal::bad_request,
};
use crate::wire::error::AwsError;

/// The key of the default for all methods.
const ALL: &str = "*/*";

impl Default for MethodSetting {
    fn default() -> Self {
        Self {
            metrics_enabled: false,
            logging_level: None,
            data_trace_enabled: false,
            throttling_burst_limit: 5000,
            throttling_rate_limit: 10_000.0,
            caching_enabled: false,
            cache_ttl_in_seconds: 300,
            cache_data_encrypted: false,
            require_authorization_for_cache_control: true,
            unauthorized_cache_control_header_strategy: "SUCCEED_WITH_RESPONSE_HEADER".into(),
        }
    }
}

/// Applies a patch at `/{path}/{METHOD}` or at one setting below it; `None` for any other path.
///
/// The key keeps its escapes: `*/*`, `pets~1{id}/GET`, and `~1/GET` for the root. A new entry is a copy of `*/*`; later
/// changes to `*/*` do not affect it.
pub(super) fn apply(settings: &mut BTreeMap<String, MethodSetting>, patch: &Patch) -> Option<Result<(), AwsError>> {
    let steps: Vec<&str> = patch.raw().split('/').collect();
    let (resource, verb, setting) = match steps.as_slice() {
        [resource, verb] => (resource, verb, None),
        [resource, verb, family, field] => (resource, verb, Some((*family, *field))),
        _ => return None,
    };
    let all = (*resource, *verb) == ("*", "*");
    if resource.is_empty() || !(all || super::methods::verb(verb).is_ok()) {
        return None;
    }
    let key = format!("{resource}/{verb}");
    match (patch.op, setting) {
        (Op::Replace, Some(field)) => {
            // An invalid patch must not create an entry.
            let mut changed = settings.get(&key).or_else(|| settings.get(ALL)).cloned().unwrap_or_default();
            let result = set(&mut changed, field, patch)?;
            settings.insert(key, changed);
            Some(result)
        }
        (Op::Remove, None) if settings.remove(&key).is_some() => Some(Ok(())),
        // A single field cannot be removed, even if it was set.
        (Op::Remove, _) => Some(Err(nothing_to_remove(patch))),
        _ => None,
    }
}

/// The error for a setting that is not there; AWS's message ends with a blank.
pub(super) fn nothing_to_remove(patch: &Patch) -> AwsError {
    bad_request(format!(
        "Cannot remove method setting {} because there is no method setting for this method ",
        patch.raw()
    ))
}

fn set(settings: &mut MethodSetting, field: (&str, &str), patch: &Patch) -> Option<Result<(), AwsError>> {
    Some(match field {
        ("metrics", "enabled") => patch.flag().map(|on| settings.metrics_enabled = on),
        ("logging", "dataTrace") => patch.flag().map(|on| settings.data_trace_enabled = on),
        ("logging", "loglevel") => {
            one_of(patch, &["OFF", "ERROR", "INFO"]).map(|level| settings.logging_level = Some(level))
        }
        ("throttling", "burstLimit") => patch.number().map(|limit| settings.throttling_burst_limit = limit),
        ("throttling", "rateLimit") => patch.number().map(|limit| settings.throttling_rate_limit = limit),
        ("caching", "enabled") => patch.flag().map(|on| settings.caching_enabled = on),
        ("caching", "ttlInSeconds") => patch.number().map(|seconds| settings.cache_ttl_in_seconds = seconds),
        ("caching", "dataEncrypted") => patch.flag().map(|on| settings.cache_data_encrypted = on),
        ("caching", "requireAuthorizationForCacheControl") => {
            patch.flag().map(|on| settings.require_authorization_for_cache_control = on)
        }
        ("caching", "unauthorizedCacheControlHeaderStrategy") => {
            one_of(patch, &["FAIL_WITH_403", "SUCCEED_WITH_RESPONSE_HEADER", "SUCCEED_WITHOUT_RESPONSE_HEADER"])
                .map(|strategy| settings.unauthorized_cache_control_header_strategy = strategy)
        }
        _ => return None,
    })
}

fn one_of(patch: &Patch, values: &[&str]) -> Result<String, AwsError> {
    let value = patch.value()?;
    if values.contains(&value.as_str()) {
        return Ok(value);
    }
    Err(bad_request(format!(
        "Invalid value '{value}' for path '/{}'. Must be one of: [{}]",
        patch.raw(),
        values.join(", ")
    )))
}
