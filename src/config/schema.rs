//! The JSON schema of `config.json`: for editors, and for [`super::structure`].

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::limits::{LIMITS, LimitUnit};
use super::model::Config;

/// Gives the JSON schema of `config.json`, generated from the types.
///
/// It is of draft 7, which every editor knows.
#[must_use]
pub fn schema() -> Value {
    let mut schema = SchemaSettings::draft07().into_generator().into_root_schema_for::<Config>().to_value();
    schema["title"] = json!("stackctl configuration");
    // Editors that know the extension then do not mark what stackctl accepts.
    schema["allowTrailingCommas"] = json!(true);
    tidy(&mut schema);
    bound(&mut schema);
    add_overlay(&mut schema);
    schema
}

/// Gives the schema as the text of `schema/config.schema.json`.
///
/// # Panics
///
/// Never: a schema is plain data.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the file is for reviewers and for git")]
pub fn schema_text() -> String {
    serde_json::to_string_pretty(&schema()).expect("a schema is plain data") + "\n"
}

/// Takes out what only Rust means: `"format": "uint32"`, and where the lines of a doc comment are broken.
fn tidy(value: &mut Value) {
    match value {
        Value::Object(members) => {
            let format = members.get("format").and_then(Value::as_str).unwrap_or_default().to_owned();
            if format.starts_with("uint") {
                // AWS's own numbers are signed.
                members.entry("maximum").or_insert(json!(i32::MAX));
            }
            if format.starts_with("uint") || format == "double" {
                members.remove("format");
            }
            if let Some(Value::String(description)) = members.get_mut("description") {
                *description = description.replace('\n', " ");
            }
            members.values_mut().for_each(tidy);
        }
        Value::Array(items) => items.iter_mut().for_each(tidy),
        _ => {}
    }
}

/// Writes the limits of numbers to the fields they are for.
fn bound(schema: &mut Value) {
    for limit in LIMITS.iter().filter(|limit| matches!(limit.measure, LimitUnit::Number)) {
        let pointer = limit.field.split('.').fold(String::new(), |above, step| {
            let above = target(schema, &above);
            if step == "*" { format!("{above}/additionalProperties") } else { format!("{above}/properties/{step}") }
        });
        let field = schema.pointer_mut(&target(schema, &pointer)).unwrap_or_else(|| unreachable!("{}", limit.field));
        field["minimum"] = json!(limit.least);
        field["maximum"] = json!(limit.most);
    }
}

/// Follows a reference, which the generator may have wrapped.
fn target(schema: &Value, pointer: &str) -> String {
    let reference = |inner: &str| schema.pointer(&format!("{pointer}{inner}/$ref")).and_then(Value::as_str);
    let target = reference("").or_else(|| reference("/allOf/0")).and_then(|reference| reference.strip_prefix('#'));
    target.unwrap_or(pointer).to_owned()
}

/// Describes a stage's part as the document itself in which nothing is required and nothing has a default, without
/// `stages` and `deployment.stage`.
fn add_overlay(schema: &mut Value) {
    let Some(Value::Object(definitions)) = schema.get("definitions").cloned() else { return };
    let is_merged = |name: &str| definitions.get(name).is_some_and(|definition| definition.get("properties").is_some());
    let mut overlays: Map<String, Value> = definitions
        .iter()
        .filter(|(name, _)| is_merged(name))
        .map(|(name, definition)| (format!("{name}Overlay"), partial(definition, &is_merged)))
        .collect();
    if let Some(deployment) = overlays.get_mut("DeploymentOverlay") {
        remove_property(deployment, "stage");
    }
    let mut root =
        json!({ "description": "What differs in this stage.", "type": "object", "additionalProperties": false });
    root["properties"] = partial(&schema["properties"], &is_merged);
    remove_property(&mut root, "stages");
    remove_property(&mut root, "$schema");
    overlays.insert("ConfigOverlay".to_owned(), root);
    // A statement stands only in lists, so nothing refers to a copy of it.
    let references = Value::Object(overlays.clone()).to_string();
    overlays.retain(|name, _| name == "ConfigOverlay" || references.contains(&format!("/{name}\"")));
    schema["properties"]["stages"]["additionalProperties"] = json!({ "$ref": "#/definitions/ConfigOverlay" });
    if let Some(Value::Object(definitions)) = schema.get_mut("definitions") {
        definitions.append(&mut overlays);
    }
}

fn remove_property(schema: &mut Value, name: &str) {
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.shift_remove(name);
    }
}

/// Copies a schema without what it requires and without defaults, its references pointing to such copies. The items of
/// lists stay as they are, because a list replaces the one beneath it whole.
fn partial(schema: &Value, is_merged: &impl Fn(&str) -> bool) -> Value {
    let Value::Object(members) = schema else {
        return match schema {
            Value::Array(items) => items.iter().map(|item| partial(item, is_merged)).collect(),
            other => other.clone(),
        };
    };
    let is_schema = |key: &str| members.get(key).is_some_and(|value| !value.is_object() || key == "default");
    members
        .iter()
        .filter(|(key, _)| !(matches!(key.as_str(), "required" | "default") && is_schema(key)))
        .map(|(key, value)| {
            let kept = match (key.as_str(), value.as_str()) {
                ("$ref", Some(reference)) if is_merged(reference.trim_start_matches("#/definitions/")) => {
                    json!(format!("{reference}Overlay"))
                }
                ("items", _) => value.clone(),
                _ => partial(value, is_merged),
            };
            (key.clone(), kept)
        })
        .collect()
}
