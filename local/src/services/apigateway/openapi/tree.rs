//! Paths: the resource tree of the document.

use serde_json::Value;

use super::{
    super::model::{Definition, Method, Resource},
    Findings, Mode,
    document::Document,
    operation::Place,
};
use crate::wire::error::AwsError;

const VERBS: [(&str, &str); 8] = [
    ("get", "GET"),
    ("put", "PUT"),
    ("post", "POST"),
    ("delete", "DELETE"),
    ("options", "OPTIONS"),
    ("head", "HEAD"),
    ("patch", "PATCH"),
    ("x-amazon-apigateway-any-method", "ANY"),
];

/// Creates the resources and methods of the document.
///
/// Overwriting starts from the root alone. An existing path keeps its ID if its methods are unchanged, and gets a new
/// one otherwise. AWS does not document which IDs survive, so callers must not rely on them.
pub(super) fn apply(
    document: &Document,
    before: &Definition,
    definition: &mut Definition,
    mode: Mode,
    findings: &mut Findings,
) {
    if mode == Mode::Overwrite {
        definition.resources.retain(|_, resource| resource.parent_id.is_none());
        definition.resources.values_mut().for_each(|root| root.resource_methods.clear());
    }
    let paths = document.get("paths").and_then(Value::as_object);
    for (path, item) in paths.into_iter().flatten() {
        match definition.resource_at(path) {
            Ok(id) => operations(document, definition, (path, &id), item, findings),
            Err(refusal) => findings.fail(&format!("Unable to create resource at path '{path}'"), &refusal),
        }
    }
    if mode == Mode::Overwrite {
        definition.take_old_ids(before);
    }
}

fn operations(
    document: &Document,
    definition: &mut Definition,
    (path, id): (&str, &str),
    item: &Value,
    findings: &mut Findings,
) {
    let known: Vec<&str> = VERBS.iter().map(|(key, _)| *key).chain(["parameters", "summary", "description"]).collect();
    findings.expect_keys(&format!("path '{path}'"), item, &known);
    for (key, verb) in VERBS {
        let Some(operation) = item.get(key) else { continue };
        let place = Place { document, path, verb, shared: item.get("parameters"), resource_id: id };
        let method = place.method(operation, definition, findings);
        if let (Some(method), Some(resource)) = (method, definition.resources.get_mut(id)) {
            resource.resource_methods.insert(verb.to_owned(), method);
        }
    }
}

impl Definition {
    /// The ID of the resource at a path; creates the resource and its ancestors if they are missing.
    fn resource_at(&mut self, path: &str) -> Result<String, AwsError> {
        let root = self.resources.values().find(|resource| resource.parent_id.is_none());
        let mut at = root.map(|root| root.id.clone()).unwrap_or_default();
        for part in path.split('/').filter(|part| !part.is_empty()) {
            at = if let Some(child) = self.child(&at, part) {
                child.id.clone()
            } else {
                let resource = self.add_resource(&at, part)?;
                let id = resource.id.clone();
                self.resources.insert(id.clone(), resource);
                id
            };
        }
        Ok(at)
    }

    /// Restores the old ID of every resource whose methods are unchanged.
    fn take_old_ids(&mut self, before: &Self) {
        let unchanged: Vec<(String, String)> = self
            .resources
            .values()
            .filter_map(|resource| {
                let old = before.resources.values().find(|old| old.path == resource.path)?;
                (methods(old) == methods(resource)).then(|| (resource.id.clone(), old.id.clone()))
            })
            .collect();
        for (new, old) in unchanged {
            self.change_id(&new, &old);
        }
    }

    fn change_id(&mut self, from: &str, to: &str) {
        let Some(mut resource) = self.resources.remove(from) else { return };
        to.clone_into(&mut resource.id);
        for integration in
            resource.resource_methods.values_mut().filter_map(|method| method.method_integration.as_mut())
        {
            if integration.cache_namespace == from {
                to.clone_into(&mut integration.cache_namespace);
            }
        }
        self.resources.insert(to.to_owned(), resource);
        for child in self.resources.values_mut() {
            if child.parent_id.as_deref() == Some(from) {
                child.parent_id = Some(to.to_owned());
            }
        }
    }
}

/// The methods of a resource without the fields that depend on its ID.
fn methods(resource: &Resource) -> Vec<Method> {
    let mut methods: Vec<Method> = resource.resource_methods.values().cloned().collect();
    for integration in methods.iter_mut().filter_map(|method| method.method_integration.as_mut()) {
        if integration.cache_namespace == resource.id {
            integration.cache_namespace.clear();
        }
    }
    methods
}
