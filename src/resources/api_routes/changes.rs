//! Which calls lead from the tree that is there to the one that is wanted, and which of two ways costs less. Pure.

use std::{collections::BTreeMap, time::Duration};

use super::{shape::Shape, spec::GatewayResponse, tree::Tree};

/// One change of the tree.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Change {
    CreateResource {
        path: String,
    },
    DeleteResource {
        path: String,
    },
    /// With everything beneath it.
    PutMethod {
        path: String,
        verb: String,
        shape: Shape,
    },
    DeleteMethod {
        path: String,
        verb: String,
    },
    PutGatewayResponse {
        response_type: String,
        response: GatewayResponse,
    },
    DeleteGatewayResponse {
        response_type: String,
    },
}

/// How the changes are written.
#[derive(Debug, PartialEq)]
pub(super) struct Batch {
    /// Sent one by one, in this order.
    pub(super) single: Vec<Change>,
    /// The methods that one import writes afterwards, by path and verb.
    pub(super) import: BTreeMap<String, BTreeMap<String, Shape>>,
}

// What a call costs is the share of its quota that it takes up: 10 calls a second in all, 5 that make or delete
// resources, 1 import a second.
const ANY_CALL: Duration = Duration::from_millis(100);
const RESOURCE_CALL: Duration = Duration::from_millis(200);
/// The import itself, and the reads around it: the API, the authorizer, and the tree afterwards (5 in 2 s).
const IMPORT: Duration = Duration::from_millis(1_000 + 100 + 100 + 400);

impl Change {
    fn cost(&self) -> Duration {
        match self {
            Self::CreateResource { .. } | Self::DeleteResource { .. } => RESOURCE_CALL,
            // The method and its integration; a mock's responses are a call each.
            Self::PutMethod { shape: Shape::Proxy(_), .. } => ANY_CALL * 2,
            Self::PutMethod { shape: Shape::Preflight(_), .. } => ANY_CALL * 4,
            Self::DeleteMethod { .. } | Self::PutGatewayResponse { .. } | Self::DeleteGatewayResponse { .. } => {
                ANY_CALL
            }
        }
    }
}

/// The changes that lead from `live` to `want`, in the order in which they can be made.
///
/// Everything that goes goes first, because a path can have only one variable child: `{id}` must be gone before
/// `{name}` can come. A changed method is deleted and put anew, because `PutMethod` refuses one that is there. What is
/// edited is not live until it is deployed, so nothing is missing for a caller meanwhile.
pub(super) fn changes(live: &Tree, want: &Tree) -> Vec<Change> {
    let mut changes = Vec::new();
    for response_type in live.gateway_responses.keys().filter(|name| !want.gateway_responses.contains_key(*name)) {
        changes.push(Change::DeleteGatewayResponse { response_type: response_type.clone() });
    }
    // Children sort behind their parents, so that the way back meets the leaves first.
    for (path, methods) in live.paths.iter().rev() {
        match want.paths.get(path) {
            None => changes.push(Change::DeleteResource { path: path.clone() }),
            Some(wanted) => {
                for verb in methods.keys().filter(|verb| methods.get(*verb) != wanted.get(*verb)) {
                    changes.push(Change::DeleteMethod { path: path.clone(), verb: verb.clone() });
                }
            }
        }
    }
    for (path, methods) in &want.paths {
        let present = live.paths.get(path);
        if present.is_none() {
            changes.push(Change::CreateResource { path: path.clone() });
        }
        for (verb, shape) in methods {
            if present.and_then(|methods| methods.get(verb)) != Some(shape) {
                changes.push(Change::PutMethod { path: path.clone(), verb: verb.clone(), shape: shape.clone() });
            }
        }
    }
    for (response_type, response) in &want.gateway_responses {
        if live.gateway_responses.get(response_type) != Some(response) {
            let response = response.clone();
            changes.push(Change::PutGatewayResponse { response_type: response_type.clone(), response });
        }
    }
    changes
}

/// Chooses the cheaper way to make the changes to `want`.
pub(super) fn cheaper(changes: Vec<Change>, want: &Tree) -> Batch {
    let imported = imported(&changes, want);
    let cost = |changes: &[Change]| changes.iter().map(Change::cost).sum::<Duration>();
    if cost(&changes) <= cost(&imported.single) + IMPORT {
        return Batch { single: changes, import: BTreeMap::new() };
    }
    imported
}

/// The way by import: what it cannot do stays a single call.
///
/// An import mentions all methods of a path that it mentions at all, so that it makes no difference whether AWS merges
/// by path or by method.
pub(super) fn imported(changes: &[Change], want: &Tree) -> Batch {
    let mut import = BTreeMap::new();
    for change in changes {
        if let Change::PutMethod { path, .. } = change {
            import.entry(path.clone()).or_insert_with(|| want.paths[path].clone());
        }
    }
    let replaced =
        |path: &String, verb: &String| want.paths.get(path).is_some_and(|methods| methods.contains_key(verb));
    let single = changes.iter().filter(|change| match change {
        Change::CreateResource { .. } | Change::PutMethod { .. } => false,
        Change::DeleteMethod { path, verb } => !replaced(path, verb),
        _ => true,
    });
    Batch { single: single.cloned().collect(), import }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::{super::shape::Proxy, *};

    /// A tree from routes such as `GET /a/b f`.
    fn tree(routes: &[&str]) -> Tree {
        let mut tree = Tree::default();
        tree.paths.entry("/".into()).or_default();
        for route in routes {
            let mut words = route.split(' ');
            let (verb, path, function) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
            let mut place = path;
            while let Some(above) = super::super::tree::parent(place) {
                tree.paths.entry(above.into()).or_default();
                place = above;
            }
            let function = function.to_owned();
            let proxy = Proxy { function, authorization: None, timeout_millis: 29_000, unmanaged: BTreeMap::new() };
            tree.paths.entry(path.into()).or_default().insert(verb.into(), Shape::Proxy(proxy));
        }
        tree
    }

    fn shown(changes: &[Change]) -> String {
        changes.iter().fold(String::new(), |mut text, change| {
            let line = match change {
                Change::CreateResource { path } => format!("create {path}"),
                Change::DeleteResource { path } => format!("delete {path}"),
                Change::PutMethod { path, verb, .. } => format!("put {verb} {path}"),
                Change::DeleteMethod { path, verb } => format!("delete {verb} {path}"),
                Change::PutGatewayResponse { response_type, .. } => format!("put {response_type}"),
                Change::DeleteGatewayResponse { response_type } => format!("delete {response_type}"),
            };
            writeln!(text, "{line}").unwrap();
            text
        })
    }

    #[test]
    fn equal_trees_need_no_change() {
        assert_eq!(changes(&tree(&["GET /a f"]), &tree(&["GET /a f"])), []);
    }

    #[test]
    fn leaves_go_before_their_parents_and_everything_goes_before_anything_comes() {
        let live = tree(&["GET /items/{id}/parts f", "GET /items f", "POST /items f"]);
        let want = tree(&["GET /items/{name} f", "GET /items g"]);
        insta::assert_snapshot!(shown(&changes(&live, &want)), @r"
        delete /items/{id}/parts
        delete /items/{id}
        delete GET /items
        delete POST /items
        put GET /items
        create /items/{name}
        put GET /items/{name}
        ");
    }

    #[test]
    fn gateway_responses_come_change_and_go() {
        let response = |value: &str| GatewayResponse {
            headers: BTreeMap::from([("Access-Control-Allow-Origin".into(), value.into())]),
            unmanaged: BTreeMap::new(),
        };
        let mut live = tree(&[]);
        live.gateway_responses =
            BTreeMap::from([("UNAUTHORIZED".into(), response("a")), ("DEFAULT_4XX".into(), response("a"))]);
        let mut want = tree(&[]);
        want.gateway_responses =
            BTreeMap::from([("DEFAULT_4XX".into(), response("b")), ("DEFAULT_5XX".into(), response("b"))]);
        insta::assert_snapshot!(shown(&changes(&live, &want)), @r"
        delete UNAUTHORIZED
        put DEFAULT_4XX
        put DEFAULT_5XX
        ");
    }

    #[test]
    fn few_changes_go_one_by_one_and_many_in_one_import() {
        let few = tree(&["GET /a f", "GET /b f"]);
        let batch_of = |want: &Tree| cheaper(changes(&tree(&[]), want), want);
        assert_eq!(batch_of(&few).import.len(), 0);
        let routes: Vec<String> = (0..300).map(|n| format!("GET /r{n} f")).collect();
        let many = tree(&routes.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!((batch_of(&many).single.len(), batch_of(&many).import.len()), (0, 300));
    }

    #[test]
    fn an_import_leaves_removals_to_single_calls_and_mentions_paths_whole() {
        let live = tree(&["GET /a f", "POST /a f", "PUT /a f", "GET /gone f"]);
        let want = tree(&["GET /a g", "POST /a f"]);
        let batch = imported(&changes(&live, &want), &want);
        insta::assert_snapshot!(shown(&batch.single), @r"
        delete /gone
        delete PUT /a
        ");
        assert_eq!(batch.import["/a"].keys().collect::<Vec<_>>(), ["GET", "POST"]);
    }
}
