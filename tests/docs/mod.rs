//! Keeps the documentation true: links lead somewhere, commands parse, named tests exist, generated pages are current.

mod commands;
mod config;
mod dependencies;
mod events;
mod generated;
mod operations;
pub mod page;
mod permissions;
mod shell;
mod tables;

use std::{collections::BTreeSet, ffi::OsString, fs, path::Path};

use page::{Page, pages};

use crate::architecture::source::sources;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Fails with a list of problems.
pub fn none(found: &[String]) {
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_link_leads_to_a_page_and_a_heading() {
    let all = pages();
    let mut found = Vec::new();
    for page in &all {
        for link in page.links().into_iter().filter(|link| !link.starts_with("https://")) {
            let (path, heading) = link.split_once('#').unwrap_or((&link, ""));
            let target = if path.is_empty() { page.path.clone() } else { page.path.with_file_name(path) };
            let target = page::normal(&target);
            let leaves_the_site = page.path.starts_with("docs") && !target.starts_with("docs");
            let known = all.iter().find(|other| other.path == target);
            let missing = !heading.is_empty() && known.is_none_or(|other| !other.anchors().contains(heading));
            if leaves_the_site || missing || !root().join(&target).exists() {
                found.push(format!("{}: {link}", page.path.display()));
            }
        }
    }
    none(&found);
}

#[test]
fn the_site_has_every_page_once() {
    let summary = Page::read("docs/SUMMARY.md");
    let listed: Vec<String> = summary.links();
    let set: BTreeSet<String> = listed.iter().cloned().collect();
    assert_eq!(set.len(), listed.len(), "a page is listed twice");
    let in_docs =
        pages().into_iter().filter_map(|page| Some(page.path.strip_prefix("docs").ok()?.display().to_string()));
    assert_eq!(set, in_docs.filter(|name| name != "SUMMARY.md").collect());
}

#[test]
fn every_command_in_the_documentation_parses() {
    let mut found = Vec::new();
    let mut count = 0;
    for page in pages() {
        for words in page.code().iter().flat_map(|code| shell::commands(code)) {
            count += 1;
            let arguments: Vec<OsString> = words.iter().map(Into::into).collect();
            if let Err(error) = stackctl::check_command_line(&arguments)
                && !shell::is_a_mention(&error)
            {
                found.push(format!("{}: {}: {error}", page.path.display(), words.join(" ")));
            }
        }
    }
    assert!(count > 100, "the pages were not read: {count} commands");
    none(&found);
}

#[test]
fn every_test_named_by_the_guarantees_exists() {
    let sources: Vec<String> = ["src", "tests"].map(sources).into_iter().flatten().map(|source| source.text).collect();
    let rows = page::rows(&Page::read("docs/guarantees.md").text);
    let named: Vec<String> = rows.iter().filter(|row| row.len() == 2).map(|row| page::bare(&row[1])).collect();
    assert!(named.len() > 40, "the tables were not read: {named:?}");
    let missing = named.into_iter().filter(|name| !sources.iter().any(|text| text.contains(&format!("fn {name}("))));
    none(&missing.map(|name| format!("docs/guarantees.md: there is no test `{name}`")).collect::<Vec<_>>());
}

#[test]
fn the_picture_has_every_label_of_its_source_in_light_and_dark() {
    let read = |name: &str| fs::read_to_string(root().join("docs/images").join(name)).unwrap();
    let source = read("stack.mmd");
    let labels: Vec<&str> = source.lines().filter(|line| !line.starts_with("%%")).flat_map(quoted).collect();
    assert!(labels.len() > 15, "{labels:?}");
    for picture in ["stack.light.svg", "stack.dark.svg"] {
        let missing: Vec<_> = labels.iter().filter(|label| !read(picture).contains(&format!(">{label}<"))).collect();
        assert!(missing.is_empty(), "{picture} has no {missing:?}");
    }
}

fn quoted(line: &str) -> Vec<&str> {
    line.split('"').skip(1).step_by(2).collect()
}
