//! What changes from one set of tags to another.

use std::collections::{BTreeMap, HashMap};

/// The tags to write and the names of those to remove.
pub(crate) struct TagChanges {
    pub(crate) written: HashMap<String, String>,
    pub(crate) removed: Vec<String>,
}

impl TagChanges {
    pub(crate) fn between(live: &BTreeMap<String, String>, want: &BTreeMap<String, String>) -> Self {
        let written = want.iter().filter(|(name, value)| live.get(*name) != Some(value));
        let removed = live.keys().filter(|name| !want.contains_key(*name));
        Self {
            written: written.map(|(name, value)| (name.clone(), value.clone())).collect(),
            removed: removed.cloned().collect(),
        }
    }
}
