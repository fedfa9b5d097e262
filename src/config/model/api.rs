//! The REST API itself, and CORS.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The REST API itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Api {
    /// A description of the API.
    pub description: String,

    /// Where clients connect to AWS.
    pub endpoint_type: EndpointType,

    /// Media types, such as `image/png`, whose bodies are passed to and from functions as base64.
    pub binary_media_types: BTreeSet<String>,

    /// Throttling of the stage. Without it the account's limits apply, as with AWS's own default: a rate of 10000 and a burst
    /// of 5000.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "ThrottleConfig")]
    pub throttle: Option<ThrottleConfig>,

    /// Logs one line per request to a log group of the stage; `{}` turns it on. Without it there are no access logs. API
    /// Gateway writes them with a role that is set once per account and Region.
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
    /// Where clients connect to AWS.
    EndpointType {
        /// In the Region.
        Regional = "REGIONAL",
        /// At the nearest edge location.
        Edge = "EDGE",
    }
}

/// Throttling of the stage; API Gateway rejects further requests with a 429.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schemars(rename = "Throttle")]
pub struct ThrottleConfig {
    /// Steady-state requests per second, above 0.
    pub rate: f64,

    /// Requests in a burst, at least 1.
    pub burst: u32,
}

/// Access logs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct AccessLogs {
    /// Days until an access log line is deleted.
    pub retention_days: u32,
}

impl Default for AccessLogs {
    fn default() -> Self {
        Self { retention_days: 30 }
    }
}

/// Lets pages of other origins call the API: API Gateway responds to preflights, and its own errors have the headers.
/// **A function must send the headers of its own responses**: `Access-Control-Allow-Origin` with the request's origin if
/// it is allowed, and `Vary: Origin`; with `allowCredentials` also `Access-Control-Allow-Credentials:
/// true`, and `Access-Control-Expose-Headers` for `exposedHeaders`. The post-deploy check shows functions that do not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Cors {
    /// Origins such as `https://example.com`, or `*` alone for all origins. In the first label of a host, `*` matches any
    /// name: `https://*.preview.example.com`.
    #[schemars(length(min = 1))]
    pub allowed_origins: BTreeSet<String>,

    /// Allows scripts to send credentials (cookies): `fetch` with `credentials: "include"`. Requires named origins.
    #[serde(default)]
    pub allow_credentials: bool,

    /// Request headers that scripts may send, or `*`, which in browsers does not include `Authorization`.
    #[serde(default = "default_allowed_headers")]
    pub allowed_headers: BTreeSet<String>,

    /// Methods that scripts may use. Empty: the methods of the path's routes.
    #[serde(default)]
    pub allowed_methods: BTreeSet<String>,

    /// Response headers that scripts may read in addition to the defaults, such as `Content-Type`.
    #[serde(default)]
    pub exposed_headers: BTreeSet<String>,

    /// Seconds for which a browser may cache a preflight response, 0 to 86400.
    #[serde(default = "default_max_age_seconds")]
    pub max_age_seconds: u32,
}

impl Cors {
    /// The fixed value of `Access-Control-Allow-Origin`: the only allowed origin, or `*`. With several origins, or with a
    /// pattern, it depends on the request.
    #[must_use]
    pub fn fixed_origin(&self) -> Option<&str> {
        let mut origins = self.allowed_origins.iter();
        match (origins.next(), origins.next()) {
            (Some(only), None) if only == "*" || !only.contains('*') => Some(only),
            _ => None,
        }
    }

    /// Whether an origin is allowed.
    #[must_use]
    pub fn allows(&self, origin: &str) -> bool {
        self.allowed_origins.iter().any(|allowed| match allowed.split_once('*') {
            _ if allowed == "*" => true,
            None => allowed == origin,
            // A whole label matches several labels, too.
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
