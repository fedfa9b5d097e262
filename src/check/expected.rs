//! The answer that a request must get, and what is wrong with another one.

use std::collections::BTreeSet;

use bytes::Bytes;
use http::{
    HeaderName, Response, StatusCode,
    header::{ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN},
};
use serde_json::Value;

use crate::config::Method;

/// The answer that a request must get.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Expected {
    pub(super) status: u16,
    /// The origin that may read it.
    pub(super) origin: Option<String>,
    /// Methods that a script may use.
    pub(super) methods: BTreeSet<Method>,
    /// What its body holds.
    pub(super) body: Option<Value>,
}

impl Expected {
    /// What is wrong with an answer, each a sentence without its end.
    pub(super) fn wrong(&self, answer: &Response<Bytes>) -> Vec<String> {
        let checks = [self.status(answer.status()), self.origin(answer), self.methods(answer), self.body(answer)];
        checks.into_iter().flatten().collect()
    }

    fn status(&self, status: StatusCode) -> Option<String> {
        (status.as_u16() != self.status).then(|| format!("the answer is {}, not {}", status.as_u16(), self.status))
    }

    fn origin(&self, answer: &Response<Bytes>) -> Option<String> {
        let wanted = self.origin.as_deref()?;
        differs(answer, &ACCESS_CONTROL_ALLOW_ORIGIN, |value| value == wanted, wanted)
    }

    fn methods(&self, answer: &Response<Bytes>) -> Option<String> {
        let lacking = |value: &str| {
            let told: Vec<&str> = value.split(',').map(str::trim).collect();
            self.methods.iter().all(|method| told.contains(&method.as_str()))
        };
        let wanted = self.methods.iter().map(|method| method.as_str()).collect::<Vec<_>>().join(",");
        if wanted.is_empty() { None } else { differs(answer, &ACCESS_CONTROL_ALLOW_METHODS, lacking, &wanted) }
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
