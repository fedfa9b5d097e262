//! The REST API itself, and CORS.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The REST API itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Api {
    /// What the API is for.
    pub description: String,

    /// Where clients enter AWS.
    pub endpoint_type: EndpointType,

    /// Media types, such as `image/png`, whose bodies reach functions (and leave them) as base64.
    pub binary_media_types: BTreeSet<String>,

    /// How many requests the stage takes. Without it the account's limits hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Throttle")]
    pub throttle: Option<Throttle>,

    /// A line for each request, in a log group of the stage; `{}` is enough. Without it there is none. API Gateway writes
    /// it with a role that is set once for all APIs of the account in this Region.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "AccessLogs")]
    pub access_logs: Option<AccessLogs>,
}

impl Default for Api {
    fn default() -> Self {
        Self {
            description: String::new(),
            // AWS's own default is EDGE, which adds a hop over an edge location and has a tenth of the create quota.
            endpoint_type: EndpointType::Regional,
            binary_media_types: BTreeSet::new(),
            throttle: None,
            access_logs: None,
        }
    }
}

words! {
    /// Where clients enter AWS.
    EndpointType {
        /// In the Region.
        Regional = "REGIONAL",
        /// At the nearest edge location.
        Edge = "EDGE",
    }
}

/// How many requests the stage takes; API Gateway answers 429 to the others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Throttle {
    /// Requests per second in the long run, above 0.
    pub rate: f64,

    /// Requests at once, at least 1.
    #[schemars(range(min = 1))]
    pub burst: u32,
}

/// A line for each request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct AccessLogs {
    /// Days until a line is deleted.
    pub retention_days: u32,
}

impl Default for AccessLogs {
    fn default() -> Self {
        Self { retention_days: 30 }
    }
}

/// Lets browsers of other origins call the API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Cors {
    /// Origins such as `https://example.com`, or `*` alone for all of them.
    #[schemars(length(min = 1))]
    pub allowed_origins: BTreeSet<String>,

    /// Request headers that scripts may send, or `*`, which browsers do not take to include `Authorization`.
    #[serde(default = "default_allowed_headers")]
    pub allowed_headers: BTreeSet<String>,

    /// Methods that scripts may use. Empty: those that the path has routes for.
    #[serde(default)]
    pub allowed_methods: BTreeSet<String>,

    /// Seconds for which a browser may remember the answer to a preflight, 0 to 86400.
    #[serde(default = "default_max_age_seconds")]
    #[schemars(range(min = 0, max = 86400))]
    pub max_age_seconds: u32,
}

impl Cors {
    /// The origin that the errors bear which API Gateway answers by itself: the only one that is allowed, or `*`.
    ///
    /// Such an answer can bear a fixed origin only, so with several it bears `*`. That gives nothing away: its body is a
    /// fixed sentence of API Gateway, and browsers take `*` for calls without cookies only.
    #[must_use]
    pub fn refusal_origin(&self) -> &str {
        let mut origins = self.allowed_origins.iter();
        match (origins.next(), origins.next()) {
            (Some(only), None) => only,
            _ => "*",
        }
    }
}

fn default_allowed_headers() -> BTreeSet<String> {
    ["Authorization".to_owned(), "Content-Type".to_owned()].into()
}

fn default_max_age_seconds() -> u32 {
    600
}
