//! Rules for routes: keys that API Gateway accepts and that do not conflict, and functions that exist.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::limits;
use crate::config::model::{Method, RouteKey, RouteKeyError, SIGN_IN_SCOPE};
use crate::config::problem::{Findings, Problem};
use crate::config::suggest::{closest, did_you_mean, list};
use crate::config::tree::{JsonMember, JsonNode};

use super::ConfigView;

/// API Gateway's default quota of resources per API.
const RESOURCES: usize = 300;

pub(super) fn check(context: &ConfigView<'_>, findings: &mut Findings) {
    let mut keys = Vec::new();
    for entry in context.entries("routes") {
        match entry.name.parse::<RouteKey>() {
            Ok(key) => keys.push((entry, key)),
            Err(error) => findings.add(malformed(entry, &error)),
        }
        function(entry, context, findings);
        if let Some(auth) = entry.value.get("auth") {
            scopes(auth, findings);
        }
    }
    for (entry, key) in &keys {
        reserved(entry, key, findings);
        fixed_colon(entry, key, findings);
        public_change(entry, key, findings);
    }
    variables(&keys, findings);
    count(context, &keys, findings);
}

fn malformed(entry: &JsonMember, error: &RouteKeyError) -> Problem {
    let methods = || Method::ALL.iter().map(|method| method.as_str());
    let problem = entry.error(error.to_string());
    match error {
        RouteKeyError::Shape => {
            let guess = entry.name.find('/').map(|slash| {
                let (method, path) = entry.name.split_at(slash);
                format!("{} {}", method.trim(), path.trim())
            });
            let guess = guess.filter(|guess| guess.parse::<RouteKey>().is_ok());
            problem.maybe_hint(guess.map(|guess| format!("did you mean `{guess}`?")))
        }
        RouteKeyError::Method(method) => {
            problem.detail(format!("methods are: {}", list(methods()))).maybe_hint(did_you_mean(method, methods()))
        }
        RouteKeyError::Relative(path) => problem.hint(format!("write `/{path}`")),
        RouteKeyError::EmptyPart(path) => {
            let parts: Vec<_> = path.split('/').filter(|part| !part.is_empty()).collect();
            problem.hint(format!("write `/{}`", parts.join("/")))
        }
        RouteKeyError::Part(part) => problem
            .detail(
                "a part has letters, digits and . _ - : , $ or is a variable, written `{name}` or, at the end, `{proxy+}`",
            )
            .maybe_hint(part_hint(part)),
        RouteKeyError::GreedyNotLast(part) => problem.hint(format!("write `{}` here", part.replace('+', ""))),
        RouteKeyError::VariableTwice(_) => problem.hint("give each variable of a path a name of its own"),
    }
}

/// A hint for path variables in the syntax of other tools.
fn part_hint(part: &str) -> Option<String> {
    match part.chars().next()? {
        '*' => Some("for the whole rest of the path, write `{proxy+}`".to_owned()),
        '<' => Some(format!("write `{{{}}}`", part.trim_matches(['<', '>']))),
        _ => None,
    }
}

fn function(entry: &JsonMember, context: &ConfigView<'_>, findings: &mut Findings) {
    let Some(node) = entry.value.get("function") else { return };
    let Some(name) = node.text() else { return };
    if context.functions.contains(name) {
        return;
    }
    let functions = context.entries("functions");
    let names = || functions.iter().map(|function| function.name.as_str());
    let problem = node.error(format!("no function is named `{name}`"));
    findings.add(if functions.is_empty() {
        problem.hint("add it to `functions`")
    } else {
        problem.detail(format!("functions are: {}", list(names()))).maybe_hint(did_you_mean(name, names()))
    });
}

fn scopes(auth: &JsonNode, findings: &mut Findings) {
    let Some(scopes) = auth.get("scopes") else { return };
    for node in scopes.items() {
        limits::SCOPE.check(Some(node), findings);
    }
    let texts: Vec<_> = scopes.items().iter().filter_map(JsonNode::text).collect();
    if !texts.is_empty() && !texts.contains(&SIGN_IN_SCOPE) {
        let guess = texts.iter().find_map(|text| closest(text, [SIGN_IN_SCOPE]));
        findings.add(
            scopes
                .error("no token of a sign-in by password has one of these scopes")
                .detail(format!("such a token has only `{SIGN_IN_SCOPE}`"))
                .maybe_hint(guess.map(|guess| format!("did you mean `{guess}`?")))
                .warning(),
        );
    }
}

fn reserved(entry: &JsonMember, key: &RouteKey, findings: &mut Findings) {
    if matches!(key.path.as_str(), "/ping" | "/sping") {
        let problem = entry.error(format!("API Gateway keeps the path `{}` for its own health checks", key.path));
        findings.add(problem.hint("choose another path, such as `/health`"));
    }
}

/// Warns about `:name`, the path variable syntax of other tools: in API Gateway it is a literal.
fn fixed_colon(entry: &JsonMember, key: &RouteKey, findings: &mut Findings) {
    if let Some((part, name)) = key.parts().find_map(|part| Some((part, part.strip_prefix(':')?))) {
        let problem = entry.error(format!("the path part `{part}` is a fixed text, not a variable"));
        findings.add(
            problem.maybe_hint((!name.is_empty()).then(|| format!("for a variable, write `{{{name}}}`"))).warning(),
        );
    }
}

fn public_change(entry: &JsonMember, key: &RouteKey, findings: &mut Findings) {
    if let Some(auth) = entry.value.get("auth").filter(|auth| auth.text() == Some("none"))
        && key.method.changes_data()
    {
        let message = match key.method {
            Method::Any => "this route is public with every method, including those that change data".to_owned(),
            method => format!("this route is public, and `{method}` changes data"),
        };
        findings.add(auth.error(message).hint("leave `auth` out to ask for a signed-in user").warning());
    }
}

/// Finds sibling path variables with different names: API Gateway allows one variable per parent, including `{proxy+}`.
fn variables(keys: &[(&JsonMember, RouteKey)], findings: &mut Findings) {
    let mut seen: BTreeMap<String, (String, &JsonMember)> = BTreeMap::new();
    for (entry, key) in keys {
        let mut parent = String::new();
        for part in key.parts() {
            if part.starts_with('{') {
                let (first, earlier) = seen.entry(parent.clone()).or_insert_with(|| (part.to_owned(), *entry));
                if first != part {
                    let place = if parent.is_empty() { "/" } else { &parent };
                    findings.add(
                        entry
                            .error(format!("`{part}` and `{first}` are two variables beneath `{place}`"))
                            .detail(format!("`{}` is on line {}", earlier.name, earlier.at.line))
                            .detail("API Gateway takes one variable at each place of a path")
                            .hint("use one name in both"),
                    );
                    break;
                }
            }
            parent = format!("{parent}/{part}");
        }
    }
}

fn count(context: &ConfigView<'_>, keys: &[(&JsonMember, RouteKey)], findings: &mut Findings) {
    let mut resources = BTreeSet::from([String::new()]);
    for (_, key) in keys {
        let mut path = String::new();
        for part in key.parts() {
            path = format!("{path}/{part}");
            resources.insert(path.clone());
        }
    }
    if let Some(routes) = context.section("routes").filter(|_| resources.len() > RESOURCES) {
        findings.add(
            routes
                .error(format!("the paths make {} resources", resources.len()))
                .detail(format!("API Gateway takes {RESOURCES} in an API until the quota is raised"))
                .warning(),
        );
    }
}
