//! The page of the events of `--json`, and their schema, from the types.

use std::{collections::BTreeSet, env, fmt::Write as _, fs};

use serde_json::Value;

use super::{generated::table, root};
use crate::architecture::source::sources;

const HEAD: &str = "\
# JSON events

Generated from the types of the events, as is `schema/events.schema.json`, the JSON Schema of one line.

With `--json`, stdout has one JSON object per line and nothing else. Each object has `event`, its type, and `v`, the version of all
events. `v` changes when a field is removed or changes its meaning, not when one is added. Ignore events and fields that you do not know.

```sh
stackctl outputs --json | jq -r 'select(.event == \"outputs\").invoke_url'
stackctl plan --json | jq 'select(.event == \"plan\").counts'
stackctl up --yes --json | jq -r 'select(.event == \"error\").errors[].message'
```

The first event of every command and outcome is `target`, the last one is `done` with the exit code; also when the command line is
invalid. `--help`, `--version` and `stackctl completions` print text.

An error has one shape everywhere: `code` for programs, `message`, `details` and `hints`, each with a `message` and, where there is one,
a `command` that can be run as it is.
";

/// The page.
pub fn page() -> String {
    stackctl::event_groups().into_iter().fold(HEAD.to_owned(), |mut page, group| {
        let _ = write!(page, "\n## {}\n", group.name);
        for event in group.events {
            let _ = write!(page, "\n### `{}`\n\n{}.\n", event.name, capital(&event.when));
            let mut rows = Vec::new();
            collect(&event.schema, "", &mut rows);
            if !rows.is_empty() {
                let _ = write!(page, "\n{}", table(&["field", "type", "description"], &rows));
            }
        }
        page
    })
}

fn capital(text: &str) -> String {
    let text = text.trim_end_matches('.');
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The rows of an object's fields, and of the objects in them.
fn collect(schema: &Value, prefix: &str, rows: &mut Vec<Vec<String>>) {
    let required: BTreeSet<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        if prefix.is_empty() && ["v", "event"].contains(&name.as_str()) {
            continue;
        }
        let path = format!("{prefix}{name}");
        let optional = if required.contains(name.as_str()) { "" } else { ", may be omitted" };
        let description = field["description"].as_str().unwrap_or_default().to_owned();
        rows.push(vec![format!("`{path}`"), kind(field) + optional, description + &words(field)]);
        for (inner, suffix) in [(field, "."), (&field["items"], "[].")] {
            for inner in alternatives(inner) {
                collect(inner, &format!("{path}{suffix}"), rows);
            }
        }
    }
    // Fields that only some alternatives have, once each.
    for alternative in choices(schema) {
        let known: BTreeSet<String> = rows.iter().map(|row| row[0].clone()).collect();
        let mut more = Vec::new();
        collect(alternative, prefix, &mut more);
        rows.extend(more.into_iter().filter(|row| !known.contains(&row[0])));
    }
}

fn choices(schema: &Value) -> Vec<&Value> {
    ["oneOf", "anyOf"].iter().filter_map(|key| schema[key].as_array()).flatten().collect()
}

/// The schema itself where it has fields, or those of its alternatives that have.
fn alternatives(schema: &Value) -> Vec<&Value> {
    let own = schema["properties"].is_object().then_some(schema);
    let optional = if own.is_some() { Vec::new() } else { choices(schema) };
    own.into_iter().chain(optional.into_iter().filter(|choice| choice["properties"].is_object())).collect()
}

fn kind(schema: &Value) -> String {
    if let Some(value) = schema.get("const") {
        return format!("`{value}`").replace('"', "");
    }
    if schema["enum"].is_array() && schema["type"].is_null() {
        return "string".to_owned();
    }
    match &schema["type"] {
        Value::String(name) if name == "array" => {
            format!("list of {}s", kind(&schema["items"]).replace(" or null", ""))
        }
        Value::String(name) => name.clone(),
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or "),
        _ => {
            let mut kinds: Vec<String> = choices(schema).into_iter().map(kind).collect();
            if kinds.iter().all(|kind| kind.starts_with('`') || kind == "string") && !kinds.is_empty() {
                return "string".to_owned();
            }
            kinds.dedup();
            if kinds.is_empty() { "any".to_owned() } else { kinds.join(" or ") }
        }
    }
}

/// The allowed words.
fn words(schema: &Value) -> String {
    let listed = schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let word = |choice: &Value| {
        let meaning = choice["description"].as_str().map(|meaning| format!(": {meaning}")).unwrap_or_default();
        Some(format!("<br>`{}`{meaning}", choice["const"].as_str()?))
    };
    let nested = choices(schema).into_iter().flat_map(|choice| {
        let enumerated = choice["enum"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let enumerated = enumerated.map(|word| format!("<br>`{word}`"));
        word(choice).into_iter().chain(enumerated)
    });
    listed.map(|word| format!("<br>`{word}`")).chain(nested).collect()
}

#[test]
fn the_schema_of_the_events_is_current_and_only_grows() {
    let path = root().join("schema/events.schema.json");
    let generated = stackctl::event_schema_text();
    let committed = fs::read_to_string(&path).unwrap_or_default();
    let (old, new): (Value, Value) =
        (serde_json::from_str(&committed).unwrap_or_default(), serde_json::from_str(&generated).unwrap());
    if old["title"] == new["title"] {
        let mut lost = Vec::new();
        for event in old["oneOf"].as_array().into_iter().flatten() {
            let name = &event["title"];
            match new["oneOf"].as_array().into_iter().flatten().find(|other| other["title"] == *name) {
                Some(now) => removed(event, now, name.as_str().unwrap(), &mut lost),
                None => lost.push(format!("the event {name}")),
            }
        }
        assert!(
            lost.is_empty(),
            "programs may read what was removed: {}\nkeep it, or raise VERSION in src/report/json.rs",
            lost.join(", ")
        );
    }
    if env::var_os("UPDATE_SCHEMA").is_some() {
        fs::write(&path, &generated).unwrap();
    } else {
        assert!(committed == generated, "schema/events.schema.json is stale: run `just schema` and commit it");
    }
}

/// Lists the fields of a schema that its successor does not have, or does not promise.
fn removed(old: &Value, new: &Value, path: &str, lost: &mut Vec<String>) {
    for (name, field) in old["properties"].as_object().into_iter().flatten() {
        let path = format!("{path}.{name}");
        match new["properties"].get(name) {
            Some(now) => removed(field, now, &path, lost),
            None => lost.push(path),
        }
    }
    let promised = |schema: &Value| -> BTreeSet<String> {
        let names = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        names.map(str::to_owned).collect()
    };
    let optional = promised(old).difference(&promised(new)).cloned().collect::<Vec<_>>();
    lost.extend(
        optional
            .into_iter()
            .filter(|name| new["properties"][name].is_object())
            .map(|name| format!("{path}.{name} (now optional)")),
    );
    if old["items"].is_object() {
        removed(&old["items"], &new["items"], &format!("{path}[]"), lost);
    }
    for key in ["oneOf", "anyOf"] {
        let (old, new) = (old[key].as_array(), new[key].as_array());
        for (at, choice) in old.into_iter().flatten().enumerate() {
            let same = |other: &&Value| label(other) == label(choice);
            let now = new.into_iter().flatten().filter(same).nth(if label(choice).is_empty() { at } else { 0 });
            match now {
                Some(now) => removed(choice, now, path, lost),
                None => lost.push(format!("{path}: {}", label(choice))),
            }
        }
    }
}

/// What distinguishes an alternative from the others: its word, or the word in its tag.
fn label(choice: &Value) -> String {
    let tags = choice["properties"].as_object().into_iter().flatten().filter_map(|(_, field)| field.get("const"));
    choice.get("const").into_iter().chain(tags).map(ToString::to_string).collect()
}

#[test]
fn a_removed_field_is_found_at_any_depth() {
    let schema = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let old = schema(
        r#"{"required":["a"],"properties":{"a":{"items":{"properties":{"b":{}}}},"c":{"oneOf":[{"const":"x"},{"const":"y"}]}}}"#,
    );
    let new = schema(r#"{"properties":{"a":{"items":{"properties":{}}},"c":{"oneOf":[{"const":"x"}]},"d":{}}}"#);
    let mut lost = Vec::new();
    removed(&old, &new, "event", &mut lost);
    assert_eq!(lost, ["event.a[].b", "event.c: \"y\"", "event.a (now optional)"]);
}

#[test]
fn every_event_of_the_source_is_on_the_page_once() {
    let listed: Vec<String> =
        stackctl::event_groups().into_iter().flat_map(|group| group.events).map(|event| event.name).collect();
    let texts: Vec<String> = sources("src").into_iter().map(|source| source.text).collect();
    let cards = texts.iter().flat_map(|text| text.split("const EVENT: &'static str = \"").skip(1));
    let cards: BTreeSet<String> = cards.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect();
    let set: BTreeSet<String> = listed.iter().cloned().collect();
    assert_eq!(set.len(), listed.len(), "an event is listed twice");
    assert_eq!(cards.difference(&set).collect::<Vec<_>>(), [""; 0], "add it to src/report/schema.rs");
}
