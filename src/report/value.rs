//! How a value is shown in a line of a plan.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::engine::{Key, referred};

/// How many characters of a value are shown.
const LONGEST: usize = 60;

/// Shows a value on one line: long values are cut, and references name the resource that they depend on.
pub(super) fn shown(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "(none)".into(),
        Some(Value::String(hash)) if is_hash(hash) => format!("{}…", &hash[..8]),
        Some(value) => symbol(value).unwrap_or_else(|| {
            let whole = readable(value).to_string();
            match (cut(&whole), referred(value)) {
                (short, keys) if short != whole && !keys.is_empty() => {
                    format!("{short} {}", known_after(&keys, "created"))
                }
                (short, _) => short,
            }
        }),
    }
}

/// The resource that must exist before a reference is known. `None` for other values.
fn symbol(value: &Value) -> Option<String> {
    let name = value.as_object().filter(|object| object.len() == 1)?.keys().next()?;
    match name.as_str() {
        "$ref" | "$text" => Some(known_after(&referred(value), "created")),
        "$digest" => Some(known_after(&referred(value), "done")),
        _ => None,
    }
}

fn known_after(keys: &BTreeSet<Key>, done: &str) -> String {
    let names: Vec<String> = keys.iter().map(ToString::to_string).collect();
    match names.as_slice() {
        [] => "(known later)".into(),
        [one] => format!("(known after {one} is {done})"),
        [first, rest @ ..] => format!("(known after {first} and {} more are {done})", rest.len()),
    }
}

/// Replaces references in a value with the name of the resource that they depend on.
fn readable(value: &Value) -> Value {
    if let Some(text) = symbol(value) {
        return Value::String(text);
    }
    match value {
        Value::Array(items) => items.iter().map(readable).collect(),
        Value::Object(members) => {
            let members = members.iter().map(|(name, member)| (name.clone(), readable(member)));
            Value::Object(members.collect::<Map<_, _>>())
        }
        plain => plain.clone(),
    }
}

/// Whether a text is a digest, of which a short prefix is enough to see a difference.
fn is_hash(text: &str) -> bool {
    text.len() >= 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn cut(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    // ARNs of one account differ at their end.
    if text.trim_start_matches('[').starts_with("\"arn:") {
        let hidden = text.chars().count() - (LONGEST - 1);
        return std::iter::once('…').chain(text.chars().skip(hidden)).collect();
    }
    let mut short: String = text.chars().take(LONGEST - 1).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_that_is_not_known_yet_names_what_it_depends_on() {
        assert_eq!(shown(Some(&json!({ "$ref": "user_pool.main#id" }))), "(known after user_pool.main is created)");
        let text = json!({ "$text": ["https://", { "$ref": "rest_api.main#id" }, "/dev"] });
        assert_eq!(shown(Some(&text)), "(known after rest_api.main is created)");
        let digest = json!({ "$digest": ["api_routes.main", "authorizer.main"] });
        assert_eq!(shown(Some(&digest)), "(known after api_routes.main and 1 more are done)");
        assert_eq!(
            shown(Some(&json!({ "arn": { "$ref": "user_pool.main#arn" } }))),
            r#"{"arn":"(known after user_pool.main is created)"}"#
        );
    }

    #[test]
    fn a_long_value_is_cut() {
        let text = shown(Some(&json!("é".repeat(80))));
        assert_eq!(text.chars().count(), 60);
        assert!(text.ends_with("é…"), "{text}");
    }
}
