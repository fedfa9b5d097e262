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

    /// How many requests the stage takes. Without it the account's limits hold, as they do with AWS's own default of a rate
    /// of 10000 and a burst of 5000.
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

/// Lets browsers of other origins call the API: API Gateway answers preflights, and its own errors carry the headers.
/// **A function sends the headers of its own responses itself**: `Access-Control-Allow-Origin` with the origin of the
/// request when it is one of these, and `Vary: Origin`; with `allowCredentials` also `Access-Control-Allow-Credentials:
/// true`, and `Access-Control-Expose-Headers` for `exposedHeaders`. The check after `up` shows which function does not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Cors {
    /// Origins such as `https://example.com`, or `*` alone for all of them. In the first label of a host, `*` stands for any
    /// name: `https://*.preview.example.com`.
    #[schemars(length(min = 1))]
    pub allowed_origins: BTreeSet<String>,

    /// Whether scripts may send credentials (cookies) with their requests: `fetch` with `credentials: "include"`. It
    /// requires origins that are named.
    #[serde(default)]
    pub allow_credentials: bool,

    /// Request headers that scripts may send, or `*`, which browsers do not take to include `Authorization`.
    #[serde(default = "default_allowed_headers")]
    pub allowed_headers: BTreeSet<String>,

    /// Methods that scripts may use. Empty: those that the path has routes for.
    #[serde(default)]
    pub allowed_methods: BTreeSet<String>,

    /// Response headers that scripts may read besides those that every script may, such as `Content-Type`.
    #[serde(default)]
    pub exposed_headers: BTreeSet<String>,

    /// Seconds for which a browser may remember the answer to a preflight, 0 to 86400.
    #[serde(default = "default_max_age_seconds")]
    pub max_age_seconds: u32,
}

impl Cors {
    /// The one origin that every browser is given: the only one that is allowed, or `*`. With several origins, or with a
    /// pattern, it depends on the request.
    #[must_use]
    pub fn fixed_origin(&self) -> Option<&str> {
        let mut origins = self.allowed_origins.iter();
        match (origins.next(), origins.next()) {
            (Some(only), None) if only == "*" || !only.contains('*') => Some(only),
            _ => None,
        }
    }

    /// Whether an origin is one of those that are allowed.
    #[must_use]
    pub fn allows(&self, origin: &str) -> bool {
        self.allowed_origins.iter().any(|allowed| match allowed.split_once('*') {
            _ if allowed == "*" => true,
            None => allowed == origin,
            // A whole label stands for several, too.
            Some((before, after)) => {
                let whole = before.ends_with("://") && after.starts_with('.');
                let fits =
                    |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c) || whole && c == '.';
                let name = origin.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
                name.is_some_and(|name| !name.is_empty() && name.chars().all(fits))
            }
        })
    }
}

fn default_allowed_headers() -> BTreeSet<String> {
    ["Authorization".to_owned(), "Content-Type".to_owned()].into()
}

fn default_max_age_seconds() -> u32 {
    600
}
