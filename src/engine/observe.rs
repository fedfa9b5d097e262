//! What is there now.

use std::collections::BTreeMap;

use super::{
    Key,
    resource::{Search, Sight},
};

/// What a look at the cloud came to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Observed {
    /// What was recorded, as it is now; `None` when it is gone.
    pub recorded: BTreeMap<Key, Option<Sight>>,
    /// What was looked for because an intent says that it may exist.
    pub found: BTreeMap<Key, Search>,
    /// How many records of people's data the precious things hold that are to go.
    pub holdings: BTreeMap<Key, u64>,
}
