//! The answer that a request must get, and what is wrong with another one.

use std::collections::BTreeSet;

use bytes::Bytes;
use http::{
    HeaderName, Response, StatusCode,
    header::{ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN},
};
use serde_json::Value;

/// The answer that a request must get.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Expected {
    pub(super) status: u16,
    /// The origin that may read it.
    pub(super) origin: Option<String>,
    /// Methods that a script may use.
    pub(super) methods: BTreeSet<String>,
    /// Headers that a script may send.
    pub(super) headers: BTreeSet<String>,
    /// What its body holds.
    pub(super) body: Option<Value>,
}

impl Expected {
    /// What is wrong with an answer, each a sentence without its end.
    pub(super) fn wrong(&self, answer: &Response<Bytes>) -> Vec<String> {
        let methods = list(answer, &ACCESS_CONTROL_ALLOW_METHODS, &self.methods);
        let headers = list(answer, &ACCESS_CONTROL_ALLOW_HEADERS, &self.headers);
        let checks = [self.status(answer.status()), self.origin(answer), methods, headers, self.body(answer)];
        checks.into_iter().flatten().collect()
    }

    fn status(&self, status: StatusCode) -> Option<String> {
        (status.as_u16() != self.status).then(|| format!("the answer is {}, not {}", status.as_u16(), self.status))
    }

    fn origin(&self, answer: &Response<Bytes>) -> Option<String> {
        let wanted = self.origin.as_deref()?;
        differs(answer, &ACCESS_CONTROL_ALLOW_ORIGIN, |value| value == wanted, wanted)
    }

    fn body(&self, answer: &Response<Bytes>) -> Option<String> {
        let wanted = self.body.as_ref()?;
        if let Value::String(text) = wanted {
            let holds = String::from_utf8_lossy(answer.body()).contains(text.as_str());
            return (!holds).then(|| format!("the body does not hold `{text}`"));
        }
        let Ok(body) = serde_json::from_slice(answer.body()) else {
            return Some(format!("the body is not JSON, and was to hold {wanted}"));
        };
        (!holds(&body, wanted)).then(|| format!("the body does not hold {wanted}"))
    }
}

/// What is wrong with a header that lists something: it may list more.
fn list(answer: &Response<Bytes>, name: &HeaderName, wanted: &BTreeSet<String>) -> Option<String> {
    if wanted.is_empty() {
        return None;
    }
    let lists_all = |value: &str| {
        let listed: BTreeSet<&str> = value.split(',').map(str::trim).collect();
        wanted.iter().all(|one| listed.contains(one.as_str()))
    };
    let shown = wanted.iter().map(String::as_str).collect::<Vec<_>>().join(",");
    differs(answer, name, lists_all, &shown)
}

fn differs(answer: &Response<Bytes>, name: &HeaderName, fits: impl Fn(&str) -> bool, wanted: &str) -> Option<String> {
    match answer.headers().get(name).map(|value| value.to_str().unwrap_or_default()) {
        None => Some(format!("it has no `{name}`, which was to be `{wanted}`")),
        Some(value) if fits(value) => None,
        Some(value) => Some(format!("its `{name}` is `{value}`, not `{wanted}`")),
    }
}

/// Whether a value has all that is wanted of it: an object may have more members.
fn holds(value: &Value, wanted: &Value) -> bool {
    match (value, wanted) {
        (Value::Object(members), Value::Object(wanted)) => {
            wanted.iter().all(|(name, wanted)| members.get(name).is_some_and(|value| holds(value, wanted)))
        }
        _ => value == wanted,
    }
}
