//! Reads ARCHITECTURE.md.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

/// A section of the page: the text under a heading, up to the next one of its level.
fn section(heading: &str) -> String {
    let page = fs::read_to_string(super::root().join("ARCHITECTURE.md")).unwrap();
    let (_, rest) = page.split_once(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("no section `{heading}`"));
    rest.split("\n## ").next().unwrap_or_default().to_owned()
}

/// The cells of a table's rows, without the header.
fn rows(section: &str) -> Vec<Vec<String>> {
    let lines = section.lines().filter(|line| line.starts_with('|')).skip(2);
    lines.map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()).collect()
}

/// The texts in backticks.
fn quoted(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The table of which modules may use which.
pub fn who_may_use_whom() -> BTreeMap<String, BTreeSet<String>> {
    let rows = rows(&section("Who may use whom"));
    rows.iter().map(|row| (quoted(&row[0])[0].clone(), quoted(&row[1]).into_iter().collect())).collect()
}

/// The table of which rooms of the local emulator may use which.
pub fn rooms() -> BTreeMap<String, BTreeSet<String>> {
    let rows = rows(&section("The local emulator"));
    rows.iter().map(|row| (quoted(&row[0])[0].clone(), quoted(&row[1]).into_iter().collect())).collect()
}

/// The paths of the tree; folders end in a slash.
pub fn tree() -> BTreeSet<String> {
    let section = section("The tree");
    let drawing = section.split("```").nth(1).unwrap();
    drawing.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}
