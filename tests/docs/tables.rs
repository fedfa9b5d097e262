//! The tables of exit codes and environment variables.

use std::{collections::BTreeSet, fs};

use super::{
    page::{self, Page},
    root,
};

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
