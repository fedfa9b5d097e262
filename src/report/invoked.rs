//! An invocation of a function.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::{card::Card, log_line};

/// The result of an invocation.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Invoked<'a> {
    /// The function's name in the config.
    pub(crate) function: &'a str,
    /// The returned payload, or the error of the function.
    #[serde(serialize_with = "json_or_text")]
    #[schemars(with = "serde_json::Value")]
    pub(crate) payload: &'a [u8],
    /// `Handled` or `Unhandled`, when it failed.
    pub(crate) function_error: Option<&'a str>,
    pub(crate) log: &'a str,
    /// The time from the request to the response.
    #[serde(rename = "seconds", serialize_with = "super::wording::seconds")]
    #[schemars(with = "f64")]
    pub(crate) took: Duration,
}

impl Card for Invoked<'_> {
    const EVENT: &'static str = "invoked";

    /// The end of the log. The payload is printed separately, byte for byte.
    fn text(&self) -> String {
        self.log.lines().filter_map(log_line::message).map(|line| line + "\n").collect()
    }
}

fn json_or_text<S: Serializer>(payload: &&[u8], serializer: S) -> Result<S::Ok, S::Error> {
    match serde_json::from_slice::<Value>(payload) {
        Ok(value) => value.serialize(serializer),
        Err(_) => serializer.serialize_str(&String::from_utf8_lossy(payload)),
    }
}
