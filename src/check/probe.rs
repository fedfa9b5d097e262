//! The requests of a check, as they follow from a configuration.

use std::fmt;

use bytes::Bytes;

use super::{expected::Expected, page::Page};
use crate::{
    config::{Config, Method, RouteKey, parts},
    diagnosis::TokenUse,
    http::encoded,
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
    /// A caller without a token.
    Nobody,
    /// A caller with a token that is not signed.
    Forger(TokenUse),
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
