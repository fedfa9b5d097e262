//! Brings documents of older formats to the present one, a format at a time.

use serde_json::{Map, Value, json};

use crate::engine::STATE_FORMAT;

/// Turns a document of an older format into one of the present format, and with it the state that is on its way in one;
/// `format` is what it says of itself.
///
/// # Errors
/// When there never was such a format.
pub(super) fn migrate(mut document: Value, format: Option<u64>) -> Result<Value, String> {
    if let Some(state) = document.pointer_mut("/arriving/state") {
        let format = state.get("format").and_then(Value::as_u64);
        *state = migrate_one(state.take(), format)?;
    }
    migrate_one(document, format)
}

fn migrate_one(mut state: Value, format: Option<u64>) -> Result<Value, String> {
    match format {
        Some(1) => {
            // Things came without the token of their claim, which cannot be known any more: any token will do for them.
            // Functions had no version and permissions no qualifier.
            state["format"] = json!(2);
            migrate_one(state, Some(2))
        }
        Some(2) => {
            // Nothing was checked, and no release was recorded: the first one comes with the next change.
            state["format"] = json!(3);
            migrate_one(state, Some(3))
        }
        Some(3) => {
            rename(
                &mut state,
                &[("unchecked", "unconfirmed"), ("undone", "reverted"), ("check_user", "temporary_user")],
            );
            for section in ["resources", "pending"] {
                for entry in state.get_mut(section).and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut)
                {
                    rename(entry, &[("after", "needs")]);
                    describe_code(entry);
                }
            }
            state["format"] = json!(4);
            migrate_one(state, Some(4))
        }
        Some(4) => {
            // The applied settings were not recorded: a field that differs has no known cause until the next deploy.
            for intent in state.get_mut("pending").and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut)
            {
                for section in ["/spec/routes", "/spec/gateway_responses"] {
                    let members = intent.pointer_mut(section).and_then(Value::as_object_mut).into_iter();
                    members.flat_map(Map::values_mut).for_each(|member| rename(member, &[("foreign", "unmanaged")]));
                }
            }
            state["format"] = json!(5);
            Ok(state)
        }
        Some(format) if format == u64::from(STATE_FORMAT) => Ok(state),
        Some(format) => Err(format!("there is no format {format}")),
        None => Err("it does not say its format".into()),
    }
}

fn rename(object: &mut Value, names: &[(&str, &str)]) {
    let Some(members) = object.as_object_mut() else { return };
    for (old, new) in names {
        if let Some(value) = members.remove(*old) {
            members.insert((*new).to_owned(), value);
        }
    }
}

/// Code that was uploaded outside stackctl had another text, and so had the alias.
fn describe_code(entry: &mut Value) {
    for section in ["outputs", "spec"] {
        if let Some(code) = entry.get_mut(section).and_then(|settings| settings.get_mut("source_hash"))
            && let Some(sha256) = code.as_str().and_then(|code| code.strip_prefix("drifted:"))
        {
            *code = json!(format!("changed outside stackctl: {sha256}"));
        }
    }
    if let Some(alias) = entry.pointer_mut("/spec/alias").filter(|alias| *alias == "a version of these settings") {
        *alias = json!("new version");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        engine::State,
        state::{error::StateError, text::parse},
    };

    /// Written by the version that wrote format 1, in the middle of a replacement of the app client.
    const FORMAT_1: &str = include_str!("../../tests/formats/state.1.json");

    /// Written by the version that wrote format 2, after a first `up`.
    const FORMAT_2: &str = include_str!("../../tests/formats/state.2.json");

    /// Written by the version that wrote format 3, while a change was not confirmed yet.
    const FORMAT_3: &str = include_str!("../../tests/formats/state.3.json");

    /// Written by the version that wrote format 4, after a first `up`.
    const FORMAT_4: &str = include_str!("../../tests/formats/state.4.json");

    fn read(document: &str) -> Result<State, StateError> {
        parse(document.as_bytes(), "state.json", "")?.in_use("state.json")
    }

    /// A document with the names of the present format.
    fn as_now(state: &Value) -> Value {
        let mut state: Value = serde_json::from_str(&state.to_string().replace("\"after\":", "\"needs\":")).unwrap();
        state["format"] = json!(STATE_FORMAT);
        state
    }

    #[test]
    fn a_state_of_format_3_is_read_with_all_that_it_knows() {
        let before: Value = serde_json::from_str(FORMAT_3).unwrap();
        let state = read(FORMAT_3).unwrap();
        assert_eq!(state.unconfirmed.as_ref().map(|change| change.before.len()), Some(1));
        assert_eq!(state.reverted.len(), 1);
        assert_eq!(state.temporary_user.as_ref().map(|user| user.username.as_str()), Some("stackctl-check-1"));
        assert_eq!(state.releases.len(), 1);
        let function = &state.resources[&"lambda_function.test".parse().unwrap()];
        assert_eq!(function.outputs["source_hash"], "changed outside stackctl: abc=");
        assert_eq!(
            function.needs.len(),
            before["state"]["resources"]["lambda_function.test"]["after"].as_array().unwrap().len()
        );
    }

    #[test]
    fn a_state_of_format_1_is_read_with_all_that_it_knows() {
        let before: Value = serde_json::from_str(FORMAT_1).unwrap();
        let state = read(FORMAT_1).unwrap();
        assert_eq!(state.format, STATE_FORMAT);
        assert!(state.resources.values().all(|recorded| recorded.token.is_none()));
        assert_eq!(serde_json::to_value(&state).unwrap(), as_now(&before["state"]));
    }

    #[test]
    fn a_state_of_format_4_is_read_with_all_that_it_knows() {
        let before: Value = serde_json::from_str(FORMAT_4).unwrap();
        let state = read(FORMAT_4).unwrap();
        assert!(state.resources.values().all(|recorded| recorded.applied.is_none()));
        assert_eq!(serde_json::to_value(&state).unwrap(), as_now(&before["state"]));
    }

    #[test]
    fn a_state_of_format_2_is_read_with_all_that_it_knows() {
        let before: Value = serde_json::from_str(FORMAT_2).unwrap();
        let state = read(FORMAT_2).unwrap();
        assert!(state.releases.is_empty() && state.unconfirmed.is_none() && state.temporary_user.is_none());
        assert_eq!(serde_json::to_value(&state).unwrap(), as_now(&before["state"]));
    }

    #[test]
    fn a_state_on_its_way_is_brought_to_the_present_format_too() {
        for (format, document) in [(1, FORMAT_1), (2, FORMAT_2)] {
            let before: Value = serde_json::from_str(document).unwrap();
            let note = json!({
                "format": format, "written_by": "0.1.0", "arriving": { "from": "state", "state": before["state"] },
            });
            let migrated = migrate(note, Some(format)).unwrap();
            assert_eq!(migrated["format"], json!(STATE_FORMAT));
            assert_eq!(migrated["arriving"]["state"], as_now(&before["state"]), "format {format}");
        }
    }

    #[test]
    fn a_format_that_never_was_is_damage() {
        for (format, reason) in [(json!(0), "there is no format 0"), (Value::Null, "it does not say its format")] {
            assert_eq!(migrate(json!({ "format": format }), format.as_u64()), Err(reason.to_owned()));
        }
    }
}
