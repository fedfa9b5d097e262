//! The events of `--json`: every line of every run is as the schema says.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{sandbox::Sandbox, users::PASSWORD};

/// Checks the lines of a run against the schema, and that the first and the last one are as they must be.
pub(super) fn check(line: &str, out: &str) -> Vec<Value> {
    let events: Vec<Value> = out.lines().map(|event| serde_json::from_str(event).unwrap()).collect();
    let schemas: Vec<Value> =
        stackctl::event_groups().into_iter().flat_map(|group| group.events).map(|event| event.schema).collect();
    for event in &events {
        let schema = schemas.iter().find(|schema| schema["title"] == event["event"]);
        let schema = schema.unwrap_or_else(|| panic!("{line}: the schema has no event {}", event["event"]));
        if let Err(problem) = validate(schema, event, "") {
            panic!("{line}: {problem} in {event}");
        }
        let known = |name: &str| choices(schema).chain([schema]).any(|part| part["properties"].get(name).is_some());
        let unknown: Vec<&String> = event.as_object().unwrap().keys().filter(|name| !known(name)).collect();
        assert!(unknown.is_empty(), "{line}: the schema has no {unknown:?} of {event}");
    }
    let named = |event: Option<&Value>| event.map(|event| event["event"].as_str().unwrap_or_default().to_owned());
    assert_eq!(
        (named(events.first()), named(events.last())),
        (Some("target".into()), Some("done".into())),
        "{line}\n{out}"
    );
    events
}

/// Compares a value with the parts of JSON Schema that the generated schema uses.
fn validate(schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    let wrong = |what: &str| Err(format!("{at} is not {what}"));
    if let Some(wanted) = schema.get("const") {
        return if wanted == value { Ok(()) } else { wrong(&wanted.to_string()) };
    }
    if let Some(words) = schema["enum"].as_array()
        && !words.contains(value)
    {
        return wrong(&format!("one of {words:?}"));
    }
    for key in ["oneOf", "anyOf"] {
        if let Some(choices) = schema[key].as_array() {
            let fits = choices.iter().filter(|choice| validate(choice, value, at).is_ok()).count();
            if fits == 0 || (key == "oneOf" && fits > 1) {
                return wrong(&format!("{key} of {}", schema[key]));
            }
        }
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::String(name) => vec![name],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if !kinds.is_empty() && !kinds.iter().any(|kind| is(kind, value)) {
        return wrong(&kinds.join(" or "));
    }
    if let Some(fields) = value.as_object() {
        let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        if let Some(name) = required.into_iter().find(|name| !fields.contains_key(*name)) {
            return Err(format!("{at} has no `{name}`"));
        }
        for (name, field) in fields {
            let place = format!("{at}.{name}");
            if let Some(inner) = schema["properties"].get(name).or_else(|| schema.get("additionalProperties")) {
                validate(inner, field, &place)?;
            }
        }
    }
    let items = value.as_array().into_iter().flatten().enumerate();
    items
        .filter(|_| schema["items"].is_object())
        .try_for_each(|(index, item)| validate(&schema["items"], item, &format!("{at}[{index}]")))
}

fn choices(schema: &Value) -> impl Iterator<Item = &Value> {
    ["oneOf", "anyOf"].into_iter().filter_map(|key| schema[key].as_array()).flatten()
}

fn is(kind: &str, value: &Value) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => panic!("an unknown type {kind}"),
    }
}

/// A line for every command that takes `--json`, in an order in which each has something to do on a deployed stack, with the
/// event of its result. `watch` ends with an interrupt, and has a test of its own.
const LINES: [(&str, &str); 39] = [
    ("init other", "initialized"),
    ("validate", "valid"),
    ("plan --local", "plan"),
    ("plan --local --out plan.json", "plan_file"),
    ("show plan.json", "plan_file"),
    ("up --local", "applied"),
    ("list", "stacks"),
    ("status --local", "status"),
    ("outputs --local", "outputs"),
    ("history --local", "history"),
    ("rollback --local", "error"),
    ("user create ann --local", "signed_in"),
    ("user auth ann --local", "signed_in"),
    ("user list --local", "users"),
    ("user show ann --local", "user"),
    ("user disable ann --local", "user_changed"),
    ("user enable ann --local", "user_changed"),
    ("user set-password ann --local", "user_changed"),
    ("user group add ann admins --create --local", "user_changed"),
    ("user group remove ann admins --local", "user_changed"),
    ("user token inspect nonsense --local", "error"),
    ("user delete bob --local --yes", "error"),
    ("call GET /hello --local", "response"),
    ("invoke hello --local", "invoked"),
    ("logs --local", "done"),
    ("state show --local", "state"),
    ("state pull --local", "error"),
    ("state migrate", "error"),
    ("unlock --local", "unlocked"),
    ("recover --local", "error"),
    ("policy", "policy"),
    ("local start", "emulator"),
    ("local status", "emulator"),
    ("local env", "emulator_variables"),
    ("local mail", "done"),
    ("local list", "emulators"),
    ("local logs", "done"),
    ("local reset", "error"),
    ("down --local --yes", "retained"),
];

#[test]
fn every_command_prints_target_result_and_done_in_every_outcome() {
    let empty = Sandbox::empty();
    let sandbox = Sandbox::new().with("STACKCTL_PASSWORD", PASSWORD);
    for (line, result) in LINES {
        // The sandbox compares every line with the schema.
        let names = |sandbox: &Sandbox, line: &str| -> Vec<String> {
            let events = sandbox.events(line);
            events.iter().map(|event| event["event"].as_str().unwrap().to_owned()).collect()
        };
        let usage = names(&empty, &format!("{line} --nonsense"));
        assert_eq!(usage, ["target", "error", "done"], "{line} --nonsense");
        if !line.starts_with("local ") && !line.starts_with("init") {
            names(&empty, line);
        }
        let events = names(&sandbox, line);
        assert!(events.iter().any(|name| name == result), "{line}: {events:?}");
    }
    assert_eq!(sandbox.events("local stop")[1]["state"], "stopped");
    let covered: BTreeSet<String> = LINES.iter().map(|(line, _)| (*line).to_owned()).collect();
    let mut missing = Vec::new();
    leaves(&stackctl::command_line(), "", &mut missing);
    missing.retain(|path| !covered.iter().any(|line| line == path || line.starts_with(&format!("{path} "))));
    assert_eq!(missing, ["local stop", "watch"].map(String::from), "commands without a line in the table");
}

/// The commands that take `--json`, by their help.
fn leaves(command: &clap::Command, parents: &str, found: &mut Vec<String>) {
    for child in command.get_subcommands().filter(|child| child.get_name() != "help" && !child.is_hide_set()) {
        let path = format!("{parents}{}", child.get_name());
        let help = child.get_after_help().map(ToString::to_string).unwrap_or_default();
        if child.has_subcommands() {
            leaves(child, &format!("{path} "), found);
        } else if help.contains(" --json ") || help.ends_with(" --json") {
            found.push(path);
        }
    }
    found.sort();
}

#[test]
fn an_error_has_one_shape_with_a_command_that_can_be_run() {
    let sandbox = Sandbox::new();
    let error = sandbox.events("outputs")[1].clone();
    insta::assert_snapshot!(sandbox.pinned(&error.to_string()), @r#"{"v":3,"event":"error","exit":1,"errors":[{"code":"failed","message":"shop, stage dev: no state at state/shop.dev.json, and its resources cannot be found by their tags","details":[],"hints":[]},{"code":"aws_request","message":"AWS cannot be used","details":["sts:GetCallerIdentity: no AWS credentials found"],"hints":[{"message":"sign in (`aws configure`, `aws sso login`), choose `--profile`, or try without an account: `--local`"}]}],"hints":[]}"#);
}
