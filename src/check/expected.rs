//! The answer that a request must get, and what is wrong with another one.

use std::collections::BTreeSet;

use bytes::Bytes;
use http::{
    Response, StatusCode,
    header::{ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS},
};
use serde_json::Value;

use super::page::{Page, list};

/// The answer that a request must get.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Expected {
    /// Its status, where that matters.
    pub(super) status: Option<u16>,
    /// The page that can read it.
    pub(super) page: Option<Page>,
    /// Methods that a script may use.
    pub(super) methods: BTreeSet<String>,
    /// Headers that a script may send.
    pub(super) headers: BTreeSet<String>,
    pub(super) body: Option<Value>,
}

impl Expected {
    /// What is wrong with an answer, each a sentence without its end.
    pub(super) fn wrong(&self, answer: &Response<Bytes>) -> Vec<String> {
        let methods = list(answer, &ACCESS_CONTROL_ALLOW_METHODS, &self.methods);
        let headers = list(answer, &ACCESS_CONTROL_ALLOW_HEADERS, &self.headers);
        let page = self.page.iter().flat_map(|page| page.kept_from(answer));
        let status = self.status(answer.status()).into_iter();
        status.chain(page).chain([methods, headers, self.body(answer)].into_iter().flatten()).collect()
    }

    fn status(&self, status: StatusCode) -> Option<String> {
        let wanted = self.status.filter(|wanted| status.as_u16() != *wanted)?;
        Some(format!("the response is {}, not {wanted}", status.as_u16()))
    }

    fn body(&self, answer: &Response<Bytes>) -> Option<String> {
        let wanted = self.body.as_ref()?;
        if let Value::String(text) = wanted {
            let holds = String::from_utf8_lossy(answer.body()).contains(text.as_str());
            return (!holds).then(|| format!("the body does not contain `{text}`"));
        }
        let Ok(body) = serde_json::from_slice(answer.body()) else {
            return Some(format!("the body is not JSON; expected {wanted}"));
        };
        (!holds(&body, wanted)).then(|| format!("the body does not contain {wanted}"))
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
