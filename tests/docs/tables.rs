//! The tables of exit codes and environment variables.

use std::{collections::BTreeSet, fs};

use super::{
    page::{self, Page},
    root,
};
use crate::architecture::source::sources;

fn first_cells(heading: &str) -> BTreeSet<String> {
    let section = page::section(&Page::read("docs/exit-codes.md").text, heading);
    page::rows(&section).into_iter().map(|row| row[0].clone()).collect()
}

#[test]
fn the_table_of_exit_codes_is_that_of_the_source() {
    let source = fs::read_to_string(root().join("src/exit.rs")).unwrap();
    let codes = source.lines().filter_map(|line| line.trim().strip_suffix(',')?.split_once(" = "));
    let codes: BTreeSet<String> = codes.map(|(_, code)| code.to_owned()).collect();
    assert!(codes.len() > 5);
    assert_eq!(first_cells("Exit codes"), codes);
}

#[test]
fn every_variable_of_the_command_line_is_in_the_table() {
    let cells = first_cells("Environment variables");
    let command = stackctl::command_line();
    let variables = command.get_arguments().filter_map(|argument| argument.get_env());
    let variables: Vec<String> = variables.map(|name| format!("`{}`", name.to_string_lossy())).collect();
    assert!(variables.len() > 5);
    let missing: Vec<_> = variables.iter().filter(|name| !cells.contains(*name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_table_of_events_is_that_of_the_source() {
    let text = Page::read("docs/json.md").text;
    let listed = page::rows(&text).into_iter().map(|row| page::bare(&row[0]));
    let listed: Vec<String> = listed.collect();
    let cards: Vec<String> = sources("src").into_iter().map(|source| source.text).collect();
    let cards = cards.iter().flat_map(|text| text.split("const EVENT: &'static str = \"").skip(1));
    let cards = cards.filter_map(|rest| rest.split('"').next()).map(str::to_owned);
    let events: BTreeSet<String> = cards.chain(variants("src/engine/event.rs", "enum Event")).collect();
    assert!(events.len() > 30, "{events:?}");
    assert_eq!(
        listed.iter().cloned().collect::<BTreeSet<_>>(),
        events,
        "docs/json.md lists other events than the source"
    );
    assert_eq!(listed.len(), events.len(), "an event is listed twice");
}

/// The names of the variants of an enum, as serde writes them in snake case.
fn variants(path: &str, head: &str) -> Vec<String> {
    let source = fs::read_to_string(root().join(path)).unwrap();
    let body = source.split_once(head).unwrap().1.split("\n}").next().unwrap().to_owned();
    let names =
        body.lines().filter_map(|line| line.strip_prefix("    ").filter(|rest| rest.starts_with(char::is_uppercase)));
    names.map(|name| snake(name.split(|c: char| !c.is_alphanumeric()).next().unwrap())).collect()
}

fn snake(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}
