//! Tables: maps that know which of their rows have changed, so that a request writes exactly these.
//!
//! A row may have tables inside, as a user pool has users. They are saved row by row, not with the row they are in.

use std::{
    borrow::Borrow,
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
    fmt::{Debug, Display},
    ops::Deref,
    str::FromStr,
};

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned};

/// The characters of a key that would be read as part of a path.
const RESERVED: &AsciiSet = &CONTROLS.add(b'/').add(b'%');

thread_local! {
    /// Whether tables are left out of what this thread serializes.
    static SHALLOW: Cell<bool> = const { Cell::new(false) };
}

/// The key of a row.
pub(crate) trait Key: Ord + Clone + Display + FromStr {}

impl<K: Ord + Clone + Display + FromStr> Key for K {}

/// The value of a row: one saved entity.
pub(crate) trait Row: Serialize + DeserializeOwned {
    /// The tables inside, by the names of their fields.
    fn tables(&mut self) -> Vec<(&'static str, &mut dyn Stored)> {
        Vec::new()
    }

    /// The terms by which [`Table::find`] finds this row.
    fn terms(&self) -> Vec<String> {
        Vec::new()
    }
}

/// What is saved row by row.
pub(crate) trait Stored {
    /// Adds what changed since the last call; with `all`, every row.
    fn collect(&mut self, path: &str, all: bool, changes: &mut Changes) -> serde_json::Result<()>;

    /// Puts a saved row back. `path` has the keys and the names of tables that lead to it from here. An empty path only
    /// says that what is here is what is saved.
    fn restore(&mut self, path: &[&str], value: &[u8]) -> serde_json::Result<()>;

    /// Makes the next [`Stored::collect`] replace everything that is saved here.
    fn renew(&mut self);
}

/// One change of the saved rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    /// The row has this value now.
    Put(String, Vec<u8>),
    /// The row is gone, and everything below it.
    Remove(String),
    /// Everything below this path is gone.
    Clear(String),
}

/// The changes of one save, in order.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// `None` for an emulator in memory, which needs no values.
    pub(crate) list: Option<Vec<Change>>,
}

impl Changes {
    pub(crate) fn put(&mut self, path: &str, value: &impl Serialize) -> serde_json::Result<()> {
        if let Some(list) = &mut self.list {
            list.push(Change::Put(path.to_owned(), shallow(value)?));
        }
        Ok(())
    }

    pub(crate) fn push(&mut self, change: impl FnOnce() -> Change) {
        if let Some(list) = &mut self.list {
            list.push(change());
        }
    }
}

/// A value without the tables inside it, as JSON.
pub(crate) fn shallow(value: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    SHALLOW.set(true);
    let written = serde_json::to_vec(value);
    SHALLOW.set(false);
    written
}

/// Rows by key. Reads are those of a [`BTreeMap`].
#[derive(Debug)]
pub(crate) struct Table<K, V> {
    rows: BTreeMap<K, V>,
    /// The keys of the rows that may have changed since they were collected.
    touched: BTreeSet<K>,
    /// Whether this table replaces everything that is saved at its place: it is new there.
    whole: bool,
    /// The keys of the collected rows, by term.
    index: BTreeMap<String, BTreeSet<K>>,
    /// The terms of the collected rows that have any.
    terms: BTreeMap<K, Vec<String>>,
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        BTreeMap::new().into()
    }
}

impl<K, V> From<BTreeMap<K, V>> for Table<K, V> {
    fn from(rows: BTreeMap<K, V>) -> Self {
        Self { rows, touched: BTreeSet::new(), whole: true, index: BTreeMap::new(), terms: BTreeMap::new() }
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for Table<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(rows: I) -> Self {
        BTreeMap::from_iter(rows).into()
    }
}

impl<K: Clone, V: Clone> Clone for Table<K, V> {
    fn clone(&self) -> Self {
        self.rows.clone().into()
    }
}

impl<K: PartialEq, V: PartialEq> PartialEq for Table<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.rows == other.rows
    }
}

impl<K, V> Deref for Table<K, V> {
    type Target = BTreeMap<K, V>;

    fn deref(&self) -> &BTreeMap<K, V> {
        &self.rows
    }
}

impl<'a, K, V> IntoIterator for &'a Table<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = std::collections::btree_map::Iter<'a, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.rows.iter()
    }
}

impl<K: Serialize, V: Serialize> Serialize for Table<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if SHALLOW.get() { serializer.collect_map::<(), (), _>([]) } else { self.rows.serialize(serializer) }
    }
}

impl<'de, K: Ord + Deserialize<'de>, V: Deserialize<'de>> Deserialize<'de> for Table<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        BTreeMap::deserialize(deserializer).map(Self::from)
    }
}

impl<K: Key, V: Row> Table<K, V> {
    /// The row of a key, to be changed.
    pub(crate) fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let (found, _) = self.rows.get_key_value(key)?;
        self.touched.insert(found.clone());
        self.rows.get_mut(key)
    }

    /// The row of a key, created if there is none.
    pub(crate) fn get_or_insert_with(&mut self, key: K, new: impl FnOnce() -> V) -> &mut V {
        self.touched.insert(key.clone());
        self.rows.entry(key).or_insert_with(new)
    }

    /// Every row, to be changed.
    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.touched.extend(self.rows.keys().cloned());
        self.rows.values_mut()
    }

    pub(crate) fn insert(&mut self, key: K, mut value: V) -> Option<V> {
        value.tables().into_iter().for_each(|(_, table)| table.renew());
        self.touched.insert(key.clone());
        self.rows.insert(key, value)
    }

    pub(crate) fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let (key, value) = self.rows.remove_entry(key)?;
        self.touched.insert(key);
        Some(value)
    }

    pub(crate) fn retain(&mut self, keep: impl Fn(&K, &V) -> bool) {
        for (key, _) in self.rows.extract_if(.., |key, value| !keep(key, value)) {
            self.touched.insert(key);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.retain(|_, _| false);
    }

    /// The rows that may have this term: those that had it when they were collected, and all that may have changed since.
    pub(crate) fn find<'a>(&'a self, term: &str) -> impl Iterator<Item = (&'a K, &'a V)> + use<'a, K, V> {
        let indexed = self.index.get(term).into_iter().flatten();
        let recent = (!self.whole).then_some(&self.touched).into_iter().flatten();
        let every = self.whole.then_some(self.rows.keys()).into_iter().flatten();
        indexed.chain(recent).chain(every).filter_map(|key| self.rows.get_key_value(key))
    }

    fn reindex(&mut self, key: &K) {
        for term in self.terms.remove(key).unwrap_or_default() {
            if let Some(keys) = self.index.get_mut(&term) {
                keys.remove(key);
                if keys.is_empty() {
                    self.index.remove(&term);
                }
            }
        }
        let terms = self.rows.get(key).map(Row::terms).unwrap_or_default();
        for term in &terms {
            self.index.entry(term.clone()).or_default().insert(key.clone());
        }
        if !terms.is_empty() {
            self.terms.insert(key.clone(), terms);
        }
    }
}

/// The path of a row.
fn place(table: &str, key: &impl Display) -> String {
    format!("{table}/{}", utf8_percent_encode(&key.to_string(), RESERVED))
}

impl<K: Key, V: Row> Stored for Table<K, V> {
    fn collect(&mut self, path: &str, all: bool, changes: &mut Changes) -> serde_json::Result<()> {
        let all = all || self.whole;
        let keys = std::mem::take(&mut self.touched);
        let keys = if all { self.rows.keys().cloned().collect() } else { keys };
        if all {
            changes.push(|| Change::Clear(path.to_owned()));
        }
        self.whole = false;
        for key in &keys {
            self.reindex(key);
            let place = place(path, key);
            match self.rows.get_mut(key) {
                None => changes.push(|| Change::Remove(place)),
                Some(value) => {
                    changes.put(&place, value)?;
                    for (name, table) in value.tables() {
                        table.collect(&format!("{place}/{name}"), all, changes)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn restore(&mut self, path: &[&str], value: &[u8]) -> serde_json::Result<()> {
        self.whole = false;
        let Some((key, path)) = path.split_first() else { return Ok(()) };
        let Ok(key) = percent_decode_str(key).decode_utf8_lossy().parse::<K>() else { return Ok(()) };
        if path.is_empty() {
            let mut row: V = serde_json::from_slice(value)?;
            for (_, table) in row.tables() {
                table.restore(&[], &[])?;
            }
            self.rows.insert(key.clone(), row);
            self.reindex(&key);
            return Ok(());
        }
        match self.rows.get_mut(&key) {
            Some(row) => restore_in(row.tables(), path, value),
            None => Ok(()),
        }
    }

    fn renew(&mut self) {
        self.whole = true;
    }
}

/// Puts a saved row back into one of these tables.
pub(crate) fn restore_in(
    tables: Vec<(&'static str, &mut dyn Stored)>,
    path: &[&str],
    value: &[u8],
) -> serde_json::Result<()> {
    let Some((name, path)) = path.split_first() else { return Ok(()) };
    match tables.into_iter().find(|(table, _)| table == name) {
        Some((_, table)) => table.restore(path, value),
        None => Ok(()),
    }
}
