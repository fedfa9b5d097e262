//! The emulator's data without random ids and times. Two emulators of one shape behave the same.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use stackctl::engine::State;
use stackctl_local::Emulator;

use super::ids::Ids;

/// The tag that distinguishes resources of different attempts to create them.
const TOKEN: &str = "stackctl:token";

/// Members that differ between two equal resources.
const CHANCE: &[&str] = &[
    "id",
    "created",
    "modified",
    "createdDate",
    "lastUpdatedDate",
    "last_modified",
    "revision_id",
    TOKEN,
    "Sid",
    "secret",
    "signing_key",
    "rootResourceId",
];

/// All of the emulator's data, with ids replaced by names. Contains only the deployments of stages and the versions of
/// aliases.
pub(crate) fn shape(cloud: &Emulator) -> Value {
    shape_of(&cloud.snapshot())
}

/// The shape of a snapshot.
pub(crate) fn shape_of(world: &Value) -> Value {
    Ids::of(world).plain(&served(world), CHANCE)
}

/// A snapshot and its state as one text. Two equal texts lead to the same behavior, apart from ids and times.
pub(crate) fn canonical(world: &Value, state: Option<&State>) -> String {
    let recorded =
        state.map_or(Value::Null, |State { resources, pending, unconfirmed, temporary_user, releases, .. }| {
            json!([resources, pending, unconfirmed, temporary_user, releases])
        });
    let mut ids = Ids::of(world);
    ids.add_derived(world);
    ids.add_tokens(world, TOKEN);
    ids.add_tokens(&recorded, "token");
    let by_chance: Vec<&str> = CHANCE.iter().copied().filter(|member| *member != TOKEN).collect();
    format!("{}\n{}", ids.plain(&recorded, &["since", "at"]), ids.plain(world, &by_chance))
}

/// The snapshot without old versions and deployments, without what functions logged, and without values that depend on
/// ids.
fn served(world: &Value) -> Value {
    let mut world = world.clone();
    members_mut(&mut world["logs"]["groups"]).for_each(|group| group["streams"] = Value::Null);
    members_mut(&mut world["lambda"]["functions"]).for_each(keep_served_versions);
    for api in members_mut(&mut world["apigateway"]["apis"]) {
        let served: Vec<Value> = members(&api["stages"]).map(|stage| stage["deploymentId"].clone()).collect();
        let deployments = api["deployments"].as_object_mut().unwrap();
        deployments.retain(|id, _| served.iter().any(|one| one == id));
        // The digest covers the pool's ARN, which holds an id.
        for deployment in deployments.values_mut() {
            deployment["description"] = Value::Null;
            drop_idle_authorizers(&mut deployment["snapshot"]);
        }
    }
    world
}

/// The number of earlier versions varies: each live version is named after its alias.
fn keep_served_versions(function: &mut Value) {
    let versions = std::mem::take(&mut function["versions"]);
    function["published"] = Value::Null;
    let mut served = Map::new();
    for (name, alias) in function["aliases"].as_object_mut().into_iter().flatten() {
        let number = alias["function_version"].take();
        let number = number.as_str().unwrap_or_default();
        let mut version = versions[number].clone();
        version["label"] = Value::Null;
        version["settings"]["description"] = json!(without_fingerprint(&version["settings"]["description"]));
        served.insert(name.clone(), version);
        let ours = alias["description"].as_str().is_some_and(|text| text.ends_with(number));
        alias["description"] = json!(ours.then(|| without_fingerprint(&alias["description"])));
    }
    function["versions"] = Value::Object(served);
}

/// The fingerprint in a description covers the variables, which may hold ids.
fn without_fingerprint(description: &Value) -> Option<&str> {
    description.as_str()?.split(' ').next()
}

/// A deployment is created before removed resources are deleted, so it may contain an authorizer that no method uses.
fn drop_idle_authorizers(snapshot: &mut Value) {
    let resources = snapshot["resources"].as_array().into_iter().flatten();
    let methods = resources.flat_map(|resource| members(&resource["methods"]));
    let asked: Vec<Value> = methods.map(|method| method["authorizerId"].clone()).collect();
    snapshot["authorizers"].as_object_mut().unwrap().retain(|id, _| asked.iter().any(|one| one == id));
}

/// The paths at which two shapes differ, and the values.
pub(crate) fn differences(left: &Value, right: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare("", left, right, &mut found);
    found
}

fn compare(path: &str, left: &Value, right: &Value, found: &mut Vec<String>) {
    match (left, right) {
        (Value::Object(one), Value::Object(other)) => {
            let names: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
            for name in names {
                compare(&format!("{path}/{name}"), &left[name], &right[name], found);
            }
        }
        _ if left == right => {}
        _ => found.push(format!("{path}: {left} ≠ {right}")),
    }
}

/// How many resources of each kind exist, including those that are not in the state.
pub(crate) fn census(cloud: &Emulator) -> BTreeMap<&'static str, usize> {
    census_of(&cloud.snapshot())
}

/// The census of a snapshot.
pub(crate) fn census_of(world: &Value) -> BTreeMap<&'static str, usize> {
    let (pools, apis) = (&world["cognito"]["pools"], &world["apigateway"]["apis"]);
    let functions = &world["lambda"]["functions"];
    let statements =
        |function: &Value| -> usize { members(&function["policies"]).map(|policy| count(&policy["statements"])).sum() };
    let counts = [
        ("roles", count(&world["iam"]["roles"])),
        ("log groups", count(&world["logs"]["groups"])),
        ("functions", count(functions)),
        ("versions", members(functions).map(|function| count(&function["versions"])).sum()),
        ("aliases", members(functions).map(|function| count(&function["aliases"])).sum()),
        ("statements", members(functions).map(statements).sum()),
        ("pools", count(pools)),
        ("clients", members(pools).map(|pool| count(&pool["clients"])).sum()),
        ("apis", count(apis)),
        ("authorizers", members(apis).map(|api| count(&api["definition"]["authorizers"])).sum()),
        ("deployments", members(apis).map(|api| count(&api["deployments"])).sum()),
        ("stages", members(apis).map(|api| count(&api["stages"])).sum()),
    ];
    counts.into_iter().filter(|(_, count)| *count > 0).collect()
}

/// Resources that live deployments use and that do not exist: the aliases of functions, the permissions to invoke them,
/// and their roles.
pub(crate) fn gone_of(world: &Value) -> Vec<String> {
    let served = members(&world["apigateway"]["apis"]).flat_map(|api| {
        let deployment = |stage: &Value| api["deployments"][stage["deploymentId"].as_str().unwrap_or_default()].clone();
        members(&api["stages"]).map(deployment).collect::<Vec<_>>()
    });
    let text = served.map(|deployment| deployment.to_string()).collect::<String>();
    // For example `…/functions/arn:aws:lambda:us-west-2:000000000000:function:shop-dev-open:live/invocations`.
    let called: BTreeSet<&str> =
        text.split("/functions/").skip(1).filter_map(|rest| rest.split(":live").next()).collect();
    let gone = called.into_iter().flat_map(|arn| {
        let function = &world["lambda"]["functions"][arn];
        let version = function["aliases"]["live"]["function_version"].as_str().unwrap_or_default();
        let role = function["versions"][version]["settings"]["role"].as_str().unwrap_or_default();
        let role = role.rsplit('/').next().unwrap_or_default().to_lowercase();
        let parts = [
            ("alias", !version.is_empty()),
            ("permission", count(&function["policies"]["live"]["statements"]) > 0),
            ("role", world["iam"]["roles"].get(&role).is_some()),
        ];
        parts.into_iter().filter(|(_, there)| !there).map(move |(part, _)| format!("{part} of {arn}"))
    });
    gone.collect()
}

pub(super) fn members(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_object().into_iter().flat_map(Map::values)
}

fn members_mut(value: &mut Value) -> impl Iterator<Item = &mut Value> {
    value.as_object_mut().into_iter().flat_map(Map::values_mut)
}

fn count(value: &Value) -> usize {
    value.as_array().map_or_else(|| value.as_object().map_or(0, Map::len), Vec::len)
}
