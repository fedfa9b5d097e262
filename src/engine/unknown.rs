//! Settings that are not known: a comparison takes them as they are live.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::{desired::Desired, input::is_symbol, key::Key, observe::Observed};

/// A setting that was not compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NotCompared {
    /// Its path in the spec of its kind, joined by dots.
    pub field: String,
    /// Why it is not known.
    pub because: String,
}

impl Desired {
    /// Replaces every setting that is not known by the live one; `why` tells the reason of a text that is not known. A
    /// list with such a text is taken whole: its items have no names by which they could be compared.
    pub fn assume_live(
        &mut self,
        observed: &Observed,
        why: impl Fn(&str) -> Option<&str>,
    ) -> BTreeMap<Key, Vec<NotCompared>> {
        let mut assumed = BTreeMap::new();
        for (key, node) in self.nodes_mut() {
            let live = observed.recorded.get(key).or_else(|| observed.found.get(key)).and_then(|found| found.ours());
            let mut assume = Assume { why: &why, fields: Vec::new() };
            assume.value(&mut node.spec, live.map(|live| &live.spec), "");
            if !assume.fields.is_empty() {
                assumed.insert(key.clone(), assume.fields);
            }
        }
        assumed
    }
}

struct Assume<'a, W> {
    why: &'a W,
    fields: Vec<NotCompared>,
}

impl<W: Fn(&str) -> Option<&str>> Assume<'_, W> {
    /// Replaces what is not known in `wanted`; says whether the live value is missing, so that `wanted` has to go too.
    fn value(&mut self, wanted: &mut Value, live: Option<&Value>, path: &str) -> bool {
        if is_symbol(wanted) {
            return false;
        }
        if let Value::Object(members) = wanted {
            members.retain(|name, member| {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                !self.value(member, live.and_then(|live| live.get(name)), &path)
            });
            return false;
        }
        let Some(because) = self.reason(wanted) else { return false };
        self.fields.push(NotCompared { field: path.to_owned(), because });
        match live {
            Some(live) => {
                wanted.clone_from(live);
                false
            }
            None => true,
        }
    }

    fn reason(&self, value: &Value) -> Option<String> {
        match value {
            Value::String(text) => (self.why)(text).map(str::to_owned),
            Value::Array(items) => items.iter().find_map(|item| self.reason(item)),
            Value::Object(members) => members.values().find_map(|member| self.reason(member)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::engine::claim::{Found, Live};

    #[test]
    fn what_is_not_known_is_taken_as_it_is_live() {
        let key: Key = "lambda_function.hello".parse().unwrap();
        let mut desired = Desired::default();
        let wanted =
            json!({ "memory": 128, "environment": { "A": "?unset", "B": "b", "C": "?unset" }, "arns": ["x", "?"] });
        desired.add(key.clone(), &wanted, []);
        let live = json!({ "memory": 256, "environment": { "A": "secret", "B": "b" }, "arns": ["y"] });
        let found = Found::Ours(Live { outputs: Value::Null, spec: live });
        let observed = Observed { recorded: [(key.clone(), found)].into(), ..Observed::default() };
        let assumed = desired.assume_live(&observed, |text| text.strip_prefix('?'));
        let fields: Vec<_> = assumed[&key].iter().map(|one| (one.field.as_str(), one.because.as_str())).collect();
        assert_eq!(fields, [("environment.A", "unset"), ("environment.C", "unset"), ("arns", "")]);
        let spec = &desired.get(&key).unwrap().spec;
        assert_eq!(*spec, json!({ "memory": 128, "environment": { "A": "secret", "B": "b" }, "arns": ["y"] }));
    }
}
