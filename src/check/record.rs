//! What a check asks, as a release records it: so a rollback to the release asks the same again, whatever the config says
//! by then.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::{
    config::{self, Config, Cors, RouteAuth, RouteConfig, RouteKey},
    engine::hex,
};

/// What of a config a check depends on.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordedCheck {
    routes: BTreeMap<RouteKey, RecordedRoute>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cors: Option<Cors>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordedRoute {
    function: String,
    #[serde(default, skip_serializing_if = "Value::is_null")]
    auth: Value,
    /// The digest of its `check`, which may hold secrets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    check: Option<String>,
}

/// Writes down what the check of a config asks, without any secret.
///
/// # Panics
/// Never: a config is plain data.
#[must_use]
pub fn recorded(config: &Config) -> Value {
    let routes = config.routes.iter().map(|(key, route)| {
        let auth = serde_json::to_value(&route.auth).expect("a config is plain data");
        (key.clone(), RecordedRoute { function: route.function.clone(), auth, check: route.check.as_ref().map(digest) })
    });
    let asked = RecordedCheck { routes: routes.collect(), cors: config.cors.clone() };
    serde_json::to_value(asked).expect("a config is plain data")
}

fn digest(check: &config::RouteCheck) -> String {
    let text = serde_json::to_string(check).expect("a config is plain data");
    hex(&Sha256::digest(text))
}

/// What a check asks that was recorded.
pub struct Again {
    /// The config with the routes and the CORS settings that were recorded.
    pub config: Config,
    /// The routes whose `check` is another one in the config by now, so that the recorded one is not known.
    pub edited: Vec<String>,
}

/// Reads what was [recorded]; a route's `check` is that of `config`, where it is still the same.
///
/// # Errors
/// When it was recorded by a later version that asks for more.
pub fn again(config: &Config, recorded: &Value) -> Result<Again, serde_json::Error> {
    let RecordedCheck { routes, cors } = RecordedCheck::deserialize(recorded)?;
    let mut again = Again { config: Config { cors, routes: BTreeMap::new(), ..config.clone() }, edited: Vec::new() };
    for (key, RecordedRoute { function, auth, check: recorded }) in routes {
        let now = config.routes.get(&key).and_then(|route| route.check.clone());
        let check = now.filter(|now| recorded.as_ref() == Some(&digest(now)));
        if check.is_none() && recorded.is_some() {
            again.edited.push(key.to_string());
        }
        let auth = if auth.is_null() { RouteAuth::default() } else { RouteAuth::deserialize(auth)? };
        again.config.routes.insert(key, RouteConfig { function, auth, check });
    }
    Ok(again)
}
