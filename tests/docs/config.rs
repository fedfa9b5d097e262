//! The config reference, from the schema.

use std::fmt::Write as _;

use serde_json::Value;

use super::generated::table;

const HEAD: &str = "\
# Config reference

Generated from the schema of `config.json`, `schema/config.schema.json`, which your editor uses to complete and check the file:
`\"$schema\": \"./schema/config.schema.json\"`. `stackctl init` writes both. Comments and trailing commas are allowed.

In strings, `${stage}`, `${region}`, `${account}`, `${env:NAME}` and `${env:NAME:-default}` are replaced. The default replaces a variable
that is unset or empty. Functions may refer to the stack, with `${userPool.id}` and other [references](references.md).

`stackctl validate` finds every problem at once, with line and column. Commands find `config.json` in the current folder or in a
parent folder, up to the root of the repository.
";

/// The page.
pub fn reference() -> String {
    let schema = stackctl::config::schema();
    let mut page = HEAD.to_owned();
    for (name, property) in properties(&schema) {
        let _ = write!(page, "\n## {name}\n\n{}\n", property["description"].as_str().unwrap());
        let mut rows = Vec::new();
        collect(&schema, &schema, (name, property), "", &mut rows);
        if rows.len() > 1 || rows[0][0] != format!("`{name}`") {
            let _ = write!(page, "\n{}", table(&["key", "type", "default", "description"], &rows));
        }
    }
    page
}

fn properties(object: &Value) -> impl Iterator<Item = (&String, &Value)> {
    object["properties"].as_object().unwrap().iter().filter(|(name, _)| *name != "$schema")
}

/// The rows of a property: one, or those of the objects in it.
fn collect(
    schema: &Value,
    object: &Value,
    (name, property): (&String, &Value),
    prefix: &str,
    rows: &mut Vec<Vec<String>>,
) {
    let key = format!("{prefix}{name}");
    let inner = target(schema, property);
    let member = target(schema, &inner["additionalProperties"]);
    let item = target(schema, &inner["items"]);
    let (within, key) = match name.as_str() {
        "stages" => (None, format!("{key}.<name>")),
        _ if inner["properties"].is_object() => (Some(inner), key),
        "routes" => (Some(member), format!("{key}.<route>")),
        _ if member["properties"].is_object() => (Some(member), format!("{key}.<name>")),
        _ if item["properties"].is_object() => (Some(item), format!("{key}[]")),
        _ => (None, key),
    };
    match within {
        Some(within) => {
            properties(within).for_each(|property| collect(schema, within, property, &format!("{key}."), rows));
        }
        None => rows.push(vec![
            format!("`{key}`"),
            kind(schema, property),
            default(object, name, property),
            property["description"].as_str().unwrap().to_owned() + &words(schema, target(schema, property)),
        ]),
    }
}

/// What a property refers to, or itself.
fn target<'s>(schema: &'s Value, property: &'s Value) -> &'s Value {
    let reference = property["$ref"].as_str().or_else(|| property["allOf"][0]["$ref"].as_str());
    let name = reference.and_then(|reference| reference.strip_prefix("#/definitions/"));
    name.map_or(property, |name| &schema["definitions"][name])
}

fn kind(schema: &Value, property: &Value) -> String {
    let inner = target(schema, property);
    match (inner["type"].as_str(), inner["oneOf"].as_array()) {
        (Some("array"), _) => format!("list of {}s", kind(schema, &inner["items"])),
        (Some("object"), _) if inner["additionalProperties"]["type"] == "string" => "object of strings".to_owned(),
        (Some(name), _) => name.to_owned(),
        (None, Some(choices)) => {
            let mut kinds: Vec<String> = choices.iter().map(|choice| kind(schema, choice)).collect();
            kinds.dedup();
            kinds.join(" or ")
        }
        (None, None) => "any".to_owned(),
    }
}

/// The allowed words with what they mean.
fn words(schema: &Value, inner: &Value) -> String {
    let choices = inner["oneOf"].as_array().or_else(|| target(schema, &inner["items"])["oneOf"].as_array());
    let word = |choice: &Value| {
        let meaning = choice["description"].as_str()?.trim_end_matches('.').to_owned();
        Some(format!("<br>`{}`: {meaning}", choice["const"].as_str()?))
    };
    choices.into_iter().flatten().filter_map(word).collect()
}

fn default(object: &Value, name: &str, property: &Value) -> String {
    let required = object["required"].as_array().is_some_and(|required| required.iter().any(|one| one == name));
    match property.get("default") {
        Some(value) => format!("`{value}`"),
        None if required => "**required**".to_owned(),
        None => String::new(),
    }
}
