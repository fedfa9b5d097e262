//! The config of a toy stack, from which the toy kinds are wired.

use std::collections::{BTreeMap, BTreeSet};

use stackctl::engine::{Desired, Input, Key, Part};

use super::kinds::{INDEX, IndexSpec, JAR, JarSpec, LABEL, LabelSpec, SHELF, ShelfSpec};

/// A toy stack: some shelves, one jar on the first of them, labels on the jar, and an index of the labels.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    pub shelves: BTreeMap<String, u32>,
    pub glass: String,
    pub lid: String,
    pub labels: BTreeMap<String, String>,
}

impl Config {
    pub fn new(shelves: &[(&str, u32)], lid: &str, labels: &[(&str, &str)]) -> Self {
        Self {
            shelves: shelves.iter().map(|(name, boards)| ((*name).to_owned(), *boards)).collect(),
            glass: "clear".into(),
            lid: lid.into(),
            labels: labels.iter().map(|(name, colour)| ((*name).to_owned(), (*colour).to_owned())).collect(),
        }
    }

    /// Two shelves, a jar and two labels.
    pub fn usual() -> Self {
        Self::new(&[("a", 3), ("b", 4)], "cork", &[("front", "red"), ("back", "blue")])
    }

    pub fn desired(&self) -> Desired {
        let mut desired = Desired::default();
        for (name, boards) in &self.shelves {
            let notes = [("secret".to_owned(), "hush".to_owned())].into();
            let spec = ShelfSpec { name: format!("toy-{name}"), boards: Some(*boards), notes };
            desired.add(Key::new(SHELF, name), &spec, []);
        }
        let jar = Key::new(JAR, "main");
        let home =
            self.shelves.keys().next().map_or_else(|| "floor".into(), |name| Key::new(SHELF, name).output("id").into());
        let (glass, lid) = (self.glass.clone(), self.lid.clone());
        desired.add(jar.clone(), &JarSpec { name: "jar".into(), glass, lid, shelf: home }, []);
        let mut parts = vec![Part::field(jar.clone(), "lid")];
        for (name, colour) in &self.labels {
            let key = Key::new(LABEL, name);
            let spec = LabelSpec { jar: jar.output("id").into(), name: name.clone(), colour: colour.clone() };
            desired.add(key.clone(), &spec, []);
            parts.push(Part::whole(key));
        }
        let top = IndexSpec { jar: jar.output("id").into(), fingerprint: Input::Digest(parts) };
        desired.add(Key::new(INDEX, "main"), &top, []);
        desired
    }

    /// The resources that callers need besides the index, as routes need functions.
    pub fn needs(&self) -> BTreeSet<Key> {
        let shelves = self.shelves.keys().map(|name| Key::new(SHELF, name));
        shelves.chain([Key::new(JAR, "main"), Key::new(INDEX, "main")]).collect()
    }
}
