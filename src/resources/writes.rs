//! The calls with which a plan changes something, and the time that AWS's quotas alone take, before anything is sent.
//!
//! Exact for a plan that is carried out without a rejection. Not counted are reads, retries, the post-deploy check, and the
//! removal of old versions and deployments. A deployment that exists already is used again: that saves one call.

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Map, Value};

use super::{
    api_routes::{self, ApiRoutes},
    authorizer::Authorizer,
    iam_role::IamRole,
    lambda_function::LambdaFunction,
    lambda_permission::LambdaPermission,
    log_group::LogGroup,
    rest_api::RestApi,
    stage::Stage,
    user_pool::UserPool,
    user_pool_client::UserPoolClient,
};
use crate::{
    aws::operation::{self as op, Operation},
    engine::{Action, Change, Found, Kind, Observed, Plan, Resource as _, Step},
};

/// The value of a symbol in a spec, of which only the number of calls matters.
const LATER: &str = "known later";

/// The calls of a plan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Writes {
    /// How often each operation is called, by `service:Operation`.
    pub calls: BTreeMap<&'static str, u64>,
    /// The time that the slowest quota takes for them.
    pub at_least: Duration,
    /// That quota; none while all calls can be sent at once.
    pub quota: Option<&'static str>,
}

/// Counts the calls of a plan that was made from what was observed.
#[must_use]
pub fn writes(plan: &Plan, observed: &Observed) -> Writes {
    Writes::of(plan.steps.iter().flat_map(|step| of_step(plan, observed, step)))
}

impl Writes {
    fn of(operations: impl Iterator<Item = &'static Operation>) -> Self {
        let (mut writes, mut quotas) = (Self::default(), BTreeMap::new());
        for operation in operations {
            *writes.calls.entry(operation.name).or_default() += 1;
            for quota in operation.quotas {
                quotas.entry(quota.name).or_insert((quota, 0)).1 += 1;
            }
        }
        for (quota, calls) in quotas.into_values() {
            // As the pace does: a burst goes at once, and each further call waits its turn.
            let wait = quota.every * u32::saturating_sub(calls, quota.burst);
            if wait > writes.at_least {
                (writes.at_least, writes.quota) = (wait, Some(quota.name));
            }
        }
        writes
    }
}

fn of_step(plan: &Plan, observed: &Observed, step: &Step) -> Vec<&'static Operation> {
    let kind = &step.key.kind;
    let want = || plan.desired.get(&step.key).map(|node| known(&node.spec)).unwrap_or_default();
    let there = || {
        let looks = [observed.recorded.get(&step.key), observed.found.get(&step.key)];
        looks.into_iter().flatten().find_map(Found::ours).map(|live| live.spec.clone()).unwrap_or_default()
    };
    match &step.action {
        Action::Create { .. } | Action::Replace { create_first: true, .. } => create(kind, &want()),
        Action::Replace { .. } => [delete(kind, &there()), create(kind, &want())].concat(),
        Action::Adopt { live, changes, .. } | Action::Update { live, changes, .. } if !changes.is_empty() => {
            // Of a pool, what is left to AWS counts as a difference.
            let want = if *kind == UserPool::KIND { want() } else { changed(live, &want(), changes) };
            update(kind, live, &want)
        }
        Action::Delete { .. } => delete(kind, &there()),
        _ => Vec::new(),
    }
}

/// A spec with a text in the place of each symbol.
fn known(spec: &Value) -> Value {
    match spec {
        Value::Object(members) if members.len() == 1 && members.keys().all(|name| name.starts_with('$')) => {
            LATER.into()
        }
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), known(value))).collect::<Map<_, _>>().into()
        }
        Value::Array(items) => items.iter().map(known).collect(),
        plain => plain.clone(),
    }
}

/// The live spec with the fields that change.
fn changed(live: &Value, want: &Value, changes: &[Change]) -> Value {
    let mut spec = live.clone();
    for field in changes.iter().filter_map(|change| change.path.first()) {
        spec[field] = want[field].clone();
    }
    spec
}

/// `count` calls of an operation.
fn times(operation: &'static Operation, count: usize) -> Vec<&'static Operation> {
    vec![operation; count]
}

/// The number of members, or of items.
fn count(value: &Value) -> usize {
    value.as_object().map(Map::len).or_else(|| value.as_array().map(Vec::len)).unwrap_or_default()
}

fn create(kind: &Kind, want: &Value) -> Vec<&'static Operation> {
    let is = |kinds: Kind| *kind == kinds;
    if is(LogGroup::KIND) {
        let retention = usize::from(!want["retention_days"].is_null());
        [times(&op::CREATE_LOG_GROUP, 1), times(&op::PUT_RETENTION_POLICY, retention)].concat()
    } else if is(IamRole::KIND) {
        let (inline, managed) = (count(&want["inline_policies"]), count(&want["managed_policy_arns"]));
        let policies = [times(&op::PUT_ROLE_POLICY, inline), times(&op::ATTACH_ROLE_POLICY, managed)];
        [times(&op::CREATE_ROLE, 1), policies.concat()].concat()
    } else if is(LambdaFunction::KIND) {
        vec![&op::CREATE_FUNCTION, &op::PUBLISH_VERSION, &op::CREATE_ALIAS]
    } else if is(LambdaPermission::KIND) {
        vec![&op::ADD_PERMISSION]
    } else if is(Authorizer::KIND) {
        vec![&op::CREATE_AUTHORIZER]
    } else if is(RestApi::KIND) {
        vec![&op::CREATE_REST_API]
    } else if is(ApiRoutes::KIND) {
        api_routes::writes(None, Some(want))
    } else if is(Stage::KIND) {
        let settings = usize::from(count(&want["throttling"]) > 0 || count(&want["access_log"]) > 0);
        [vec![&op::CREATE_DEPLOYMENT, &op::CREATE_STAGE], times(&op::UPDATE_STAGE, settings)].concat()
    } else if is(UserPool::KIND) {
        let factor = usize::from(want["mfa"] != "OFF");
        [times(&op::CREATE_USER_POOL, 1), times(&op::SET_USER_POOL_MFA_CONFIG, factor)].concat()
    } else if is(UserPoolClient::KIND) {
        vec![&op::CREATE_USER_POOL_CLIENT]
    } else {
        Vec::new()
    }
}

fn update(kind: &Kind, live: &Value, want: &Value) -> Vec<&'static Operation> {
    let is = |kinds: Kind| *kind == kinds;
    let differs = |field: &&str| live[*field] != want[*field];
    let any =
        |operation: &'static Operation, fields: &[&str]| times(operation, usize::from(fields.iter().any(differs)));
    // Any field but these.
    let rest = |operation: &'static Operation, without: &[&str]| {
        let fields = live.as_object().into_iter().chain(want.as_object()).flat_map(Map::keys);
        let mut fields = fields.map(String::as_str).filter(|field| !without.contains(field));
        times(operation, usize::from(fields.any(|field| differs(&field))))
    };
    let tags = |write, remove| tagged((&live["tags"], &want["tags"]), write, remove);
    if is(LogGroup::KIND) {
        let retention = any(&op::PUT_RETENTION_POLICY, &["retention_days"]);
        [retention, tags(&op::LOG_GROUP_TAG, &op::LOG_GROUP_UNTAG)].concat()
    } else if is(IamRole::KIND) {
        let own =
            [any(&op::UPDATE_ROLE, &["description"]), any(&op::UPDATE_ASSUME_ROLE_POLICY, &["assume_role_policy"])];
        [own.concat(), policies(live, want), tags(&op::TAG_ROLE, &op::UNTAG_ROLE)].concat()
    } else if is(LambdaFunction::KIND) {
        let settings = rest(&op::UPDATE_FUNCTION_CONFIGURATION, &["source_hash", "architecture", "tags", "alias"]);
        let code = any(&op::UPDATE_FUNCTION_CODE, &["source_hash", "architecture"]);
        // A version freezes all but these.
        let version = rest(&op::PUBLISH_VERSION, &["description", "tags", "name"]);
        let alias = times(&op::UPDATE_ALIAS, version.len());
        [settings, code, tags(&op::FUNCTION_TAG, &op::FUNCTION_UNTAG), version, alias].concat()
    } else if is(Authorizer::KIND) {
        vec![&op::UPDATE_AUTHORIZER]
    } else if is(RestApi::KIND) {
        [rest(&op::UPDATE_REST_API, &["tags"]), tags(&op::API_TAG, &op::API_UNTAG)].concat()
    } else if is(ApiRoutes::KIND) {
        api_routes::writes(Some(live), Some(want))
    } else if is(Stage::KIND) {
        let settings = any(&op::UPDATE_STAGE, &["fingerprint", "throttling", "access_log"]);
        [any(&op::CREATE_DEPLOYMENT, &["fingerprint"]), settings, tags(&op::API_TAG, &op::API_UNTAG)].concat()
    } else if is(UserPool::KIND) {
        let own = rest(&op::UPDATE_USER_POOL, &["mfa", "tags"]);
        [tags(&op::POOL_TAG, &op::POOL_UNTAG), own, any(&op::SET_USER_POOL_MFA_CONFIG, &["mfa"])].concat()
    } else if is(UserPoolClient::KIND) {
        vec![&op::UPDATE_USER_POOL_CLIENT]
    } else {
        Vec::new()
    }
}

fn delete(kind: &Kind, live: &Value) -> Vec<&'static Operation> {
    let is = |kinds: Kind| *kind == kinds;
    if is(LogGroup::KIND) {
        vec![&op::DELETE_LOG_GROUP]
    } else if is(IamRole::KIND) {
        let (inline, managed) = (count(&live["inline_policies"]), count(&live["managed_policy_arns"]));
        let policies = [times(&op::DELETE_ROLE_POLICY, inline), times(&op::DETACH_ROLE_POLICY, managed)];
        [policies.concat(), times(&op::DELETE_ROLE, 1)].concat()
    } else if is(LambdaFunction::KIND) {
        vec![&op::DELETE_FUNCTION]
    } else if is(LambdaPermission::KIND) {
        vec![&op::REMOVE_PERMISSION]
    } else if is(Authorizer::KIND) {
        vec![&op::DELETE_AUTHORIZER]
    } else if is(RestApi::KIND) {
        vec![&op::DELETE_REST_API]
    } else if is(ApiRoutes::KIND) {
        api_routes::writes(Some(live), None)
    } else if is(Stage::KIND) {
        vec![&op::DELETE_STAGE]
    } else if is(UserPool::KIND) {
        let protected = usize::from(live["deletion_protection"] == true);
        [times(&op::UPDATE_USER_POOL, protected), times(&op::DELETE_USER_POOL, 1)].concat()
    } else if is(UserPoolClient::KIND) {
        vec![&op::DELETE_USER_POOL_CLIENT]
    } else {
        Vec::new()
    }
}

/// One call writes tags, and one removes them.
fn tagged(
    (live, want): (&Value, &Value),
    write: &'static Operation,
    remove: &'static Operation,
) -> Vec<&'static Operation> {
    let written = want.as_object().is_some_and(|tags| tags.iter().any(|(name, value)| live.get(name) != Some(value)));
    let removed = live.as_object().is_some_and(|tags| tags.keys().any(|name| want.get(name).is_none()));
    [times(write, usize::from(written)), times(remove, usize::from(removed))].concat()
}

/// One call for each policy of a role.
fn policies(live: &Value, want: &Value) -> Vec<&'static Operation> {
    let names = |spec: &Value| spec["inline_policies"].as_object().cloned().unwrap_or_default();
    let (old, new) = (names(live), names(want));
    let put = new.iter().filter(|(name, policy)| old.get(*name) != Some(policy)).count();
    let gone = old.keys().filter(|name| !new.contains_key(*name)).count();
    let arns = |spec: &Value| spec["managed_policy_arns"].as_array().cloned().unwrap_or_default();
    let (attached, wanted) = (arns(live), arns(want));
    let attach = wanted.iter().filter(|arn| !attached.contains(arn)).count();
    let detach = attached.iter().filter(|arn| !wanted.contains(arn)).count();
    let inline = [times(&op::PUT_ROLE_POLICY, put), times(&op::DELETE_ROLE_POLICY, gone)].concat();
    [inline, times(&op::ATTACH_ROLE_POLICY, attach), times(&op::DETACH_ROLE_POLICY, detach)].concat()
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;
    use crate::aws::Pace;

    #[tokio::test(start_paused = true)]
    async fn the_time_is_that_of_the_last_call_under_the_quotas() {
        type Calls = &'static [(&'static Operation, usize)];
        let cases: &[(Calls, u64, Option<&str>)] = &[
            (&[(&op::CREATE_LOG_GROUP, 500)], 49, Some("logs")),
            (&[(&op::CREATE_ROLE, 15)], 0, None),
            (&[(&op::CREATE_ROLE, 300)], 18, Some("iam")),
            (&[(&op::CREATE_DEPLOYMENT, 3), (&op::PUT_METHOD, 50)], 10, Some("apigateway:CreateDeployment")),
            (&[(&op::PUT_METHOD, 300)], 26, Some("apigateway")),
        ];
        for (calls, seconds, quota) in cases {
            let calls: Vec<_> = calls.iter().flat_map(|(operation, count)| times(operation, *count)).collect();
            let writes = Writes::of(calls.iter().copied());
            assert_eq!((writes.at_least.as_secs(), writes.quota), (*seconds, *quota));
            let (pace, start) = (Pace::default(), Instant::now());
            let last = calls.iter().map(|operation| pace.reserve(operation.quotas).at).max().unwrap();
            assert_eq!(last - start, writes.at_least, "{calls:?}");
        }
    }
}
