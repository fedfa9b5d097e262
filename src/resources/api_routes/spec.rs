//! What the tree of an API is to be, route by route.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::engine::Input;

/// What the tree of an API is to be, or is: `read` answers in the same form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    pub rest_api_id: Input<String>,
    /// The authorizer of all routes that ask for one.
    pub authorizer_id: Option<Input<String>>,
    /// The routes, as `GET /items/{id}`.
    pub routes: BTreeMap<String, Route>,
    /// The answers to browsers' preflights, by path.
    pub preflights: BTreeMap<String, Preflight>,
    /// The customised answers that API Gateway gives by itself, by type.
    pub gateway_responses: BTreeMap<String, GatewayResponse>,
    /// Paths that neither have a route nor lead to one; none are ever wanted.
    pub unrouted: BTreeSet<String>,
}

/// One method of one path, answered by a Lambda function.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// The ARN of the function, or of an alias of it.
    pub function: String,
    /// Who may call.
    pub auth: Auth,
    /// With scopes an access token with one of them is asked for, without an ID token.
    pub scopes: BTreeSet<String>,
    /// How long API Gateway waits for the function, 50–29,000.
    pub timeout_millis: u32,
    /// Settings of the method that no route of ours ever has, as made outside stackctl; none are ever wanted.
    pub unmanaged: BTreeMap<String, Value>,
}

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Auth {
    None,
    /// Who has a token of the user pool.
    Cognito,
}

/// The answer to a browser that asks whether a script of another origin may call a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preflight {
    /// Origins and patterns of them, or `*` alone.
    pub origins: BTreeSet<String>,
    /// Request headers that scripts may send.
    pub headers: BTreeSet<String>,
    /// Methods that scripts may use.
    pub methods: BTreeSet<String>,
    /// Whether scripts may send credentials.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub credentials: bool,
    /// How long the answer may be remembered.
    pub max_age_seconds: u32,
}

/// An answer that API Gateway gives by itself.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GatewayResponse {
    /// Headers by name, with their values as API Gateway takes them: a fixed text stands in single quotes.
    pub headers: BTreeMap<String, String>,
    /// What else is customized outside stackctl; nothing is ever wanted.
    pub unmanaged: BTreeMap<String, Value>,
}
