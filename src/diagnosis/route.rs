//! Matches a request to a route of the config.

use std::{collections::BTreeSet, fmt};

use percent_encoding::percent_decode_str;

use crate::config::{Config, Method, RouteAuth, RouteConfig, RouteKey, closest, parts};

/// The part of the config that handles a request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum RouteTarget<'c> {
    Route(&'c RouteKey, &'c RouteConfig),
    /// The CORS preflight response of API Gateway, for a path.
    Preflight(&'c str),
}

/// Why no route matches a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NoRoute {
    /// No route has a matching path.
    Path {
        /// A route with a similar path.
        close: Option<String>,
    },
    /// Routes match the path, but not the method.
    Method {
        /// The path as written in the config.
        path: String,
        methods: Vec<Method>,
    },
    /// The request path contains a variable instead of a value.
    Variable {
        /// The variable, such as `{id}`.
        variable: String,
        example: String,
    },
}

impl RouteTarget<'_> {
    /// The authorization of the route.
    pub(crate) fn auth(&self) -> &RouteAuth {
        match self {
            Self::Route(_, route) => &route.auth,
            Self::Preflight(_) => &RouteAuth::None,
        }
    }

    /// The function of the route; `None` if API Gateway itself responds.
    pub(crate) fn function(&self) -> Option<&str> {
        match self {
            Self::Route(_, route) => Some(&route.function),
            Self::Preflight(_) => None,
        }
    }
}

impl fmt::Display for RouteTarget<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Route(key, _) => key.fmt(formatter),
            Self::Preflight(path) => write!(formatter, "OPTIONS {path}"),
        }
    }
}

/// Finds the route of a request, as API Gateway does: the most specific path that has the method or `ANY`. Paths
/// without the method are skipped, so `OPTIONS /x` matches `ANY /{proxy+}` if `/x` only has POST.
///
/// # Errors
/// When no route matches.
pub(crate) fn find<'c>(config: &'c Config, method: &str, path: &str) -> Result<RouteTarget<'c>, NoRoute> {
    // API Gateway ignores further slashes at the start, and one at the end. Those in between make empty segments.
    let trimmed = path.trim_start_matches('/');
    let below = format!("/{}", trimmed.strip_suffix('/').unwrap_or(trimmed));
    let steps: Vec<&str> = parts(&below).collect();
    if let Some(variable) = steps.iter().find(|step| step.starts_with('{') && step.ends_with('}')) {
        let value = if variable.ends_with("+}") { "a/b" } else { "1" };
        return Err(NoRoute::Variable { variable: (*variable).to_owned(), example: path.replace(variable, value) });
    }
    let fits = config.routes.keys().filter_map(|key| Some((rank(key, &steps)?, key.path.as_str())));
    let fits: BTreeSet<(Vec<u8>, &str)> = fits.collect();
    let Some((_, first)) = fits.first() else { return Err(no_path(config, method, path)) };
    let answers = fits.iter().find_map(|(_, path)| on_path(config, method, path));
    answers.ok_or_else(|| NoRoute::Method {
        path: (*first).to_owned(),
        methods: config.routes.keys().filter(|key| key.path == *first).map(|key| key.method).collect(),
    })
}

/// The route or preflight for a method on a path of the config.
fn on_path<'c>(config: &'c Config, method: &str, path: &'c str) -> Option<RouteTarget<'c>> {
    let with = |word: &str| config.routes.iter().find(|(key, _)| key.path == path && key.method.as_str() == word);
    if let Some((key, route)) = with(method) {
        return Some(RouteTarget::Route(key, route));
    }
    // A path with `ANY` also has a preflight response.
    if method == Method::Options.as_str() && config.cors.is_some() {
        return Some(RouteTarget::Preflight(path));
    }
    with(Method::Any.as_str()).map(|(key, route)| RouteTarget::Route(key, route))
}

/// How well a path matches; lower is better. For each segment, a literal has precedence over `{name}`, and `{name}`
/// over `{proxy+}`.
fn rank(key: &RouteKey, steps: &[&str]) -> Option<Vec<u8>> {
    let mut rank = Vec::new();
    for (at, part) in key.parts().enumerate() {
        let step = steps.get(at)?;
        if part.ends_with("+}") && steps[at..].iter().all(|step| step.is_empty()) {
            return None;
        }
        if part.ends_with("+}") {
            rank.push(2);
            return Some(rank);
        }
        let variable = part.starts_with('{');
        if step.is_empty() || !variable && percent_decode_str(step).decode_utf8_lossy() != part {
            return None;
        }
        rank.push(u8::from(variable));
    }
    (rank.len() == steps.len()).then_some(rank)
}

/// Suggests a route with a similar path: the method is rarely mistyped.
fn no_path(config: &Config, method: &str, path: &str) -> NoRoute {
    let close = closest(path, config.routes.keys().map(|key| key.path.as_str())).and_then(|close| {
        let mut on_it = config.routes.keys().filter(|key| key.path == close);
        let same = on_it.clone().find(|key| key.method.as_str() == method);
        same.or_else(|| on_it.next()).map(ToString::to_string)
    });
    NoRoute::Path { close }
}
