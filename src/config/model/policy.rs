//! IAM policy statements, in IAM's own spelling.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;

/// An IAM policy statement, in IAM's own spelling.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub struct Statement {
    /// The statement's id: letters and digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub sid: Option<String>,

    /// Whether the statement allows or denies.
    pub effect: Effect,

    /// The actions, such as `dynamodb:GetItem`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "OneOrMany")]
    pub action: Option<OneOrMany>,

    /// All actions except these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "OneOrMany")]
    pub not_action: Option<OneOrMany>,

    /// The ARNs of the resources, or `*`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "OneOrMany")]
    pub resource: Option<OneOrMany>,

    /// All resources except these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "OneOrMany")]
    pub not_resource: Option<OneOrMany>,

    /// The conditions: operator, then key, then values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "BTreeMap<String, BTreeMap<String, OneOrMany>>")]
    pub condition: Option<Value>,
}

words! {
    /// Whether a statement allows or denies.
    Effect {
        /// Allows.
        Allow = "Allow",
        /// Denies, and overrides every allow.
        Deny = "Deny",
    }
}

/// One string, or a list of them, kept as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OneOrMany {
    /// One string.
    One(String),
    /// A list.
    Many(Vec<String>),
}

impl OneOrMany {
    /// Gives the strings, however they were written.
    #[must_use]
    pub fn as_slice(&self) -> &[String] {
        match self {
            Self::One(text) => std::slice::from_ref(text),
            Self::Many(texts) => texts,
        }
    }
}

impl Serialize for OneOrMany {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::One(text) => text.serialize(serializer),
            Self::Many(texts) => texts.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) => Ok(Self::One(text)),
            many @ Value::Array(_) => serde_json::from_value(many).map(Self::Many).map_err(de::Error::custom),
            _ => Err(de::Error::custom("expected a string or a list of strings")),
        }
    }
}

impl JsonSchema for OneOrMany {
    fn schema_name() -> Cow<'static, str> {
        "OneOrMany".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "One string, or a list of them.",
            "oneOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" }, "minItems": 1 }]
        })
    }
}
