//! A check: a request that `up` sends to a route, and the answer that it must get.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Method;

/// A request that `up` sends when it has changed what is served, and the answer that it must get. It calls the function,
/// more than once when the answer is another at first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Check {
    /// The method to call a route of `ANY` with; left out: `GET`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "methods_of_requests")]
    pub method: Option<Method>,

    /// What stands in the place of each variable of the path, by its name.
    pub path: BTreeMap<String, String>,

    /// The query, by name.
    pub query: BTreeMap<String, String>,

    /// The headers, by name. With `cors`, an allowed `Origin` says that pages of this origin can read the response.
    pub headers: BTreeMap<String, String>,

    /// The body: a string as it is, everything else as JSON. Left out: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Value")]
    pub body: Option<Value>,

    /// Who calls: `user` is one who is there only for the check, `none` has no token. Left out: a user where the route
    /// asks for a token.
    #[serde(rename = "as", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "CheckAs")]
    pub caller: Option<CheckAs>,

    /// The status of the answer, 200 to 599.
    pub status: u16,

    /// What the body of the answer holds. A string is a part of its text. Everything else is compared with its JSON: an
    /// object has these members, and may have more, each compared in the same way; lists and single values, a string inside
    /// an object included, are equal. Left out: any body will do.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Value")]
    pub body_match: Option<Value>,
}

/// The methods but `ANY`: a request has one.
fn methods_of_requests(generator: &mut SchemaGenerator) -> Schema {
    let mut schema = Method::json_schema(generator);
    if let Some(Value::Array(words)) = schema.get_mut("oneOf") {
        words.retain(|word| word["const"] != Method::Any.as_str());
    }
    schema
}

impl Default for Check {
    fn default() -> Self {
        Self {
            method: None,
            path: BTreeMap::new(),
            query: BTreeMap::new(),
            headers: BTreeMap::new(),
            body: None,
            caller: None,
            status: 200,
            body_match: None,
        }
    }
}

words! {
    /// Who sends a check's request.
    CheckAs {
        /// A user of the pool who is there only for the check.
        User = "user",
        /// Somebody without a token.
        None = "none",
    }
}
