//! The one normal form of an API's tree, into which both what is wanted and what is there are brought.

use std::collections::BTreeMap;

use super::{
    shape::{Authorization, Proxy, Shape},
    spec::{Auth, GatewayResponse, Route, Spec},
};
use crate::engine::Input;

/// The methods of each path that there is, and the customised gateway responses. Equal trees serve the same.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Tree {
    /// By path and verb. Every path's parents are paths, too, if need be without methods.
    pub(super) paths: BTreeMap<String, BTreeMap<String, Shape>>,
    pub(super) gateway_responses: BTreeMap<String, GatewayResponse>,
}

impl Tree {
    /// The tree of a new API: a root without methods.
    pub(super) fn bare() -> Self {
        Self { paths: BTreeMap::from([("/".to_owned(), BTreeMap::new())]), gateway_responses: BTreeMap::new() }
    }

    /// The tree that a spec asks for.
    pub(super) fn wanted(spec: &Spec) -> Self {
        let mut tree = Self { gateway_responses: spec.gateway_responses.clone(), ..Self::bare() };
        for path in &spec.unrouted {
            tree.plant(path);
        }
        let authorizer_id = spec.authorizer_id.as_ref().map(|id| id.known().clone());
        for (key, route) in &spec.routes {
            let (verb, path) = key.split_once(' ').unwrap_or((key, "/"));
            tree.plant(path).insert(verb.to_owned(), Shape::Proxy(proxy(route, authorizer_id.as_ref())));
        }
        for (path, preflight) in &spec.preflights {
            tree.plant(path).insert("OPTIONS".to_owned(), Shape::Preflight(preflight.clone()));
        }
        tree
    }

    /// The spec that asks for this tree.
    pub(super) fn spec(&self, rest_api_id: &str) -> Spec {
        let authorizer_id = self.authorizer_id();
        let mut spec = Spec {
            rest_api_id: rest_api_id.into(),
            authorizer_id: authorizer_id.clone().map(Input::Known),
            routes: BTreeMap::new(),
            preflights: BTreeMap::new(),
            gateway_responses: self.gateway_responses.clone(),
            unrouted: self.paths.keys().filter(|path| !self.leads_somewhere(path)).cloned().collect(),
        };
        for (path, methods) in &self.paths {
            for (verb, shape) in methods {
                match shape {
                    Shape::Proxy(proxy) => {
                        let route = route(proxy, authorizer_id.as_deref());
                        spec.routes.insert(format!("{verb} {path}"), route);
                    }
                    Shape::Preflight(preflight) => drop(spec.preflights.insert(path.clone(), preflight.clone())),
                }
            }
        }
        spec
    }

    /// The authorizer that most methods name; a method with another one counts as unmanaged.
    pub(super) fn authorizer_id(&self) -> Option<String> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        let methods = self.paths.values().flat_map(BTreeMap::values);
        for authorization in methods.filter_map(Shape::authorization) {
            *counts.entry(&authorization.authorizer_id).or_default() += 1;
        }
        counts.into_iter().max_by_key(|(_, count)| *count).map(|(id, _)| id.to_owned())
    }

    /// Lets every method with an authorizer name this one.
    pub(super) fn authorize_by(&mut self, authorizer_id: &str) {
        for shape in self.paths.values_mut().flat_map(BTreeMap::values_mut) {
            if let Shape::Proxy(Proxy { authorization: Some(authorization), .. }) = shape {
                authorizer_id.clone_into(&mut authorization.authorizer_id);
            }
        }
    }

    /// Adds a path with its parents and answers its methods.
    fn plant(&mut self, path: &str) -> &mut BTreeMap<String, Shape> {
        let mut place = path;
        while let Some(above) = parent(place) {
            self.paths.entry(above.to_owned()).or_default();
            place = above;
        }
        self.paths.entry(path.to_owned()).or_default()
    }

    /// Whether a path has methods, or one beneath it has. The root need not.
    fn leads_somewhere(&self, path: &str) -> bool {
        let beneath = format!("{}/", path.trim_end_matches('/'));
        let here = |(other, methods): (&String, &BTreeMap<_, _>)| {
            !methods.is_empty() && (other == path || other.starts_with(&beneath))
        };
        path == "/" || self.paths.range(path.to_owned()..).any(here)
    }
}

/// The path above; the root has none.
pub(super) fn parent(path: &str) -> Option<&str> {
    match path.rsplit_once('/') {
        Some(("", "")) | None => None,
        Some(("", _)) => Some("/"),
        Some((above, _)) => Some(above),
    }
}

fn proxy(route: &Route, authorizer_id: Option<&String>) -> Proxy {
    let authorized = |id: &String| Authorization { authorizer_id: id.clone(), scopes: route.scopes.clone() };
    Proxy {
        function: route.function.clone(),
        authorization: authorizer_id.filter(|_| route.auth == Auth::Cognito).map(authorized),
        timeout_millis: route.timeout_millis,
        unmanaged: route.unmanaged.clone(),
    }
}

fn route(proxy: &Proxy, authorizer_id: Option<&str>) -> Route {
    let authorization = proxy.authorization.as_ref();
    let mut unmanaged = proxy.unmanaged.clone();
    if let Some(other) = authorization.filter(|one| Some(one.authorizer_id.as_str()) != authorizer_id) {
        unmanaged.insert("authorizer_id".into(), other.authorizer_id.as_str().into());
    }
    Route {
        function: proxy.function.clone(),
        auth: if authorization.is_some() { Auth::Cognito } else { Auth::None },
        scopes: authorization.map(|one| one.scopes.clone()).unwrap_or_default(),
        timeout_millis: proxy.timeout_millis,
        unmanaged,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parents_lead_up_to_the_root() {
        assert_eq!(parent("/a/{id}/c"), Some("/a/{id}"));
        assert_eq!(parent("/a"), Some("/"));
        assert_eq!(parent("/"), None);
    }

    #[test]
    fn a_path_that_leads_nowhere_is_seen() {
        let mut tree = Tree::default();
        for path in ["/", "/a/b", "/a-b/c"] {
            tree.plant(path);
        }
        let route = Proxy { function: "f".into(), authorization: None, timeout_millis: 1, unmanaged: BTreeMap::new() };
        tree.plant("/a/b").insert("GET".into(), Shape::Proxy(route));
        let unrouted: Vec<_> = tree.spec("api").unrouted.into_iter().collect();
        assert_eq!(unrouted, ["/a-b", "/a-b/c"]);
    }
}
