//! Pages and parts of pages that are generated. `UPDATE_DOCS=1` writes them; otherwise a stale one is an error.

use std::{env, fs};

use super::{commands, config, events, operations, permissions, root};

const HINT: &str = "is stale: run `just docs-pages` and commit it";

#[test]
fn the_generated_pages_are_current() {
    expect("docs/config-reference.md", &config::reference());
    expect("docs/commands.md", &commands::reference());
    expect("docs/events.md", &events::page());
    expect("docs/emulator-operations.md", &operations::page());
    let parts = [("policy", permissions::policy()), ("operations", permissions::operations())];
    let page = fs::read_to_string(root().join("docs/permissions.md")).unwrap();
    expect("docs/permissions.md", &parts.iter().fold(page, |page, (name, part)| with_part(&page, name, part)));
}

fn expect(path: &str, generated: &str) {
    let file = root().join(path);
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&file, generated).unwrap();
    }
    assert!(fs::read_to_string(&file).unwrap_or_default() == generated, "{path} {HINT}");
}

/// A page with one of its generated parts replaced.
fn with_part(page: &str, name: &str, part: &str) -> String {
    let begin = format!("<!-- generated: {name} -->\n");
    let (before, rest) = page.split_once(&begin).unwrap_or_else(|| panic!("the page has no part `{name}`"));
    let (_, after) = rest.split_once("<!-- end -->").unwrap();
    format!("{before}{begin}\n{part}\n<!-- end -->{after}")
}

/// A table.
pub fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let row = |cells: Vec<String>| format!("| {} |\n", cells.join(" | ").replace("|  |", "| |").replace("|  |", "| |"));
    let head = row(head.iter().map(ToString::to_string).collect()) + "|" + &"---|".repeat(head.len()) + "\n";
    rows.iter().fold(head, |table, cells| table + &row(cells.iter().map(|cell| cell.replace('|', "\\|")).collect()))
}
