//! Checks the README, and runs the tour of docs/getting-started.md block by block.

pub mod tour;

use std::{fs, path::Path, process::Command};

use crate::docs::page::{self, Page};

const STACKCTL: &str = env!("CARGO_BIN_EXE_stackctl");

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_tour_of_getting_started_works() {
    for tool in ["curl", "python3"] {
        let there = Command::new(tool).arg("--version").output().is_ok_and(|output| output.status.success());
        assert!(there, "the tour requires `{tool}`, which is not installed");
    }
    let blocks = page::blocks(&Page::read("docs/getting-started.md").text);
    assert!(blocks.len() > 8, "too few blocks were read");
    tour::take(&blocks, None);
}

#[test]
fn output_is_compared_line_by_line() {
    let told = "started http://127.0.0.1:7\n\na  created  0.3s\nb  created  1.2s\n2 created in 1.4s\nid abc\n";
    assert!(tour::matches("…\n2 created in 0.1s\nid …", told));
    assert!(tour::matches("started http://127.0.0.1:99\n…\nid a…c", told));
    assert!(!tour::matches("…\n3 created in 0.1s\n…", told));
    assert!(!tour::matches("…\n2 created in 0.1s", told));
    assert!(!tour::matches("id …", told));
}

#[test]
fn the_quick_start_has_two_commands_and_ci_calls_the_second() {
    let commands = page::first_fence(&page::section(&Page::read("README.md").text, "Quick start"));
    let commands: Vec<&str> = commands.lines().map(|line| line.split('#').next().unwrap_or_default().trim()).collect();
    assert_eq!(commands, ["cargo run -- up --local", "cargo test --workspace"]);
    let steps = fs::read_to_string(root().join(".ci/run")).unwrap();
    let first = steps.lines().find_map(|line| line.strip_prefix("step ")).unwrap();
    assert_eq!(first, commands[1]);
}

#[test]
fn the_readme_has_fewer_than_200_lines() {
    let lines = Page::read("README.md").text.lines().count();
    assert!(lines < 200, "{lines} lines");
}
