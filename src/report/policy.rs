//! IAM policies, as documents.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::card::Card;

/// An IAM policy.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct PolicyDocument {
    pub(crate) document: Value,
    /// The characters that IAM counts.
    pub(crate) size: usize,
}

impl Card for PolicyDocument {
    const EVENT: &'static str = "policy";

    fn text(&self) -> String {
        format!("{:#}\n", self.document)
    }
}
