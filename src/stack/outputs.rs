//! What a user wants to know of a stack that is up.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::keys::main;
use crate::{
    config::Config,
    engine::{Key, State},
    resources::{
        rest_api::RestApi,
        stage::{Stage, invoke_url},
        user_pool::UserPool,
        user_pool_client::UserPoolClient,
    },
};

/// Where a stack answers and what it is called; what does not exist yet is `None` or not listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Outputs {
    pub region: String,
    pub account: String,
    /// What stands in for AWS, when anything does.
    pub endpoint: Option<String>,
    /// Where the API answers; a route's path follows.
    pub invoke_url: Option<String>,
    /// The same API on the local emulator, for clients that do not resolve names below `localhost`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_url: Option<String>,
    /// Every route with its URL, sorted by path.
    pub routes: Vec<RouteUrl>,
    pub rest_api_id: Option<String>,
    pub user_pool_id: Option<String>,
    pub client_id: Option<String>,
}

/// Where a route answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RouteUrl {
    /// As in the configuration: `GET /items/{id}`.
    pub route: String,
    /// With the path's variables as they are written.
    pub url: String,
    /// Whether all callers may use it.
    pub public: bool,
}

impl Outputs {
    /// Reads from a state where its stack answers and what it is called; the routes are not in it.
    #[must_use]
    pub fn of(state: &State) -> Self {
        let recorded = |key: &Key, name: &str| {
            state.resources.get(key)?.outputs.get(name).and_then(Value::as_str).map(ToOwned::to_owned)
        };
        let served = main::<Stage>();
        let url = recorded(&served, "rest_api_id")
            .zip(recorded(&served, "name"))
            .map(|(rest_api_id, name)| invoke_url(state.endpoint.as_deref(), &state.region, &rest_api_id, &name));
        Self {
            region: state.region.clone(),
            account: state.account.clone(),
            endpoint: state.endpoint.clone(),
            routes: Vec::new(),
            rest_api_id: recorded(&main::<RestApi>(), "id"),
            user_pool_id: recorded(&main::<UserPool>(), "id"),
            client_id: recorded(&main::<UserPoolClient>(), "id"),
            invoke_url: url,
            path_url: None,
        }
    }

    /// The outputs with the URLs of the local emulator that have AWS's form: a host per API, and the stage as the first
    /// part of the path. Links, redirects and cookies of an app depend on it. Browsers and curl resolve such hosts.
    #[must_use]
    pub fn with_hosts(mut self) -> Self {
        let by_host = self.invoke_url.as_deref().zip(self.rest_api_id.as_deref()).and_then(|(url, id)| {
            let (address, stage) = url.split_once(&format!("/_aws/execute-api/{id}/"))?;
            let (_, port) = address.rsplit_once(':')?;
            Some(format!("http://{id}.execute-api.localhost:{port}/{stage}"))
        });
        let Some(by_host) = by_host else { return self };
        self.path_url = self.invoke_url.replace(by_host.clone());
        for route in &mut self.routes {
            if let Some(path) = self.path_url.as_ref().and_then(|url| route.url.strip_prefix(url)) {
                route.url = format!("{by_host}{path}");
            }
        }
        self
    }
}

/// Reads from the state where the stack of a configuration answers and what it is called.
#[must_use]
pub fn outputs(config: &Config, state: &State) -> Outputs {
    let mut outputs = Outputs::of(state);
    let urls = config.routes.iter().filter_map(|(key, route)| {
        let url = format!("{}{}", outputs.invoke_url.as_ref()?, key.path);
        Some(RouteUrl { route: key.to_string(), url, public: route.auth == crate::config::RouteAuth::None })
    });
    outputs.routes = urls.collect();
    outputs
}
