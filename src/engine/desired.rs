//! What is to be: every thing of the stack with its settings and its edges.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    input::{Lookup, OutputRef, referred, sorted, substitute},
    key::Key,
    record::State,
};

/// The whole stack as it is to be. Total: every setting is filled in, and `null` means that AWS may choose.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Desired {
    nodes: BTreeMap<Key, Node>,
}

/// One thing as it is to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// The settings, in the shape of the kind's spec; they may hold symbols.
    pub spec: Value,
    /// The things it needs besides those its symbols point at.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub after: BTreeSet<Key>,
}

impl Desired {
    /// Adds a thing; its needs are the keys in `after` and all that its symbols point at.
    ///
    /// # Panics
    /// When the spec is not plain data (a map with keys that are not text).
    pub fn add(&mut self, key: Key, spec: &impl Serialize, after: impl IntoIterator<Item = Key>) {
        let spec = serde_json::to_value(spec).expect("specs are plain data");
        self.nodes.insert(key, Node { spec, after: after.into_iter().collect() });
    }

    /// Adds needs to those of a resource.
    pub fn need(&mut self, key: &Key, needs: impl IntoIterator<Item = Key>) {
        if let Some(node) = self.nodes.get_mut(key) {
            node.after.extend(needs);
        }
    }

    /// The things by key.
    #[must_use]
    pub fn nodes(&self) -> &BTreeMap<Key, Node> {
        &self.nodes
    }

    pub(super) fn nodes_mut(&mut self) -> impl Iterator<Item = (&Key, &mut Node)> {
        self.nodes.iter_mut()
    }

    /// Replaces texts in the settings, a symbol for a text being made by [`text`](super::text). A list with such a text is
    /// a set, which is sorted anew.
    pub fn replace_texts(&mut self, replacement: impl Fn(&str) -> Option<Value>) {
        for node in self.nodes.values_mut() {
            replace_texts(&mut node.spec, &replacement);
        }
    }

    /// The same without all other things. What these need stays named, and what they refer to of the others is as it is
    /// recorded.
    #[must_use]
    pub fn only(&self, keys: &BTreeSet<Key>, state: &State) -> Self {
        let others = OthersAsRecorded { keys, state };
        let nodes = self.nodes.iter().filter(|(key, _)| keys.contains(key));
        let only = |node: &Node| Node { spec: substitute(&node.spec, &others), after: node.needs() };
        Self { nodes: nodes.map(|(key, node)| (key.clone(), only(node))).collect() }
    }

    /// The things that are another in `before`, or in one of both only.
    #[must_use]
    pub fn differing(&self, before: &Self) -> BTreeSet<Key> {
        let keys = self.nodes.keys().chain(before.nodes.keys());
        keys.filter(|key| self.get(key) != before.get(key)).cloned().collect()
    }

    /// One thing.
    #[must_use]
    pub fn get(&self, key: &Key) -> Option<&Node> {
        self.nodes.get(key)
    }
}

/// The recorded outputs of all things but these.
struct OthersAsRecorded<'a> {
    keys: &'a BTreeSet<Key>,
    state: &'a State,
}

impl Lookup for OthersAsRecorded<'_> {
    fn output(&self, reference: &OutputRef) -> Option<Value> {
        let recorded = self.state.resources.get(&reference.key).filter(|_| !self.keys.contains(&reference.key))?;
        recorded.outputs.get(&reference.output).cloned()
    }

    fn spec(&self, _key: &Key) -> Option<&Value> {
        None
    }
}

/// Says whether a text was replaced, and not only something inside the value.
fn replace_texts(value: &mut Value, replacement: &impl Fn(&str) -> Option<Value>) -> bool {
    match value {
        Value::String(text) => {
            let Some(new) = replacement(text) else { return false };
            *value = new;
            return true;
        }
        Value::Array(items) => {
            let mut replaced = false;
            for item in items.iter_mut() {
                replaced |= replace_texts(item, replacement);
            }
            if replaced {
                *items = sorted(std::mem::take(items));
            }
        }
        Value::Object(members) => {
            for member in members.values_mut() {
                replace_texts(member, replacement);
            }
        }
        _ => {}
    }
    false
}

impl Node {
    /// Everything that must be settled before this thing.
    #[must_use]
    pub fn needs(&self) -> BTreeSet<Key> {
        let mut needs = referred(&self.spec);
        needs.extend(self.after.iter().cloned());
        needs
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::engine::{
        input::{TextPart, text},
        record::StackIdentity,
    };

    fn key(text: &str) -> Key {
        text.parse().unwrap()
    }

    /// A function that refers to a pool, and says so as a text that is replaced.
    fn referring() -> Desired {
        let mut desired = Desired::default();
        let spec = json!({ "variables": { "POOL": "<pool>", "PLAIN": "p" }, "set": ["x", "<pool>", "<name>", "b"] });
        desired.add(key("lambda_function.a"), &spec, []);
        desired.add(key("user_pool.main"), &json!({}), []);
        desired.replace_texts(|written| match written {
            "<pool>" => {
                let id = TextPart::Ref(key("user_pool.main").output("id"));
                Some(text(vec![TextPart::Literal("a-".into()), id, TextPart::Literal(String::new())]))
            }
            "<name>" => Some(json!("n")),
            _ => None,
        });
        desired
    }

    #[test]
    fn a_text_with_a_reference_makes_a_need() {
        let node = referring().get(&key("lambda_function.a")).cloned().unwrap();
        let symbol = json!({ "$text": ["a-", { "$ref": "user_pool.main#id" }] });
        assert_eq!(node.spec, json!({ "variables": { "POOL": symbol, "PLAIN": "p" }, "set": ["x", symbol, "n", "b"] }));
        assert_eq!(node.needs(), [key("user_pool.main")].into());
    }

    #[test]
    fn a_part_of_the_stack_refers_to_the_rest_as_recorded() {
        let mut state = State::new(StackIdentity {
            stack: "shop".into(),
            stage: "dev".into(),
            region: "eu-west-1".into(),
            account: "123456789012".into(),
            endpoint: None,
        });
        let pool = json!({ "outputs": { "id": "p1" }, "needs": [] });
        state.resources.insert(key("user_pool.main"), serde_json::from_value(pool).unwrap());
        let function = [key("lambda_function.a")].into();
        let node = referring().only(&function, &state).get(&key("lambda_function.a")).cloned().unwrap();
        assert_eq!(node.spec, json!({ "variables": { "POOL": "a-p1", "PLAIN": "p" }, "set": ["a-p1", "b", "n", "x"] }));
        assert_eq!(node.needs(), [key("user_pool.main")].into());
    }
}
