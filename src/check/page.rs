//! Pages of other origins, as a browser lets them read what the API returns.

use std::collections::BTreeSet;

use bytes::Bytes;
use http::{
    HeaderName, Response,
    header::{ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS},
};

use crate::config::Cors;

/// What stands for `*` in the origin of a page.
const ANY: &str = "stackctl-check";

/// A page of another origin that is to read a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Page {
    /// Its origin, as a browser sends it.
    pub(super) origin: String,
    /// The very origin that the response names; without it either this one or `*`, as a browser takes them.
    pub(super) named: Option<String>,
    /// Whether it sends credentials.
    pub(super) credentials: bool,
    /// The headers that it reads, where the response has them.
    pub(super) exposed: BTreeSet<String>,
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
    pub(super) fn allowed(cors: &Cors, allowed: &str) -> Self {
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

/// What is wrong with a header that lists something: it may list more.
pub(super) fn list(answer: &Response<Bytes>, name: &HeaderName, wanted: &BTreeSet<String>) -> Option<String> {
    if wanted.is_empty() {
        return None;
    }
    let lists_all = |value: &str| {
        let listed: BTreeSet<String> = value.split(',').map(|one| one.trim().to_lowercase()).collect();
        wanted.iter().all(|one| listed.contains(&one.to_lowercase()))
    };
    let values = answer.headers().get_all(name).iter().map(|value| value.to_str().unwrap_or_default());
    let values: Vec<&str> = values.collect();
    let all = wanted.iter().map(String::as_str).collect::<Vec<_>>().join(",");
    (!lists_all(&values.join(","))).then(|| shown(name, &values, &all))
}

/// That a header is not there, or is another one than it was to be.
pub(super) fn shown(name: &HeaderName, values: &[&str], wanted: &str) -> String {
    if values.is_empty() {
        return format!("it has no `{name}`, which was to be `{wanted}`");
    }
    format!("its `{name}` is `{}`, not `{wanted}`", values.join(", "))
}
