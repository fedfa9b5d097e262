//! The settings that were applied to a resource last, as digests: with them, a field that differs is a pending change of
//! the config or drift.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::engine::{
    digest::hex,
    field::{Field, is_secret},
    key::Key,
};

/// Digits of a digest. A wrong match only mistakes drift for a pending change, so short ones keep the state small.
const DIGITS: usize = 12;

/// Digits of a digest of a secret: too few to confirm a guess, because very many values have the same ones.
const SECRET_DIGITS: usize = 4;

/// The digests of the settings by field, and by `field/member` for the members of a field that is a map. A field that was
/// left to AWS has none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AppliedDigests(BTreeMap<String, String>);

/// Which of the two differ from what was applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Differs {
    /// The live value differs.
    pub(crate) live: bool,
    /// The desired value differs.
    pub(crate) desired: bool,
}

/// What makes the digests of one resource: no two states, resources or fields have the same ones for one value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Digests<'a> {
    /// The lineage of the state.
    pub(crate) lineage: &'a str,
    /// The resource.
    pub(crate) key: &'a Key,
    /// The fields of the kind.
    pub(crate) fields: &'a [Field],
}

impl Digests<'_> {
    /// The digests of a spec without symbols.
    pub(crate) fn of(self, spec: &Value) -> AppliedDigests {
        let mut digests = BTreeMap::new();
        for (field, value) in spec.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()) {
            digests.insert(field.clone(), self.digest(field, field, value));
            for (member, value) in value.as_object().into_iter().flatten() {
                let path = format!("{field}/{member}");
                digests.insert(path.clone(), self.digest(field, &path, value));
            }
        }
        AppliedDigests(digests)
    }

    /// Compares the value at the path of a change, live and desired, with what was applied.
    pub(crate) fn differs(self, applied: &AppliedDigests, path: &[String], live: &Value, desired: &Value) -> Differs {
        let Some((field, rest)) = path.split_first() else { return Differs { live: false, desired: true } };
        if !applied.0.contains_key(field) {
            return Differs { live: false, desired: true };
        }
        let masked = masked(&live[field], &desired[field]);
        let (path, live, desired) = match rest.first() {
            None => (field.clone(), Some(&masked), desired.get(field)),
            Some(member) => (format!("{field}/{member}"), masked.get(member), desired[field].get(member)),
        };
        let digest = |value: Option<&Value>| value.map(|value| self.digest(field, &path, value));
        let applied = applied.0.get(&path).cloned();
        Differs { live: digest(live) != applied, desired: digest(desired) != applied }
    }

    fn digest(self, field: &str, path: &str, value: &Value) -> String {
        let mut hash = Sha256::new();
        hash.update(format!("{}\n{}\n{path}\n", self.lineage, self.key));
        feed(&mut hash, value);
        let mut digits = hex(&hash.finalize());
        digits.truncate(if is_secret(self.fields, field) { SECRET_DIGITS } else { DIGITS });
        digits
    }
}

/// The live value without what is left to AWS.
fn masked(live: &Value, desired: &Value) -> Value {
    match (live, desired) {
        (_, Value::Null) => Value::Null,
        (Value::Object(live), Value::Object(desired)) => {
            let member = |(name, value): (&String, &Value)| {
                (name.clone(), desired.get(name).map_or_else(|| value.clone(), |desired| masked(value, desired)))
            };
            live.iter().map(member).collect()
        }
        (live, _) => live.clone(),
    }
}

/// Hashes a value whatever the order of its members is.
fn feed(hash: &mut Sha256, value: &Value) {
    match value {
        Value::Object(members) => {
            let sorted: BTreeMap<&String, &Value> = members.iter().collect();
            hash.update("{");
            for (name, member) in sorted {
                hash.update(Value::from(name.as_str()).to_string());
                feed(hash, member);
            }
            hash.update("}");
        }
        Value::Array(items) => {
            hash.update("[");
            for item in items {
                feed(hash, item);
                hash.update(",");
            }
            hash.update("]");
        }
        plain => hash.update(plain.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const FIELDS: &[Field] = &[Field::secret("environment", "variables hold keys and passwords")];

    fn key() -> Key {
        "lambda_function.hello".parse().unwrap()
    }

    fn digests<'a>(lineage: &'a str, key: &'a Key) -> Digests<'a> {
        Digests { lineage, key, fields: FIELDS }
    }

    #[test]
    fn a_field_differs_live_or_as_desired_from_what_was_applied() {
        let key = key();
        let digests = digests("1", &key);
        let applied = digests.of(&json!({ "timeout": 3, "tags": { "a": "1", "b": "2" }, "open": null }));
        let cases = [
            // (path, live, desired, whether live differs, whether desired differs)
            ("timeout", json!(3), json!(4), false, true),
            ("timeout", json!(4), json!(3), true, false),
            ("timeout", json!(4), json!(5), true, true),
            ("timeout", json!(3), json!({ "$ref": "a.b#id" }), false, true),
            ("open", json!("AWS's"), json!("ours"), false, true),
            ("new", json!(null), json!("ours"), false, true),
            ("tags/a", json!({ "a": "1", "b": "9" }), json!({ "a": "7", "b": "2" }), false, true),
            ("tags/b", json!({ "a": "1", "b": "9" }), json!({ "a": "7", "b": "2" }), true, false),
            ("tags/a", json!({ "b": "2" }), json!({ "a": "1", "b": "2" }), true, false),
            ("tags/a", json!({ "a": "1", "b": "2" }), json!({ "b": "2" }), false, true),
            ("tags/c", json!({ "c": "3" }), json!({}), true, false),
            ("tags/c", json!({}), json!({ "c": "3" }), false, true),
        ];
        for (path, live, desired, by_live, by_desired) in cases {
            let names: Vec<String> = path.split('/').map(str::to_owned).collect();
            let (live, desired) = (json!({ (&names[0]): live }), json!({ (&names[0]): desired }));
            let expected = Differs { live: by_live, desired: by_desired };
            assert_eq!(digests.differs(&applied, &names, &live, &desired), expected, "{path} {live} {desired}");
        }
    }

    #[test]
    fn what_a_setting_leaves_to_aws_is_no_drift() {
        let key = key();
        let digests = digests("1", &key);
        let spec = json!({ "policy": { "length": 8, "days": null } });
        let (live, desired) =
            (json!({ "policy": { "length": 8, "days": 7 } }), json!({ "policy": { "length": 9, "days": null } }));
        let path = ["policy".to_owned(), "length".to_owned()];
        assert_eq!(digests.differs(&digests.of(&spec), &path, &live, &desired), Differs { live: false, desired: true });
    }

    #[test]
    fn a_digest_says_nothing_of_a_secret() {
        let spec = json!({ "environment": { "KEY": "hunter2" }, "tags": { "b": 1, "a": 2 } });
        let applied = serde_json::to_value(digests("1", &key()).of(&spec)).unwrap();
        assert_eq!(applied["environment/KEY"].as_str().map(str::len), Some(SECRET_DIGITS));
        let other = serde_json::to_value(digests("2", &key()).of(&spec)).unwrap();
        assert_ne!(applied["tags"], other["tags"]);
    }
}
