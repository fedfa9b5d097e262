//! Keeps the README true: its tour is run block by block, its tables are compared with what they describe.

pub mod page;
pub mod tour;

use std::{fs, path::Path, process::Command};

use serde_json::Value;

const STACKCTL: &str = env!("CARGO_BIN_EXE_stackctl");

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_tour_of_the_readme_works() {
    for tool in ["curl", "python3"] {
        let there = Command::new(tool).arg("--version").output().is_ok_and(|output| output.status.success());
        assert!(there, "the README's tour uses `{tool}`, which this machine does not have");
    }
    let blocks = page::blocks(&page::section("A tour of five minutes"));
    assert!(blocks.len() > 8, "the tour was not read");
    tour::take(&blocks, None);
}

#[test]
fn what_the_readme_shows_is_compared_line_by_line() {
    let told = "started http://127.0.0.1:7\n\na  created  0.3s\nb  created  1.2s\n2 created in 1.4s\nid abc\n";
    assert!(tour::matches("…\n2 created in 0.1s\nid …", told));
    assert!(tour::matches("started http://127.0.0.1:99\n…\nid a…c", told));
    assert!(!tour::matches("…\n3 created in 0.1s\n…", told));
    assert!(!tour::matches("…\n2 created in 0.1s", told));
    assert!(!tour::matches("id …", told));
}

#[test]
fn the_readme_begins_with_two_commands_and_ci_calls_the_second() {
    let commands = page::first_fence();
    let commands: Vec<&str> = commands.lines().map(|line| line.split('#').next().unwrap_or_default().trim()).collect();
    assert_eq!(commands, ["cargo run -- up --local", "cargo test --workspace"]);
    let steps = fs::read_to_string(root().join(".ci/run")).unwrap();
    let first = steps.lines().find_map(|line| line.strip_prefix("step ")).unwrap();
    assert_eq!(first, commands[1]);
}

#[test]
fn the_table_of_keys_is_that_of_the_schema() {
    let rows = page::rows(&page::section("Reference"), "### Keys of config.json");
    let shown: Vec<(String, String)> = rows.iter().map(|row| (page::bare(&row[0]), page::bare(&row[1]))).collect();
    let schema = stackctl::config::schema();
    let mut keys = Vec::new();
    collect_keys(&schema, &schema, "", &mut keys);
    assert_eq!(shown, keys);
}

/// The keys with their defaults, as the README writes them.
fn collect_keys(schema: &Value, object: &Value, prefix: &str, keys: &mut Vec<(String, String)>) {
    for (name, property) in object["properties"].as_object().unwrap().iter().filter(|(name, _)| *name != "$schema") {
        let key = format!("{prefix}{name}");
        let inner = target(schema, property);
        let member = target(schema, &inner["additionalProperties"]);
        if name == "stages" {
            keys.push((format!("{key}.<name>"), String::new()));
        } else if inner["properties"].is_object() {
            collect_keys(schema, inner, &format!("{key}."), keys);
        } else if member["properties"].is_object() {
            let placeholder = if name == "routes" { "<route>" } else { "<name>" };
            collect_keys(schema, member, &format!("{key}.{placeholder}."), keys);
        } else {
            keys.push((key, default(object, name, property)));
        }
    }
}

/// What a property refers to, or itself.
fn target<'s>(schema: &'s Value, property: &'s Value) -> &'s Value {
    let reference = property["$ref"].as_str().or_else(|| property["allOf"][0]["$ref"].as_str());
    let name = reference.and_then(|reference| reference.strip_prefix("#/definitions/"));
    name.map_or(property, |name| &schema["definitions"][name])
}

fn default(object: &Value, name: &str, property: &Value) -> String {
    let required = object["required"].as_array().is_some_and(|required| required.iter().any(|one| one == name));
    match property.get("default") {
        Some(Value::Array(items)) => {
            format!("[{}]", items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
        }
        Some(value) => value.to_string(),
        None if required => "required".into(),
        None => String::new(),
    }
}

#[test]
fn the_table_of_commands_is_that_of_the_program() {
    let rows = page::rows(&page::section("Reference"), "### Commands");
    let shown: Vec<String> = rows.iter().map(|row| page::bare(&row[0]).replace("stackctl ", "")).collect();
    let help = Command::new(STACKCTL).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let groups = help.split("\nDeploy:\n").nth(1).unwrap().split("\nOptions:\n").next().unwrap();
    let commands = groups.lines().filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next());
    let commands: Vec<&str> = commands.filter(|command| *command != "help").collect();
    assert_eq!(shown, commands);
}

#[test]
fn links_between_the_pages_lead_somewhere() {
    for page in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/aws-cli.md"] {
        let (text, folder) = (page::text(page), root().join(page));
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = link.split('#').next().unwrap_or_default();
            let there = folder.with_file_name(path).exists();
            assert!(link.starts_with("https://") || there, "{page}: {link}");
        }
    }
}
