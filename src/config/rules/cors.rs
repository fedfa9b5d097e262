//! Rules for CORS, based on the behavior of browsers.

use crate::config::model::{Method, RouteKey};
use crate::config::problem::{Findings, Problem};
use crate::config::suggest::{did_you_mean, list};
use crate::config::tree::{JsonMember, JsonNode};

use super::{made_of, origin, pattern};

pub(super) fn check(cors: &JsonNode, routes: &[JsonMember], findings: &mut Findings) {
    origins(cors, findings);
    credentials(cors, findings);
    for node in ["allowedHeaders", "exposedHeaders"].iter().filter_map(|key| cors.get(key)).flat_map(JsonNode::items) {
        if let Some(header) = node.text().filter(|header| !is_header(header)) {
            findings.add(node.error(format!("`{header}` is not a header's name")));
        }
    }
    for node in cors.get("allowedMethods").map(JsonNode::items).unwrap_or_default() {
        if let Some(problem) = node.text().and_then(|method| wrong_method(node, method)) {
            findings.add(problem);
        }
    }
    for entry in routes {
        if let Ok(RouteKey { method: Method::Options, path }) = entry.name.parse() {
            findings.add(
                entry
                    .error(format!("the function responds to the preflights of `{path}`, and `cors` does not"))
                    .hint("remove the route to let API Gateway respond to them")
                    .warning(),
            );
        }
    }
}

fn origins(cors: &JsonNode, findings: &mut Findings) {
    let Some(origins) = cors.get("allowedOrigins") else { return };
    for node in origins.items() {
        let Some(origin) = node.text() else { continue };
        if origin == "*" {
            if origins.items().len() > 1 {
                findings.add(
                    node.error("`*` cannot be combined with other origins").detail("it allows all of them, alone"),
                );
            }
        } else if origin.contains('*') {
            if let Some(problem) = pattern::problem(node, origin) {
                findings.add(problem);
            }
        } else if let Some(problem) = origin::problem(node, origin) {
            findings.add(problem);
        }
    }
}

/// Checks the combination with credentials: browsers then reject `*` as the origin and treat it as a literal name in
/// the other lists. Any page can have the origin `null`.
fn credentials(cors: &JsonNode, findings: &mut Findings) {
    if cors.get("allowCredentials").and_then(JsonNode::flag) != Some(true) {
        return;
    }
    for (key, value, what, reason) in [
        ("allowedOrigins", "*", "origins", "browsers reject `*` in a response to a request with credentials"),
        ("allowedOrigins", "null", "origins", "every page can send requests with this origin, from a sandboxed frame"),
        ("allowedHeaders", "*", "headers", "with credentials, browsers take `*` for the name of a header"),
        ("allowedMethods", "*", "methods", "with credentials, browsers take `*` for the name of a method"),
        ("exposedHeaders", "*", "headers", "with credentials, browsers take `*` for the name of a header"),
    ] {
        let items = cors.get(key).map(JsonNode::items).unwrap_or_default();
        if let Some(wrong) = items.iter().find(|node| node.text() == Some(value)) {
            let problem = wrong.error(format!("`{value}` does not go with `allowCredentials`"));
            findings.add(problem.detail(reason).hint(format!("name the {what}")));
        }
    }
}

fn is_header(text: &str) -> bool {
    text == "*" || made_of(text, |c| c.is_ascii_alphanumeric() || "!#$%&'+-.^_`|~".contains(c))
}

fn wrong_method(node: &JsonNode, method: &str) -> Option<Problem> {
    let methods = || Method::ALL.iter().filter(|method| **method != Method::Any).map(|method| method.as_str());
    (method != "*" && !methods().any(|known| known == method)).then(|| {
        node.error(format!("`{method}` is not a method"))
            .detail(format!("methods are: {}, or * for all of them", list(methods())))
            .maybe_hint(did_you_mean(method, methods()))
    })
}
