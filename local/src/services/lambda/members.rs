//! Reading the members of a call, with AWS's validation errors.

use std::{collections::BTreeMap, ops::RangeInclusive};

use serde_json::Value;

use super::refusals::{constraint, wrong_type};
use crate::wire::{call::Call, error::AwsError};

/// The members of one call or of a nested structure. `null` is an absent member.
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
        self.0.get(name).filter(|value| !value.is_null())
    }

    pub(super) fn text(self, name: &str) -> Result<Option<&'a str>, AwsError> {
        match self.value(name) {
            None => Ok(None),
            Some(value) => value.as_str().map(Some).ok_or_else(|| wrong_type(name, "a string")),
        }
    }

    pub(super) fn required_text(self, name: &str) -> Result<&'a str, AwsError> {
        self.text(name)?.ok_or_else(|| {
            AwsError::new(
                400,
                "ValidationException",
                format!(
                    "1 validation error detected: Value null at '{}' failed to satisfy constraint: Member must not be \
                     null",
                    wire_name(name)
                ),
            )
        })
    }

    /// A number, or its digits in a path or a query.
    pub(super) fn integer(self, name: &str, range: &RangeInclusive<u32>) -> Result<Option<u32>, AwsError> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let number = value
            .as_i64()
            .or_else(|| value.as_str().and_then(|digits| digits.parse().ok()))
            .ok_or_else(|| wrong_type(name, "an integer"))?;
        let rule = if number < i64::from(*range.start()) {
            format!("Member must have value greater than or equal to {}", range.start())
        } else if number > i64::from(*range.end()) {
            format!("Member must have value less than or equal to {}", range.end())
        } else {
            return Ok(u32::try_from(number).ok());
        };
        Err(constraint(&wire_name(name), &number.to_string(), &rule))
    }

    pub(super) fn flag(self, name: &str) -> Result<bool, AwsError> {
        match self.value(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(Value::String(flag)) if flag == "true" || flag == "false" => Ok(flag == "true"),
            Some(_) => Err(wrong_type(name, "a boolean")),
        }
    }

    pub(super) fn structure(self, name: &str) -> Result<Option<Members<'a>>, AwsError> {
        match self.value(name) {
            None => Ok(None),
            Some(value) if value.is_object() => Ok(Some(Members(value))),
            Some(_) => Err(wrong_type(name, "a structure")),
        }
    }

    pub(super) fn texts(self, name: &str) -> Result<Option<Vec<String>>, AwsError> {
        let Some(value) = self.value(name) else { return Ok(None) };
        value
            .as_array()
            .and_then(|items| items.iter().map(|item| item.as_str().map(str::to_owned)).collect())
            .map(Some)
            .ok_or_else(|| wrong_type(name, "a list of strings"))
    }

    pub(super) fn text_map(self, name: &str) -> Result<Option<BTreeMap<String, String>>, AwsError> {
        let Some(value) = self.value(name) else { return Ok(None) };
        value
            .as_object()
            .and_then(|entries| {
                entries.iter().map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
            })
            .map(Some)
            .ok_or_else(|| wrong_type(name, "a map of strings"))
    }
}

/// AWS's error messages name members as `memorySize`.
pub(super) fn wire_name(member: &str) -> String {
    let mut letters = member.chars();
    letters.next().map(|first| first.to_lowercase().collect::<String>() + letters.as_str()).unwrap_or_default()
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
