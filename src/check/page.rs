//! Pages of other origins, as a browser lets them read what the API returns.

use std::collections::BTreeSet;

use bytes::Bytes;
use http::{
    HeaderName, Response,
    header::{ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS},
};

use super::{
    expected::{Expected, list, shown},
    probe::{self, Caller, Probe, method_of, path, sent},
};
use crate::config::{Auth, Config, Cors, Method, Route, RouteKey};

/// What stands for `*` in the origin of a page.
const ANY: &str = "stackctl-check";

/// A page of another origin that is to read a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Page {
    /// Its origin, as a browser sends it.
    origin: String,
    /// The very origin that the response names; without it either this one or `*`, as a browser takes them.
    named: Option<String>,
    /// Whether it sends credentials.
    credentials: bool,
    /// The headers that it reads, where the response has them.
    exposed: BTreeSet<String>,
}

impl Page {
    /// A page of this origin.
    pub(super) fn of(cors: &Cors, origin: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            named: None,
            credentials: cors.allow_credentials,
            exposed: cors.exposed_headers.clone(),
        }
    }

    /// A page of an allowed origin, or of one that matches an allowed pattern.
    fn allowed(cors: &Cors, allowed: &str) -> Self {
        let origin = if allowed == "*" { "https://stackctl.invalid".into() } else { allowed.replace('*', ANY) };
        Self::of(cors, &origin)
    }

    /// A page of the first allowed origin.
    pub(super) fn first(cors: &Cors) -> Self {
        let exact = cors.allowed_origins.iter().find(|origin| !origin.contains('*'));
        let first = exact.or(cors.allowed_origins.first()).map_or("*", String::as_str);
        Self::allowed(cors, first)
    }

    /// The page that reads a response of API Gateway itself: there the origin is as it is configured.
    pub(super) fn of_gateway(self, cors: &Cors) -> Self {
        let named = if cors.allowed_origins.contains("*") { "*".to_owned() } else { self.origin.clone() };
        Self { named: Some(named), ..self }
    }

    /// The header by which a browser tells where the page is from.
    pub(super) fn header(&self) -> (String, String) {
        ("Origin".into(), self.origin.clone())
    }

    /// Why a browser keeps a response from the page, each a sentence without its end.
    pub(super) fn kept_from(&self, response: &Response<Bytes>) -> Vec<String> {
        let origin =
            one(response, &ACCESS_CONTROL_ALLOW_ORIGIN, self.named.as_deref().unwrap_or(&self.origin), |value| {
                match &self.named {
                    Some(named) => value == named,
                    None => value == self.origin || value == "*" && !self.credentials,
                }
            });
        let credentials = self
            .credentials
            .then(|| one(response, &ACCESS_CONTROL_ALLOW_CREDENTIALS, "true", |value| value == "true"))
            .flatten();
        let has = |name: &&String| name.parse::<HeaderName>().is_ok_and(|name| response.headers().contains_key(name));
        let exposed = self.exposed.iter().filter(has).cloned().collect();
        let exposed = list(response, &ACCESS_CONTROL_EXPOSE_HEADERS, &exposed).filter(|_| !self.exposes_all(response));
        [origin, credentials, exposed].into_iter().flatten().collect()
    }

    fn exposes_all(&self, response: &Response<Bytes>) -> bool {
        let exposed = response.headers().get(ACCESS_CONTROL_EXPOSE_HEADERS);
        !self.credentials && exposed.is_some_and(|value| value == "*")
    }
}

/// What is wrong with a header that browsers take once only.
fn one(response: &Response<Bytes>, name: &HeaderName, wanted: &str, fits: impl Fn(&str) -> bool) -> Option<String> {
    let values: Vec<&str> =
        response.headers().get_all(name).iter().map(|value| value.to_str().unwrap_or_default()).collect();
    match values[..] {
        [value] if fits(value) => None,
        _ => Some(shown(name, &values, wanted)),
    }
}

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
fn on(config: &Config, fits: impl Fn(Method) -> bool) -> BTreeSet<&str> {
    config.routes.keys().filter(|key| fits(key.method)).map(|key| key.path.as_str()).collect()
}

fn preflight(config: &Config, path: &str, (cors, origin): (&Cors, &str)) -> Probe {
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
    let probe = |(key, route): (&RouteKey, &Route)| Probe {
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

fn is_public_get(config: &Config, (key, route): (&RouteKey, &Route)) -> bool {
    let gets = method_of(config, key) == Some(Method::Get) && !key.path.contains('{');
    route.check.is_none() && route.auth == Auth::None && gets
}

/// The routes to functions that no request of a check calls as a page does.
pub(super) fn cors_unknown(config: &Config) -> Vec<String> {
    let called: BTreeSet<String> =
        probe::of_config(config).into_iter().chain(public_gets(config)).filter_map(|probe| probe.function).collect();
    let unknown =
        |(key, route): &(&RouteKey, &Route)| key.method != Method::Options && !called.contains(&route.function);
    let routes = config.routes.iter().filter(|_| config.cors.is_some()).filter(unknown);
    routes.map(|(key, _)| key.to_string()).collect()
}
