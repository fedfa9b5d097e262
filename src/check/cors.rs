//! The requests that a browser makes for a page of another origin.

use std::collections::BTreeSet;

use super::{
    expected::Expected,
    page::Page,
    probe::{Caller, Probe, method_of, path, sent},
};
use crate::config::{Config, Cors, Method, RouteAuth, RouteConfig, RouteKey};

/// A preflight of each path, but where a function answers `OPTIONS` itself; from every origin of the first path.
pub(super) fn preflights(config: &Config, cors: &Cors) -> Vec<Probe> {
    let own: BTreeSet<&str> = on(config, |method| method == Method::Options);
    let paths = on(config, |_| true).into_iter().filter(|path| !own.contains(path));
    let probes = paths.enumerate().flat_map(|(at, path)| {
        let origins = cors.allowed_origins.iter().take(if at == 0 { usize::MAX } else { 1 });
        origins.map(move |origin| preflight(config, path, (cors, origin)))
    });
    probes.collect()
}

/// The paths with a route of such a method.
pub(super) fn on(config: &Config, fits: impl Fn(Method) -> bool) -> BTreeSet<&str> {
    config.routes.keys().filter(|key| fits(key.method)).map(|key| key.path.as_str()).collect()
}

pub(super) fn preflight(config: &Config, path: &str, (cors, origin): (&Cors, &str)) -> Probe {
    let methods = config.routes.keys().filter(|key| key.path == path).map(|key| sent(key.method));
    let methods: BTreeSet<Method> = methods.collect();
    let first = methods.iter().next().copied().unwrap_or(Method::Get);
    let answered = || methods.iter().map(ToString::to_string).collect();
    let page = Page { exposed: BTreeSet::new(), ..Page::allowed(cors, origin).of_gateway(cors) };
    Probe {
        method: Method::Options,
        path: self::path(path, |_| None),
        headers: vec![
            page.header(),
            ("Access-Control-Request-Method".into(), first.to_string()),
            ("Access-Control-Request-Headers".into(), "Authorization".into()),
        ],
        body: None,
        caller: Caller::Browser,
        expected: Expected {
            status: Some(200),
            page: Some(page),
            methods: if cors.allowed_methods.is_empty() { answered() } else { cors.allowed_methods.clone() },
            headers: cors.allowed_headers.clone(),
            body: None,
        },
        function: None,
        reader: None,
    }
}

/// Requests of a page to the routes that it may call without being known and without changing anything, as far as no
/// `check` calls them anyway: nothing is asked of the responses but that the page can read them.
pub(super) fn public_gets(config: &Config) -> Vec<Probe> {
    let Some(cors) = &config.cors else { return Vec::new() };
    let page = Page::first(cors);
    let probe = |(key, route): (&RouteKey, &RouteConfig)| Probe {
        method: Method::Get,
        path: path(&key.path, |_| None),
        headers: vec![page.header()],
        body: None,
        caller: Caller::Nobody,
        expected: Expected::default(),
        function: Some(route.function.clone()),
        reader: Some(page.clone()),
    };
    config.routes.iter().filter(|route| is_public_get(config, *route)).map(probe).collect()
}

pub(super) fn is_public_get(config: &Config, (key, route): (&RouteKey, &RouteConfig)) -> bool {
    let gets = method_of(config, key) == Some(Method::Get) && !key.path.contains('{');
    route.check.is_none() && route.auth == RouteAuth::None && gets
}
