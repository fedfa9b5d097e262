//! Reading the members of a call. Their types and constraints were checked against the API model.

use std::collections::BTreeMap;

use serde_json::Value;

use super::refusals::constraint;
use crate::wire::{call::Call, error::AwsError};

/// The members of one call or of a nested structure.
#[derive(Clone, Copy)]
pub(super) struct Members<'a>(&'a Value);

impl<'a> Members<'a> {
    pub(super) fn of(call: &'a Call) -> Self {
        Self(&call.input)
    }

    /// Rejects unsupported members.
    pub(super) fn only(self, operation: &str, known: &[&str]) -> Result<Self, AwsError> {
        let unknown = self.0.as_object().and_then(|members| {
            members.iter().find(|(name, value)| !known.contains(&name.as_str()) && !is_blank(value))
        });
        match unknown {
            Some((name, _)) => Err(AwsError::not_imitated(&format!("the member {name} of lambda:{operation}"))),
            None => Ok(self),
        }
    }

    pub(super) fn value(self, name: &str) -> Option<&'a Value> {
        self.0.get(name)
    }

    pub(super) fn text(self, name: &str) -> Option<&'a str> {
        self.value(name)?.as_str()
    }

    /// A text that the model requires.
    pub(super) fn required(self, name: &str) -> &'a str {
        self.text(name).unwrap_or_default()
    }

    pub(super) fn number(self, name: &str) -> Option<u32> {
        u32::try_from(self.value(name)?.as_i64()?).ok()
    }

    /// A number with a lower maximum than that of the model, which is for Managed Instances.
    pub(super) fn at_most(self, path: &str, most: u32) -> Result<Option<u32>, AwsError> {
        let (_, name) = path.rsplit_once('.').unwrap_or(("", path));
        let name = [name[..1].to_uppercase(), name[1..].to_owned()].concat();
        match self.number(&name) {
            Some(number) if number > most => {
                let rule = format!("Member must have value less than or equal to {most}");
                Err(constraint(path, &number.to_string(), &rule))
            }
            number => Ok(number),
        }
    }

    pub(super) fn flag(self, name: &str) -> bool {
        self.value(name) == Some(&Value::Bool(true))
    }

    pub(super) fn structure(self, name: &str) -> Option<Members<'a>> {
        self.value(name).map(Members)
    }

    pub(super) fn texts(self, name: &str) -> Option<Vec<String>> {
        let items = self.value(name)?.as_array()?.iter();
        Some(items.filter_map(Value::as_str).map(str::to_owned).collect())
    }

    pub(super) fn text_map(self, name: &str) -> Option<BTreeMap<String, String>> {
        let entries = self.value(name)?.as_object()?.iter();
        Some(entries.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect())
    }
}

/// Whether a value sets nothing, such as the empty `VpcConfig` that some clients always send.
fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(flag) => !flag,
        Value::Number(_) => false,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.values().all(is_blank),
    }
}
