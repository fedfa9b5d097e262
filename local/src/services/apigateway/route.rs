//! The routes of a deployment as a tree of path segments. The time to find one does not depend on their number.

use std::{collections::BTreeMap, sync::OnceLock};

use percent_encoding::percent_decode_str;

use super::deployed::{MethodSnapshot, Snapshot, SnapshotResource};

/// The methods that `ANY` includes.
const METHODS: [&str; 7] = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

/// The matching resource and method.
#[derive(Debug)]
pub(crate) struct Found<'a> {
    pub(crate) resource: &'a SnapshotResource,
    pub(crate) method: &'a MethodSnapshot,
    /// The values of the path variables, percent-encoded as sent.
    pub(crate) path_parameters: Vec<(String, String)>,
}

/// The tree of a snapshot's routes, built for the first request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Routes(OnceLock<Node>);

impl PartialEq for Routes {
    /// The tree follows from the resources beside it.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// What follows after the segments so far.
#[derive(Debug, Clone, Default)]
struct Node {
    literals: BTreeMap<String, Node>,
    /// `{name}`, by name.
    variables: BTreeMap<String, Node>,
    /// `{name+}` with the place of its resource, by name.
    greedy: BTreeMap<String, usize>,
    /// The place of the resource that ends here.
    resource: Option<usize>,
}

impl Snapshot {
    /// Finds the most specific resource that has the method, or `ANY`. For each path segment, a literal takes precedence
    /// over `{name}`, and `{name}` over `{proxy+}`. A resource without the method is skipped: `OPTIONS /x` matches
    /// `/{proxy+}` if `/x` has only POST.
    pub(crate) fn find(&self, verb: &str, path: &str) -> Option<Found<'_>> {
        // API Gateway ignores one trailing slash.
        let steps = split(path.strip_suffix('/').unwrap_or(path));
        let root = self.routes.0.get_or_init(|| Node::of(&self.resources));
        let mut path_parameters = Vec::new();
        let (resource, method) = root.find(&steps, &mut path_parameters, &|place| {
            let resource = self.resources.get(place)?;
            let any = || resource.methods.get("ANY").filter(|_| METHODS.contains(&verb));
            Some((resource, resource.methods.get(verb).or_else(any)?))
        })?;
        Some(Found { resource, method, path_parameters })
    }
}

/// The segments of a path. Doubled slashes make empty ones, which only `{proxy+}` matches.
fn split(path: &str) -> Vec<&str> {
    match path.strip_prefix('/').unwrap_or(path) {
        "" => Vec::new(),
        path => path.split('/').collect(),
    }
}

impl Node {
    fn of(resources: &[SnapshotResource]) -> Self {
        let mut root = Self::default();
        for (place, resource) in resources.iter().enumerate() {
            root.add(&split(&resource.path), place);
        }
        root
    }

    fn add(&mut self, pattern: &[&str], place: usize) {
        let Some((part, rest)) = pattern.split_first() else {
            self.resource.get_or_insert(place);
            return;
        };
        match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            None => self.literals.entry((*part).to_owned()).or_default().add(rest, place),
            Some(variable) => match variable.strip_suffix('+') {
                None => self.variables.entry(variable.to_owned()).or_default().add(rest, place),
                Some(greedy) => drop(self.greedy.entry(greedy.to_owned()).or_insert(place)),
            },
        }
    }

    /// The first resource in the order of precedence that `pick` takes, and the values of the variables on the way.
    fn find<T>(
        &self,
        steps: &[&str],
        variables: &mut Vec<(String, String)>,
        pick: &impl Fn(usize) -> Option<T>,
    ) -> Option<T> {
        let Some((step, rest)) = steps.split_first() else { return self.resource.and_then(pick) };
        let literal = self.literals.get(&*percent_decode_str(step).decode_utf8_lossy());
        if let Some(found) = literal.and_then(|node| node.find(rest, variables, pick)) {
            return Some(found);
        }
        for (name, node) in self.variables.iter().filter(|_| !step.is_empty()) {
            variables.push((name.clone(), (*step).to_owned()));
            if let Some(found) = node.find(rest, variables, pick) {
                return Some(found);
            }
            variables.pop();
        }
        let value = steps.join("/");
        let (name, found) =
            self.greedy.iter().filter(|_| !value.is_empty()).find_map(|(name, place)| Some((name, pick(*place)?)))?;
        variables.push((name.clone(), value));
        Some(found)
    }
}
