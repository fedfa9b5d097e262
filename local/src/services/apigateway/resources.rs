//! Resources: the path tree of an API, and the operations on its nodes.

use serde_json::{Value, json};

use super::{
    ApiGateway,
    asked::{Asked, fresh_id, json as to_json, nothing},
    lookup::no_resource,
    model::{Definition, Resource},
    patch::{Op, Patch},
    refusal::{bad_request, conflict, limit_exceeded},
};
use crate::store::table::Table;
use crate::wire::error::{Answered, AwsError};

const PATHS: [&str; 2] = ["/parentId", "/pathPart"];

/// Quota: resources per API. AWS does not document whether the root counts; here it does not.
const MOST: usize = 300;

/// Handles the read operations on resources; `None` for any other operation.
pub(super) fn read(gateway: &ApiGateway, asked: &Asked<'_>) -> Option<Answered> {
    Some(match asked.call.operation.as_str() {
        "GetResource" => gateway
            .api(asked)
            .and_then(|api| api.definition.resource(asked))
            .map(|resource| rendered(resource, asked).into()),
        "GetResources" => list(gateway, asked),
        _ => return None,
    })
}

/// Handles the write operations on resources; `None` for any other operation.
pub(super) fn write(gateway: &mut ApiGateway, asked: &Asked<'_>) -> Option<Answered> {
    Some(match asked.call.operation.as_str() {
        "CreateResource" => create(gateway, asked),
        "UpdateResource" => update(gateway, asked),
        "DeleteResource" => delete(gateway, asked),
        _ => return None,
    })
}

fn create(gateway: &mut ApiGateway, asked: &Asked<'_>) -> Answered {
    let definition = &mut gateway.api_mut(asked)?.definition;
    let parent = asked.text("parentId")?;
    let part = asked.text("pathPart")?;
    let resource = definition.add_resource(parent, part)?;
    definition.room_for_resources(asked, 1)?;
    let answer = rendered(&resource, asked);
    definition.resources.insert(resource.id.clone(), resource);
    Ok(answer.into())
}

fn list(gateway: &ApiGateway, asked: &Asked<'_>) -> Answered {
    let resources = &gateway.api(asked)?.definition.resources;
    asked.page(resources.iter().map(|(id, resource)| (id.as_str(), Rendered(resource, asked))).collect())
}

fn update(gateway: &mut ApiGateway, asked: &Asked<'_>) -> Answered {
    let patches = Patch::all(asked)?;
    let api = gateway.api_mut(asked)?;
    let id = api.definition.resource(asked)?.id.clone();
    let mut definition = api.definition.clone();
    for patch in &patches {
        match (patch.op, patch.steps().as_slice()) {
            (Op::Replace, ["pathPart"]) => definition.rename(&id, &patch.value()?)?,
            (Op::Replace, ["parentId"]) => definition.move_beneath(&id, &patch.value()?)?,
            _ => return Err(patch.not_a_replacement(&PATHS)),
        }
    }
    api.definition = definition;
    Ok(rendered(api.definition.resource(asked)?, asked).into())
}

fn delete(gateway: &mut ApiGateway, asked: &Asked<'_>) -> Answered {
    let definition = &mut gateway.api_mut(asked)?.definition;
    let resource = definition.resource(asked)?;
    if resource.parent_id.is_none() {
        return Err(bad_request("The root resource cannot be deleted"));
    }
    for id in definition.subtree(&resource.id) {
        definition.resources.remove(&id);
    }
    Ok(nothing())
}

/// A resource. Its methods appear in full only if the request embeds them, otherwise only as keys.
fn rendered(resource: &Resource, asked: &Asked<'_>) -> Value {
    let mut rendered = to_json(resource);
    if !asked.embeds("methods")
        && let Some(methods) = rendered.get_mut("resourceMethods").and_then(Value::as_object_mut)
    {
        methods.values_mut().for_each(|method| *method = json!({}));
    }
    rendered
}

/// Renders a resource when its page is serialized.
struct Rendered<'a>(&'a Resource, &'a Asked<'a>);

impl serde::Serialize for Rendered<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        rendered(self.0, self.1).serialize(serializer)
    }
}

impl Definition {
    /// Creates a resource if the parent accepts it; the caller inserts it.
    pub(super) fn add_resource(&self, parent: &str, part: &str) -> Result<Resource, AwsError> {
        let parent = self.resources.get(parent).ok_or_else(no_resource)?;
        self.check_child(parent, part, None)?;
        Ok(Resource {
            id: self.fresh_resource_id(),
            parent_id: Some(parent.id.clone()),
            path_part: Some(part.to_owned()),
            path: child_path(&parent.path, part),
            resource_methods: Table::default(),
        })
    }

    /// Returns an error if `more` resources would exceed the quota; the root is not counted.
    pub(super) fn room_for_resources(&self, asked: &Asked<'_>, more: usize) -> Result<(), AwsError> {
        if asked.settings.weather.quotas && self.resources.len() + more > MOST + 1 {
            return Err(limit_exceeded(
                "Maximum number of resources for this API has been reached. Please contact AWS if you need additional \
                 resources.",
            ));
        }
        Ok(())
    }

    pub(super) fn fresh_resource_id(&self) -> String {
        loop {
            let id = fresh_id(6);
            if !self.resources.contains_key(&id) {
                return id;
            }
        }
    }

    pub(super) fn child<'a>(&'a self, parent: &'a str, part: &str) -> Option<&'a Resource> {
        self.children(parent).find(|child| child.path_part.as_deref() == Some(part))
    }

    fn children<'a>(&'a self, parent: &'a str) -> impl Iterator<Item = &'a Resource> {
        self.resources.values().filter(move |resource| resource.parent_id.as_deref() == Some(parent))
    }

    /// The IDs of a resource and of all its descendants.
    pub(super) fn subtree(&self, id: &str) -> Vec<String> {
        let mut ids = vec![id.to_owned()];
        let mut next = 0;
        while let Some(parent) = ids.get(next).cloned() {
            ids.extend(self.children(&parent).map(|child| child.id.clone()));
            next += 1;
        }
        ids
    }

    fn check_child(&self, parent: &Resource, part: &str, moved: Option<&str>) -> Result<(), AwsError> {
        check_part(part)?;
        if let Some(greedy) = parent.path_part.as_deref().filter(|part| part.ends_with("+}")) {
            return Err(bad_request(format!(
                "Cannot create a child of a resource with a greedy path variable: {greedy}"
            )));
        }
        for sibling in self.children(&parent.id).filter(|child| Some(child.id.as_str()) != moved) {
            let name = sibling.path_part.as_deref().unwrap_or_default();
            if name == part {
                return Err(conflict(format!("Another resource with the same parent already has this name: {part}")));
            }
            if name.starts_with('{') && part.starts_with('{') {
                return Err(bad_request(format!(
                    "A sibling ({name}) of this resource already has a variable path part -- only one is allowed"
                )));
            }
        }
        Ok(())
    }

    fn rename(&mut self, id: &str, part: &str) -> Result<(), AwsError> {
        let parent = self.resources[id].parent_id.clone().ok_or_else(|| root_stays("pathPart"))?;
        self.place(id, &parent, part)
    }

    fn move_beneath(&mut self, id: &str, parent: &str) -> Result<(), AwsError> {
        let part = self.resources[id].path_part.clone().ok_or_else(|| root_stays("parentId"))?;
        if self.subtree(id).iter().any(|beneath| beneath == parent) {
            return Err(bad_request("Resources cannot be cyclical."));
        }
        self.place(id, parent, &part)
    }

    /// Moves a resource to a parent and a path part, and updates the paths of its descendants.
    fn place(&mut self, id: &str, parent: &str, part: &str) -> Result<(), AwsError> {
        let parent = self.resources.get(parent).ok_or_else(no_resource)?.clone();
        self.check_child(&parent, part, Some(id))?;
        if let Some(resource) = self.resources.get_mut(id) {
            resource.parent_id = Some(parent.id);
            resource.path_part = Some(part.to_owned());
        }
        for id in self.subtree(id) {
            let resource = &self.resources[&id];
            let parent = resource.parent_id.as_ref().and_then(|parent| self.resources.get(parent));
            let above = parent.map(|parent| parent.path.clone()).unwrap_or_default();
            let path = child_path(&above, resource.path_part.as_deref().unwrap_or_default());
            if let Some(resource) = self.resources.get_mut(&id) {
                resource.path = path;
            }
        }
        Ok(())
    }
}

fn child_path(parent: &str, part: &str) -> String {
    format!("{}/{part}", parent.trim_end_matches('/'))
}

fn check_part(part: &str) -> Result<(), AwsError> {
    let variable = part.strip_prefix('{').and_then(|part| part.strip_suffix('}'));
    let name = variable.map_or(part, |name| name.strip_suffix('+').unwrap_or(name));
    // AWS's message omits two of the allowed characters.
    let signs = if variable.is_some() { "._-" } else { "._-:,$" };
    if !name.is_empty() && name.chars().all(|sign| sign.is_ascii_alphanumeric() || signs.contains(sign)) {
        return Ok(());
    }
    Err(bad_request(
        "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the \
         beginning and the end.",
    ))
}

fn root_stays(member: &str) -> AwsError {
    bad_request(format!("Root resource cannot update its {member}."))
}
