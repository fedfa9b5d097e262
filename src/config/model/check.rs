//! A check: a request that `up` sends to a route after a change, and the expected response.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Method;

/// A request that `up` sends when the live version has changed, and the expected response. It calls the function, more
/// than once if the response differs at first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
#[schemars(rename = "Check")]
pub struct RouteCheck {
    /// The method for a route of `ANY`. Left out: `GET`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "methods_of_requests")]
    pub method: Option<Method>,

    /// The values of the path variables, by name.
    pub path: BTreeMap<String, String>,

    /// The query parameters, by name.
    pub query: BTreeMap<String, String>,

    /// The headers, by name. With `cors` and an allowed `Origin`, the check fails unless pages of this origin can read the
    /// response.
    pub headers: BTreeMap<String, String>,

    /// The body: a string is sent as it is, other values as JSON. Left out: no body.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Value")]
    pub body: Option<Value>,

    /// The caller: `user` is a temporary user, created for the check and then deleted; `none` sends no token. Left out: a
    /// temporary user if the route requires a token.
    #[serde(rename = "as", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "CheckAs")]
    pub caller: Option<CheckAs>,

    /// The expected status, 200 to 599.
    pub status: u16,

    /// The expected body. A string must occur in its text. Other values are compared with its JSON: an object must have these
    /// members, and may have more, each compared in the same way; lists and single values must be equal, and so must a string
    /// inside an object. Left out: any body.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Value")]
    pub body_match: Option<Value>,
}

/// The methods except `ANY`.
fn methods_of_requests(generator: &mut SchemaGenerator) -> Schema {
    let mut schema = Method::json_schema(generator);
    if let Some(Value::Array(words)) = schema.get_mut("oneOf") {
        words.retain(|word| word["const"] != Method::Any.as_str());
    }
    schema
}

impl Default for RouteCheck {
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
    /// The caller of a check.
    CheckAs {
        /// A temporary user, created for the check and then deleted.
        User = "user",
        /// A caller without a token.
        None = "none",
    }
}
