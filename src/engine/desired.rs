//! What is to be: every thing of the stack with its settings and its edges.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{input::referred, key::Key};

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

    /// The same without all other things. What these need stays named.
    #[must_use]
    pub fn only(&self, keys: &BTreeSet<Key>) -> Self {
        let nodes = self.nodes.iter().filter(|(key, _)| keys.contains(key));
        Self { nodes: nodes.map(|(key, node)| (key.clone(), node.clone())).collect() }
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

impl Node {
    /// Everything that must be settled before this thing.
    #[must_use]
    pub fn needs(&self) -> BTreeSet<Key> {
        let mut needs = referred(&self.spec);
        needs.extend(self.after.iter().cloned());
        needs
    }
}
