//! The requests of a check, as they follow from a configuration.

use std::fmt;

use bytes::Bytes;
use serde_json::Value;

use super::{
    expected::Expected,
    page::{self, Page},
};
use crate::{
    config::{self, Auth, Config, Cors, Method, Route, RouteKey, parts},
    diagnosis::{TokenUse, wanted},
    http::{add_query, encoded},
};

/// What stands in the place of a path's variable where its value does not matter, because no function sees it.
const ANYTHING: &str = "stackctl-check";

/// A request, and the answer that it must get.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Probe {
    pub(super) method: Method,
    /// With the query, encoded.
    pub(super) path: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<Bytes>,
    pub(super) caller: Caller,
    pub(super) expected: Expected,
    /// The function that it calls; none where API Gateway answers by itself.
    pub(super) function: Option<String>,
    /// The page that must be able to read what a function returns, so that browsers do not block it.
    pub(super) reader: Option<Page>,
}

/// Who sends a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Caller {
    /// Somebody without a token.
    Nobody,
    /// Somebody whose token nobody has signed.
    Forger(TokenUse),
    /// A user of the pool.
    User(TokenUse),
    /// A browser, before it sends a request to another origin.
    Browser,
}

impl fmt::Display for Probe {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let who = match self.caller {
            Caller::Nobody => "without a token",
            Caller::Forger(_) => "with a forged token",
            Caller::User(_) => "as a user",
            Caller::Browser => "as a browser's preflight",
        };
        write!(formatter, "{} {} {who}", self.method, self.path)
    }
}

/// What API Gateway must answer by itself.
pub(super) fn of_gateway(config: &Config) -> Vec<Probe> {
    let refusals = config.routes.iter().flat_map(|(key, route)| refusals(config, key, route));
    let preflights = config.cors.iter().flat_map(|cors| page::preflights(config, cors));
    refusals.chain(preflights).collect()
}

/// The requests that the configuration asks for.
pub(super) fn of_config(config: &Config) -> Vec<Probe> {
    let checks = config.routes.iter().filter_map(|(key, route)| Some((key, route, route.check.as_ref()?)));
    checks.map(|(key, route, check)| asked(config.cors.as_ref(), (key, route), check)).collect()
}

/// A protected route refuses whoever has no token, and whoever has one that is not the pool's.
fn refusals(config: &Config, key: &RouteKey, route: &Route) -> Vec<Probe> {
    let (Some(token), Some(method)) = (wanted(&route.auth), method_of(config, key)) else { return Vec::new() };
    let page = config.cors.as_ref().map(|cors| Page::first(cors).of_gateway(cors));
    let refusal = |caller| Probe {
        method,
        path: path(&key.path, |_| None),
        headers: page.iter().map(Page::header).collect(),
        body: None,
        caller,
        expected: Expected { status: Some(401), page: page.clone(), ..Expected::default() },
        function: None,
        reader: None,
    };
    [Caller::Nobody, Caller::Forger(token)].map(refusal).into()
}

/// The method with which a request comes to this route. `ANY` answers those that have no route of their own.
pub(super) fn method_of(config: &Config, key: &RouteKey) -> Option<Method> {
    let sent = [Method::Get, Method::Post, Method::Put, Method::Patch, Method::Delete, Method::Head];
    let own = |method: &Method| config.routes.contains_key(&RouteKey { path: key.path.clone(), method: *method });
    if key.method == Method::Any { sent.into_iter().find(|method| !own(method)) } else { Some(key.method) }
}

/// `ANY` is no method of a request.
pub(super) fn sent(method: Method) -> Method {
    if method == Method::Any { Method::Get } else { method }
}

/// The request that a route's `check` describes. It comes from a page, unless it says itself where it comes from: then
/// its check says as well that this page can read the response.
fn asked(cors: Option<&Cors>, (key, route): (&RouteKey, &Route), check: &config::Check) -> Probe {
    let mut path = path(&key.path, |name| check.path.get(name).map(String::as_str));
    add_query(&mut path, &check.query);
    let mut headers: Vec<(String, String)> =
        check.headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    if let Some(media_type) = check.body.as_ref().map(media_type)
        && !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("Content-Type"))
    {
        headers.push(("Content-Type".into(), media_type.into()));
    }
    let token = wanted(&route.auth).filter(|_| route.is_checked_as_user());
    let function = calls(route, token).then(|| route.function.clone());
    let own = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("Origin")).map(|(_, origin)| origin.clone());
    let page = own.as_ref().and_then(|own| cors.filter(|cors| cors.allows(own)).map(|cors| Page::of(cors, own)));
    let reader = cors.filter(|_| own.is_none() && function.is_some()).map(Page::first);
    headers.extend(reader.as_ref().map(Page::header));
    Probe {
        method: sent(check.method.unwrap_or(key.method)),
        path,
        headers,
        body: check.body.as_ref().map(body),
        caller: token.map_or(Caller::Nobody, Caller::User),
        expected: Expected { status: Some(check.status), page, body: check.body_match.clone(), ..Expected::default() },
        function,
        reader,
    }
}

/// Whether a request comes as far as the function.
fn calls(route: &Route, token: Option<TokenUse>) -> bool {
    route.auth == Auth::None || token.is_some()
}

fn media_type(body: &Value) -> &'static str {
    if body.is_string() { "text/plain; charset=utf-8" } else { "application/json" }
}

fn body(body: &Value) -> Bytes {
    match body {
        Value::String(text) => text.clone().into(),
        value => value.to_string().into(),
    }
}

/// A path with values in the place of its variables.
pub(super) fn path<'v>(path: &str, value: impl Fn(&str) -> Option<&'v str>) -> String {
    let filled = parts(path).map(|part| {
        let Some(name) = part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) else {
            return encoded(part);
        };
        match name.strip_suffix('+') {
            // What takes the rest of a path takes slashes too.
            Some(name) => {
                let steps = value(name).unwrap_or(ANYTHING).split('/');
                steps.map(encoded).collect::<Vec<_>>().join("/")
            }
            None => encoded(value(name).unwrap_or(ANYTHING)),
        }
    });
    format!("/{}", filled.collect::<Vec<_>>().join("/"))
}
