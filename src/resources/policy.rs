//! Policy documents in one canonical form, so that order and spelling never make a difference.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

/// A policy document in canonical form: lists where one string would do, sorted and without doubles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Policy(Value);

impl Policy {
    /// Canonicalises a document.
    #[must_use]
    pub fn new(document: &Value) -> Self {
        let mut document = document.clone();
        if let Some(members) = document.as_object_mut() {
            if let Some(statements) = members.get_mut("Statement") {
                let list = match statements.take() {
                    Value::Array(list) => list,
                    one => vec![one],
                };
                *statements = list.into_iter().map(statement).collect();
            }
            members.entry("Version").or_insert_with(|| "2008-10-17".into());
            members.remove("Id");
        }
        Self(document)
    }

    /// Reads a document as IAM hands it out: percent-encoded JSON.
    pub(crate) fn decode(encoded: &str) -> Option<Self> {
        let text = percent_encoding::percent_decode_str(encoded).decode_utf8().ok()?;
        serde_json::from_str(&text).ok().map(|document| Self::new(&document))
    }

    /// The document.
    #[must_use]
    pub fn document(&self) -> &Value {
        &self.0
    }

    /// The document as IAM takes it.
    pub(crate) fn text(&self) -> String {
        self.0.to_string()
    }
}

impl<'de> Deserialize<'de> for Policy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(|document| Self::new(&document))
    }
}

fn statement(value: Value) -> Value {
    let Value::Object(members) = value else { return value };
    let members = members.into_iter().filter(|(name, member)| name != "Sid" || member.as_str() != Some(""));
    let members = members.map(|(name, member)| {
        let member = match name.as_str() {
            "Action" | "NotAction" | "Resource" | "NotResource" => set(member),
            "Principal" | "NotPrincipal" => principal(member),
            "Condition" => each(member, |operator| each(operator, set)),
            _ => member,
        };
        (name, member)
    });
    Value::Object(members.collect())
}

/// IAM turns an account's number into the ARN of its root, and `"*"` stays as it is.
fn principal(value: Value) -> Value {
    let Value::Object(kinds) = value else { return value };
    let kinds = kinds.into_iter().map(|(kind, who)| match kind.as_str() {
        "AWS" => (kind, set(each_text(who, root))),
        _ => (kind, set(who)),
    });
    Value::Object(kinds.collect())
}

fn root(who: String) -> String {
    let account = who.len() == 12 && who.bytes().all(|byte| byte.is_ascii_digit());
    if account { format!("arn:aws:iam::{who}:root") } else { who }
}

fn each(value: Value, change: impl Fn(Value) -> Value) -> Value {
    match value {
        Value::Object(members) => {
            Value::Object(members.into_iter().map(|(name, member)| (name, change(member))).collect::<Map<_, _>>())
        }
        other => other,
    }
}

fn each_text(value: Value, change: impl Fn(String) -> String + Copy) -> Value {
    match value {
        Value::String(text) => Value::String(change(text)),
        Value::Array(items) => items.into_iter().map(|item| each_text(item, change)).collect(),
        other => other,
    }
}

fn set(value: Value) -> Value {
    let mut texts: Vec<String> = match value {
        Value::Array(items) => items.into_iter().map(text).collect(),
        one => vec![text(one)],
    };
    texts.sort_unstable();
    texts.dedup();
    texts.into()
}

/// IAM keeps conditions as text: `true` and `"true"` are the same to it.
fn text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn order_lists_of_one_and_percent_encoding_make_no_difference() {
        let written = json!({ "Version": "2012-10-17", "Statement": {
            "Effect": "Allow", "Action": ["s3:PutObject", "s3:GetObject"], "Resource": "*", "Sid": "",
            "Principal": { "AWS": "123456789012" }, "Condition": { "Bool": { "aws:SecureTransport": true } },
        } });
        let kept = json!({ "Statement": [{
            "Principal": { "AWS": ["arn:aws:iam::123456789012:root"] }, "Resource": ["*"],
            "Action": ["s3:GetObject", "s3:PutObject"], "Effect": "Allow",
            "Condition": { "Bool": { "aws:SecureTransport": "true" } },
        }], "Version": "2012-10-17" });
        let encoded =
            percent_encoding::utf8_percent_encode(&kept.to_string(), percent_encoding::NON_ALPHANUMERIC).to_string();
        assert_eq!(Some(Policy::new(&written)), Policy::decode(&encoded));
    }

    #[test]
    fn another_action_is_another_policy() {
        let policy = |action| Policy::new(&json!({ "Statement": [{ "Effect": "Allow", "Action": action }] }));
        assert_ne!(policy("s3:GetObject"), policy("s3:PutObject"));
    }
}
