//! A call of a function.

use std::time::Duration;

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::{card::Card, log_line};

/// What came of it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Invoked<'a> {
    /// As the configuration calls it.
    pub(crate) function: &'a str,
    /// What it returned, or how it failed.
    #[serde(serialize_with = "json_or_text")]
    pub(crate) payload: &'a [u8],
    /// `Handled` or `Unhandled`, when it failed.
    pub(crate) function_error: Option<&'a str>,
    /// The end of its log.
    pub(crate) log: &'a str,
    /// From the request to the answer.
    #[serde(rename = "seconds", serialize_with = "super::wording::seconds")]
    pub(crate) took: Duration,
}

impl Card for Invoked<'_> {
    const EVENT: &'static str = "invoked";

    /// The end of the log. The payload is given as it is, apart from this.
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
