//! What is in a cloud, without what chance and time put there: two clouds of one shape behave the same.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use stackctl_local::Cloud;

/// Members that differ between two equal things.
const CHANCE: &[&str] = &[
    "id",
    "created",
    "modified",
    "createdDate",
    "lastUpdatedDate",
    "last_modified",
    "revision_id",
    "stackctl:token",
    "Sid",
    "secret",
    "signing_key",
    "rootResourceId",
];

/// Everything in the cloud, ids by the names of their things. Of deployments, only those that a stage serves; of
/// versions, only those that an alias leads to.
pub(crate) fn shape(cloud: &Cloud) -> Value {
    let mut world = cloud.snapshot();
    let ids = ids(&world);
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
    plain(&world, &ids)
}

/// How many versions there were before is chance: each served one is called after the alias that leads to it.
fn keep_served_versions(function: &mut Value) {
    let versions = std::mem::take(&mut function["versions"]);
    function["published"] = Value::Null;
    let mut served = Map::new();
    for (name, alias) in function["aliases"].as_object_mut().into_iter().flatten() {
        let number = alias["function_version"].take();
        let number = number.as_str().unwrap_or_default();
        let mut version = versions[number].clone();
        version["label"] = Value::Null;
        served.insert(name.clone(), version);
        alias["description"] = json!(alias["description"].as_str().and_then(|text| text.strip_suffix(number)));
    }
    function["versions"] = Value::Object(served);
}

/// A deployment is made before what is not wanted any more goes, so it may freeze an authorizer that no method asks.
fn drop_idle_authorizers(snapshot: &mut Value) {
    let resources = snapshot["resources"].as_array().into_iter().flatten();
    let methods = resources.flat_map(|resource| members(&resource["methods"]));
    let asked: Vec<Value> = methods.map(|method| method["authorizerId"].clone()).collect();
    snapshot["authorizers"].as_object_mut().unwrap().retain(|id, _| asked.iter().any(|one| one == id));
}

/// Where two shapes differ, and how.
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

/// How many of each sort of thing there are, those without the stack's knowledge included.
pub(crate) fn census(cloud: &Cloud) -> BTreeMap<&'static str, usize> {
    let world = cloud.snapshot();
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

/// A name for every id; two things of one name get two names.
fn ids(world: &Value) -> BTreeMap<String, String> {
    let mut ids = Ids::default();
    for pool in members(&world["cognito"]["pools"]) {
        ids.add("pool", &pool["id"], &pool["settings"]["Name"]);
        members(&pool["clients"]).for_each(|client| ids.add("client", &client["id"], &client["name"]));
    }
    for api in members(&world["apigateway"]["apis"]) {
        ids.add("api", &api["settings"]["id"], &api["settings"]["name"]);
        members(&api["definition"]["resources"]).for_each(|one| ids.add("path", &one["id"], &one["path"]));
        members(&api["definition"]["authorizers"]).for_each(|one| ids.add("authorizer", &one["id"], &one["name"]));
        members(&api["stages"]).for_each(|one| ids.add("deployment of", &one["deploymentId"], &one["stageName"]));
    }
    ids.names
}

#[derive(Default)]
struct Ids {
    names: BTreeMap<String, String>,
    times: BTreeMap<String, usize>,
}

impl Ids {
    fn add(&mut self, sort: &str, id: &Value, name: &Value) {
        let name = format!("<{sort} {}>", name.as_str().unwrap_or_default());
        let times = self.times.entry(name.clone()).or_default();
        *times += 1;
        let name = if *times == 1 { name } else { format!("{name} {times}") };
        self.names.insert(id.as_str().unwrap_or_default().to_owned(), name);
    }
}

/// The value without what is empty or by chance, so that a member that was cleared equals one that never was.
fn plain(value: &Value, ids: &BTreeMap<String, String>) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.iter().filter(|(name, _)| !CHANCE.contains(&name.as_str()));
            let members = members.map(|(name, member)| (named(name, ids), plain(member, ids)));
            Value::Object(members.filter(|(_, member)| !is_empty(member)).collect::<Map<_, _>>())
        }
        Value::Array(items) => {
            let mut items: Vec<Value> = items.iter().map(|item| plain(item, ids)).collect();
            items.sort_by_key(ToString::to_string);
            Value::Array(items)
        }
        Value::String(text) => json!(named(text, ids)),
        other => other.clone(),
    }
}

fn named(text: &str, ids: &BTreeMap<String, String>) -> String {
    if let Some(name) = ids.get(text) {
        return name.clone();
    }
    // Ids of pools and APIs are also parts of ARNs; the short ones of paths are not.
    let long = ids.iter().filter(|(id, _)| id.len() >= 10);
    long.fold(text.to_owned(), |text, (id, name)| text.replace(id.as_str(), name))
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

fn members(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_object().into_iter().flat_map(Map::values)
}

fn members_mut(value: &mut Value) -> impl Iterator<Item = &mut Value> {
    value.as_object_mut().into_iter().flat_map(Map::values_mut)
}

fn count(value: &Value) -> usize {
    value.as_array().map_or_else(|| value.as_object().map_or(0, Map::len), Vec::len)
}
