//! CONTRIBUTING.md says what each dependency is for.

use std::{collections::BTreeMap, fs};

use super::page::{Page, bare, rows, section};

/// The packages and the kinds of dependencies, as the table names them.
const USERS: [(&str, &str, &str); 3] = [
    ("Cargo.toml", "\n[dependencies]\n", "stackctl"),
    ("local/Cargo.toml", "\n[dependencies]\n", "emulator"),
    ("Cargo.toml", "\n[dev-dependencies]\n", "tests"),
];

#[test]
fn every_dependency_is_in_the_table_with_what_it_is_for() {
    let mut declared: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (manifest, heading, user) in USERS {
        let text = fs::read_to_string(super::root().join(manifest)).unwrap();
        let (_, dependencies) = text.split_once(heading).unwrap();
        let dependencies = dependencies.split("\n[").next().unwrap_or_default();
        for line in dependencies.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            let name = line.split([' ', '.']).next().unwrap_or_default();
            declared.entry(name.to_owned()).or_default().push(user);
        }
    }
    let mut listed: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    let contributing = Page::read("CONTRIBUTING.md").text;
    let rows = rows(&section(&contributing, "Dependencies"));
    for row in &rows {
        let [names, users, purpose] = row.as_slice() else { panic!("a row of three cells: {row:?}") };
        assert!(!purpose.is_empty(), "{names} is for nothing");
        let users: Vec<&str> = if users == "both" { vec!["stackctl", "emulator"] } else { users.split(", ").collect() };
        for name in names.split(", ") {
            assert_eq!(listed.insert(bare(name), users.clone()), None, "{name} is listed twice");
        }
    }
    assert_eq!(listed, declared);
}
