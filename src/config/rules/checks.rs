//! Rules for the post-deploy checks of routes: valid requests, and a temporary user who can sign in.

use crate::config::model::{AuthFlow, CheckAs, Method, RouteKey, SIGN_IN_SCOPE, parts};
use crate::config::problem::{Findings, Problem};
use crate::config::suggest::{did_you_mean, list};
use crate::config::tree::{JsonMember, JsonNode};

use super::ConfigView;

/// The sign-in flow of the temporary user.
const FLOW: AuthFlow = AuthFlow::AdminUserPasswordAuth;

pub(super) fn check(context: &ConfigView<'_>, findings: &mut Findings) {
    for entry in context.entries("routes") {
        let Some(check) = entry.value.get("check") else { continue };
        // An invalid key is reported elsewhere.
        let Ok(key) = entry.name.parse::<RouteKey>() else { continue };
        let method = method(check, &key, findings);
        reached(context, check, (&key, method), findings);
        variables(check, &key, findings);
        if let Some(body) = check.get("body").filter(|_| !method.has_body()) {
            findings.add(body.error(format!("a `{method}` request has no body")));
        }
        if let Some(part) = check.get("bodyMatch").filter(|_| method == Method::Head) {
            findings.add(part.error(format!("the response to a `{method}` request has no body")).hint("leave it out"));
        }
        headers(check, findings);
        if let Some(caller) = caller(&entry.value, check, findings) {
            signs_in(context, caller, findings);
            scopes(&entry.value, caller, findings);
        }
    }
}

/// The method of the request.
fn method(check: &JsonNode, key: &RouteKey, findings: &mut Findings) -> Method {
    let chosen = check.get("method");
    if let Some(node) = chosen.filter(|_| key.method != Method::Any) {
        findings.add(
            node.error(format!("the method is that of the route, `{}`", key.method))
                .hint("leave `method` out: it is for routes with `ANY`"),
        );
    }
    if key.method != Method::Any {
        return key.method;
    }
    // An invalid method is reported elsewhere.
    let known = |text: &str| Method::ALL.iter().copied().find(|method| method.as_str() == text);
    chosen.and_then(JsonNode::text).and_then(known).unwrap_or(Method::Get)
}

/// Checks that the request to an `ANY` route does not match another route with the same path.
fn reached(context: &ConfigView<'_>, check: &JsonNode, (key, method): (&RouteKey, Method), findings: &mut Findings) {
    let own = RouteKey { path: key.path.clone(), method }.to_string();
    if key.method == Method::Any && method != Method::Any && context.routes.contains(own.as_str()) {
        let place = check.get("method").unwrap_or(check);
        findings.add(place.error(format!("the request would come to `{own}`")).hint("choose another `method`"));
    }
}

/// Checks that the path's variables, and only those, have values.
fn variables(check: &JsonNode, key: &RouteKey, findings: &mut Findings) {
    let names: Vec<&str> = parts(&key.path).filter_map(variable).collect();
    let given = check.get("path");
    let values = given.map(JsonNode::entries).unwrap_or_default();
    for value in values {
        if !names.contains(&value.name.as_str()) {
            findings.add(unknown_variable(value, key, &names));
        } else if value.value.text() == Some("") {
            findings.add(value.value.error(format!("the variable `{}` has no value", value.name)));
        }
    }
    for name in names.iter().filter(|name| values.iter().all(|value| value.name != **name)) {
        let problem = given.unwrap_or(check).error(format!("the variable `{name}` of the path has no value"));
        findings.add(problem.hint(format!("add `\"path\": {{ \"{name}\": \"…\" }}`")));
    }
}

/// The name of a path variable, without the plus of a greedy one.
fn variable(part: &str) -> Option<&str> {
    part.strip_prefix('{')?.strip_suffix('}').map(|name| name.strip_suffix('+').unwrap_or(name))
}

fn unknown_variable(value: &JsonMember, key: &RouteKey, names: &[&str]) -> Problem {
    let problem = value.error(format!("`{}` is not a variable of `{}`", value.name, key.path));
    if names.is_empty() {
        return problem.hint("the path has none: leave it out");
    }
    problem
        .detail(format!("variables are: {}", list(names.to_vec())))
        .maybe_hint(did_you_mean(&value.name, names.to_vec()))
}

fn headers(check: &JsonNode, findings: &mut Findings) {
    for header in check.get("headers").map(JsonNode::entries).unwrap_or_default() {
        let is_token = |character: char| character.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(character);
        if header.name.is_empty() || !header.name.chars().all(is_token) {
            findings.add(header.error(format!("`{}` is not the name of a header", header.name)));
        }
        if let Some(text) = header.value.text()
            && !text.chars().all(|character| character == '\t' || (' '..='~').contains(&character))
        {
            findings.add(header.value.error("a header is a line of plain letters, digits and signs"));
        }
        if header.name.eq_ignore_ascii_case("Authorization") {
            findings.add(
                header.error("`Authorization` is set by `as`").hint("leave it out; `\"as\": \"none\"` sends no token"),
            );
        }
    }
}

/// The place to report problems of a check by a user; `None` if the check sends no token.
fn caller<'n>(route: &'n JsonNode, check: &'n JsonNode, findings: &mut Findings) -> Option<&'n JsonNode> {
    let public = route.text_of("auth") == Some("none");
    let chosen = check.get("as");
    let user = chosen.filter(|node| node.text() == Some(CheckAs::User.as_str()));
    match (user, public) {
        (Some(user), true) => {
            findings.add(
                user.error("the route is public, so no request to it has a token")
                    .hint("leave `as` out, or leave `auth` out to ask for a signed-in user"),
            );
            None
        }
        (Some(user), false) => Some(user),
        (None, public) => (chosen.is_none() && !public).then_some(check),
    }
}

/// Checks that a user can sign in unattended.
fn signs_in(context: &ConfigView<'_>, caller: &JsonNode, findings: &mut Findings) {
    let flows = context.section("client").and_then(|client| client.get("explicitAuthFlows"));
    if flows.is_some_and(|flows| flows.items().iter().all(|flow| flow.text() != Some(FLOW.as_str()))) {
        findings.add(
            caller
                .error("no user can sign in for the check")
                .detail(format!("`client.explicitAuthFlows` lacks `{FLOW}`"))
                .hint("add it, or check without signing in: `\"as\": \"none\"`"),
        );
    }
    if context.section("userPool").and_then(|pool| pool.text_of("mfa")) == Some("ON") {
        findings.add(
            caller
                .error("no user can sign in for the check")
                .detail("`userPool.mfa` is `ON`, and a user of a minute has no authenticator app")
                .hint("check without signing in: `\"as\": \"none\"`, or set `userPool.mfa` to `OPTIONAL`"),
        );
    }
}

/// Checks that the route accepts the token of a user who signs in with a password.
fn scopes(route: &JsonNode, caller: &JsonNode, findings: &mut Findings) {
    let scopes = route.get("auth").and_then(|auth| auth.get("scopes"));
    if scopes.is_some_and(|scopes| scopes.items().iter().all(|scope| scope.text() != Some(SIGN_IN_SCOPE))) {
        findings.add(
            caller
                .error("the token of the check has none of the route's scopes")
                .detail(format!("a user who signs in by password has `{SIGN_IN_SCOPE}` only"))
                .hint("check the rejection without a token: `\"as\": \"none\", \"status\": 401`"),
        );
    }
}
