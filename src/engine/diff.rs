//! Compares settings. Written once for all kinds, because a kind's `read` answers in the shape of its spec.

use serde_json::Value;

use super::{
    action::Change,
    field::{Field, is_secret},
};

/// Finds the fields in which `want` differs from `live`.
///
/// `null` in `want` is a field left to AWS and never differs. A member that `want` lacks altogether, as an entry of a
/// map, is one to be removed. What still holds a symbol differs, because its value does not exist yet.
pub(crate) fn diff(live: &Value, want: &Value, fields: &[Field]) -> Vec<Change> {
    let mut changes = Vec::new();
    collect(&mut Vec::new(), Some(live), Some(want), &mut changes);
    for change in &mut changes {
        change.secret = change.path.first().is_some_and(|name| is_secret(fields, name));
    }
    changes
}

fn collect(path: &mut Vec<String>, live: Option<&Value>, want: Option<&Value>, changes: &mut Vec<Change>) {
    match (live, want) {
        (_, Some(Value::Null)) => {}
        (Some(Value::Object(old)), Some(Value::Object(new))) if !is_symbol(new) => {
            let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
            names.sort_unstable();
            names.dedup();
            for name in names {
                path.push(name.clone());
                collect(path, old.get(name), new.get(name), changes);
                path.pop();
            }
        }
        (live, want) if live == want => {}
        (live, want) => changes.push(Change {
            path: path.clone(),
            old: live.filter(|value| !value.is_null()).cloned(),
            new: want.cloned(),
            secret: false,
            cause: None,
        }),
    }
}

fn is_symbol(object: &serde_json::Map<String, Value>) -> bool {
    object.len() == 1 && object.keys().all(|name| name.starts_with('$'))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn paths(live: &Value, want: &Value) -> Vec<String> {
        diff(live, want, &[]).iter().map(|change| change.path.join(".")).collect()
    }

    #[test]
    fn equal_settings_do_not_differ() {
        assert_eq!(paths(&json!({ "a": 1, "b": ["x"] }), &json!({ "a": 1, "b": ["x"] })), Vec::<String>::new());
    }

    #[test]
    fn a_null_leaves_the_field_to_aws() {
        assert_eq!(paths(&json!({ "a": 1 }), &json!({ "a": null })), Vec::<String>::new());
    }

    #[test]
    fn entries_of_maps_come_change_and_go() {
        let live = json!({ "tags": { "gone": "1", "kept": "2", "changed": "3" } });
        let want = json!({ "tags": { "kept": "2", "changed": "4", "new": "5" } });
        let changes = diff(&live, &want, &[]);
        let seen: Vec<_> = changes.iter().map(|c| (c.path.join("."), c.old.clone(), c.new.clone())).collect();
        assert_eq!(
            seen,
            [
                ("tags.changed".to_owned(), Some(json!("3")), Some(json!("4"))),
                ("tags.gone".to_owned(), Some(json!("1")), None),
                ("tags.new".to_owned(), None, Some(json!("5"))),
            ]
        );
    }

    #[test]
    fn what_does_not_exist_yet_differs() {
        assert_eq!(paths(&json!({ "id": "x" }), &json!({ "id": { "$ref": "a.b#id" } })), ["id"]);
        assert_eq!(paths(&json!({ "m": { "id": "x" } }), &json!({ "m": { "id": { "$ref": "a.b#id" } } })), ["m.id"]);
        assert_eq!(paths(&json!({ "m": { "x": 1 } }), &json!({ "m": { "$ref": "a.b#id" } })), ["m"]);
    }

    #[test]
    fn values_of_secret_fields_are_marked() {
        let changes = diff(
            &json!({ "environment": { "A": "1" } }),
            &json!({ "environment": { "A": "2" } }),
            &[Field::secret("environment", "")],
        );
        assert!(changes[0].secret);
    }
}
