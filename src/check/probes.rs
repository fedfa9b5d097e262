//! The requests of a check: those of API Gateway itself, and those that the config asks for.

use std::collections::BTreeSet;

use bytes::Bytes;
use serde_json::Value;

use super::{
    cors::{preflights, public_gets},
    expected::Expected,
    page::Page,
    probe::{Caller, Probe, method_of, path, sent},
};
use crate::{
    config::{self, Config, Cors, Method, RouteAuth, RouteConfig, RouteKey},
    diagnosis::{TokenUse, wanted},
    http::add_query,
};

/// What API Gateway must answer by itself.
pub(super) fn of_gateway(config: &Config) -> Vec<Probe> {
    let rejections = config.routes.iter().flat_map(|(key, route)| rejections(config, key, route));
    let preflights = config.cors.iter().flat_map(|cors| preflights(config, cors));
    rejections.chain(preflights).collect()
}

/// The requests that the configuration asks for.
pub(super) fn of_config(config: &Config) -> Vec<Probe> {
    let checks = config.routes.iter().filter_map(|(key, route)| Some((key, route, route.check.as_ref()?)));
    checks.map(|(key, route, check)| asked(config.cors.as_ref(), (key, route), check)).collect()
}

/// A protected route rejects callers without a token, and those with one that is not the pool's.
pub(super) fn rejections(config: &Config, key: &RouteKey, route: &RouteConfig) -> Vec<Probe> {
    let (Some(token), Some(method)) = (wanted(&route.auth), method_of(config, key)) else { return Vec::new() };
    let page = config.cors.as_ref().map(|cors| Page::first(cors).of_gateway(cors));
    let rejection = |caller| Probe {
        method,
        path: path(&key.path, |_| None),
        headers: page.iter().map(Page::header).collect(),
        body: None,
        caller,
        expected: Expected { status: Some(401), page: page.clone(), ..Expected::default() },
        function: None,
        reader: None,
    };
    [Caller::Nobody, Caller::Forger(token)].map(rejection).into()
}

/// The request that a route's `check` describes. It comes from a page, unless it says itself where it comes from: then
/// its check says as well that this page can read the response.
pub(super) fn asked(cors: Option<&Cors>, (key, route): (&RouteKey, &RouteConfig), check: &config::RouteCheck) -> Probe {
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
pub(super) fn calls(route: &RouteConfig, token: Option<TokenUse>) -> bool {
    route.auth == RouteAuth::None || token.is_some()
}

pub(super) fn media_type(body: &Value) -> &'static str {
    if body.is_string() { "text/plain; charset=utf-8" } else { "application/json" }
}

pub(super) fn body(body: &Value) -> Bytes {
    match body {
        Value::String(text) => text.clone().into(),
        value => value.to_string().into(),
    }
}

/// The routes to functions that no request of a check calls as a page does.
pub(super) fn cors_unknown(config: &Config) -> Vec<String> {
    let called: BTreeSet<String> =
        of_config(config).into_iter().chain(public_gets(config)).filter_map(|probe| probe.function).collect();
    let unknown =
        |(key, route): &(&RouteKey, &RouteConfig)| key.method != Method::Options && !called.contains(&route.function);
    let routes = config.routes.iter().filter(|_| config.cors.is_some()).filter(unknown);
    routes.map(|(key, _)| key.to_string()).collect()
}
