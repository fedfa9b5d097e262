//! What a configuration calls the parts of a stack that is deployed, as far as it can be read: whatever else is wrong with
//! it stops no command that only uses the stack.

use std::collections::BTreeMap;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde_json::json;

use super::identity::{self, Identity};
use super::load::{Draft, Selection, Unset, draft};
use super::model::{Config, Deployment, Function, RouteConfig, RouteKey};
use super::problem::{Findings, Problems};
use super::rules;
use super::tree::JsonNode;

/// The names and routes of a configuration.
#[derive(Clone, Debug)]
pub struct Outline {
    /// Which stack it means, and where its state is.
    pub identity: Identity,
    /// The functions with their handlers and limits, the routes, CORS and the API. Everything else has its default,
    /// whatever the file says, so nothing can be deployed from it.
    pub config: Config,
    /// The places that could not be read and are left out.
    pub omitted: Vec<String>,
}

/// Reads which stack a configuration means, and where its state is.
///
/// # Errors
///
/// When that cannot be read.
pub fn identify(path: &Path, selection: &Selection) -> Result<Identity, Problems> {
    read(path, selection).map(|(identity, _)| identity)
}

/// Reads the names and routes of a configuration. What cannot be read of them is left out.
///
/// # Errors
///
/// When it cannot be read which stack is meant or where its state is.
pub fn outline(path: &Path, selection: &Selection) -> Result<Outline, Problems> {
    let (identity, draft) = read(path, selection)?;
    let mut reader = Reader { document: &draft.document, omitted: Vec::new() };
    let config = reader.config(&identity);
    Ok(Outline { identity, config, omitted: reader.omitted })
}

fn read(path: &Path, selection: &Selection) -> Result<(Identity, Draft), Problems> {
    let mut findings = Findings::new(path.display().to_string());
    let Some(draft) = draft(path, (selection, Unset::Unknown), &mut findings) else {
        return Err(findings.into_problems());
    };
    rules::check_identity(&rules::ConfigView::new(&draft.document, &draft.stages, (None, selection)), &mut findings);
    let identity = Identity::of(&draft.document, path);
    let problems = findings.into_problems();
    let needed: Vec<_> =
        problems.0.iter().filter(|problem| identity::is_affected(problem, &draft.stage)).cloned().collect();
    match identity {
        Some(identity) if !needed.iter().any(super::problem::Problem::is_error) => Ok((identity, draft)),
        // Whatever keeps it from being read is among the problems.
        _ if needed.is_empty() => Err(problems),
        _ => Err(Problems(needed)),
    }
}

struct Reader<'a> {
    document: &'a JsonNode,
    omitted: Vec<String>,
}

impl Reader<'_> {
    fn config(&mut self, identity: &Identity) -> Config {
        Config {
            schema: None,
            deployment: deployment(identity),
            user_pool: self.section("userPool").unwrap_or_default(),
            client: self.section("client").unwrap_or_default(),
            functions: self.functions(),
            routes: self.routes(),
            cors: self.section("cors"),
            api: self.section("api").unwrap_or_default(),
            stages: BTreeMap::new(),
            state: identity.state.clone(),
        }
    }

    /// A section, when it is there and can be read.
    fn section<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        let node = self.document.get(name)?;
        let read = serde_json::from_value(node.to_json()).ok();
        if read.is_none() {
            self.omitted.push(node.path.clone());
        }
        read
    }

    fn functions(&mut self) -> BTreeMap<String, Function> {
        let entries = self.document.get("functions").map(JsonNode::entries).unwrap_or_default();
        entries.iter().map(|entry| (entry.name.clone(), function(&entry.value))).collect()
    }

    fn routes(&mut self) -> BTreeMap<RouteKey, RouteConfig> {
        let mut routes = BTreeMap::new();
        for entry in self.document.get("routes").map(JsonNode::entries).unwrap_or_default() {
            match (entry.name.parse(), serde_json::from_value(entry.value.to_json())) {
                (Ok(key), Ok(route)) => {
                    routes.insert(key, route);
                }
                _ => self.omitted.push(entry.value.path.clone()),
            }
        }
        routes
    }
}

fn deployment(identity: &Identity) -> Deployment {
    Deployment {
        service_name: identity.service_name.clone(),
        region: identity.region.clone(),
        stage: identity.stage.clone(),
        user_pool_name: String::new(),
        client_name: String::new(),
        account_id: identity.account_id.clone(),
        tags: BTreeMap::new(),
    }
}

/// A function by its handler and its limits. What cannot be read of these has its default.
fn function(node: &JsonNode) -> Function {
    let text = |name: &str| node.text_of(name).unwrap_or_default();
    let mut members = json!({ "source": text("source"), "handler": text("handler"), "runtime": text("runtime") });
    for limit in ["timeout", "memory"] {
        let number = node.get(limit).and_then(JsonNode::whole_number).and_then(|number| u32::try_from(number).ok());
        if let Some(number) = number {
            members[limit] = number.into();
        }
    }
    serde_json::from_value(members).expect("these are all that a function must have")
}
