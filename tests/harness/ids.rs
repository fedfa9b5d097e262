//! Replaces the ids in the emulator's data by names.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::shape::members;

/// The length of the shortest id of a pool, a client or an API. These ids also occur inside ARNs; the shorter ids of
/// paths do not.
const LONG: usize = 10;

/// A name for every id. Two resources with the same name get different names.
#[derive(Default)]
pub(super) struct Ids {
    names: BTreeMap<String, String>,
    /// Ids that also occur inside other strings.
    parts: Vec<(String, String)>,
    times: BTreeMap<String, usize>,
}

impl Ids {
    /// The ids in a snapshot.
    pub(super) fn of(world: &Value) -> Self {
        let mut ids = Self::default();
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
        ids
    }

    /// Also names the ids that are derived from other ids: statement ids, fingerprints of versions, deployment ids and
    /// deployment descriptions.
    pub(super) fn add_derived(&mut self, world: &Value) {
        for function in members(&world["lambda"]["functions"]) {
            let statements = members(&function["policies"]).filter_map(|policy| policy["statements"].as_array());
            statements.flatten().for_each(|one| self.add("statement of", &one["Sid"], &function["name"]));
            for version in members(&function["versions"]) {
                let described = version["settings"]["description"].as_str().unwrap_or_default();
                let fingerprint = described.strip_prefix("stackctl ").unwrap_or_default();
                self.add("fingerprint of", &json!(fingerprint), &function["name"]);
            }
        }
        for deployment in members(&world["apigateway"]["apis"]).flat_map(|api| members(&api["deployments"])) {
            self.add("deployment", &deployment["id"], &Value::Null);
            self.add("digest", &deployment["description"], &Value::Null);
        }
    }

    /// Names an id that has no name yet.
    fn add(&mut self, sort: &str, id: &Value, name: &Value) {
        let Some(id) = id.as_str().filter(|id| !id.is_empty() && !self.names.contains_key(*id)) else { return };
        let name = format!("<{sort} {}>", name.as_str().unwrap_or_default());
        let times = self.times.entry(name.clone()).or_default();
        *times += 1;
        let name = if *times == 1 { name } else { format!("{name} {times}") };
        if id.len() >= LONG {
            self.parts.push((id.to_owned(), name.clone()));
        }
        self.names.insert(id.to_owned(), name);
    }

    /// Names the value of every member called `name` by the path of the resource that has it, unless the value has a
    /// name.
    pub(super) fn add_tokens(&mut self, things: &Value, name: &str) {
        let mut found = Vec::new();
        collect("", things, name, &mut found);
        for (place, token) in found {
            let name = format!("<token of {}>", self.named(&place));
            self.names.entry(token).or_insert(name);
        }
    }

    /// The value without empty members and without the members listed in `without`. A cleared member then equals one
    /// that was never set.
    pub(super) fn plain(&self, value: &Value, without: &[&str]) -> Value {
        match value {
            Value::Object(members) => {
                let members = members.iter().filter(|(name, _)| !without.contains(&name.as_str()));
                let members = members.map(|(name, member)| (self.named(name), self.plain(member, without)));
                Value::Object(members.filter(|(_, member)| !is_empty(member)).collect::<Map<_, _>>())
            }
            Value::Array(items) => {
                let mut items: Vec<Value> = items.iter().map(|item| self.plain(item, without)).collect();
                items.sort_by_cached_key(ToString::to_string);
                Value::Array(items)
            }
            Value::String(text) => json!(self.named(text)),
            other => other.clone(),
        }
    }

    fn named(&self, text: &str) -> String {
        if let Some(name) = self.names.get(text) {
            return name.clone();
        }
        let parts = self.parts.iter().filter(|(id, _)| id.len() < text.len());
        parts.fold(text.to_owned(), |text, (id, name)| if text.contains(id) { text.replace(id, name) } else { text })
    }
}

/// The values of all members called `name`, with their paths.
fn collect(place: &str, value: &Value, name: &str, found: &mut Vec<(String, String)>) {
    for item in value.as_array().into_iter().flatten() {
        collect(place, item, name, found);
    }
    for (member, value) in value.as_object().into_iter().flatten() {
        match value.as_str().filter(|_| member == name) {
            Some(text) => found.push((place.to_owned(), text.to_owned())),
            None => collect(&format!("{place}/{member}"), value, name, found),
        }
    }
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
