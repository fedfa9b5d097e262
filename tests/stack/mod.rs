//! From a config to the desired resources: names, references, policies. No AWS, and no state except a hand-written one.

mod cors;
mod graph;
mod names;
mod outputs;
mod wiring;

use std::sync::Arc;

use serde_json::{Value, json};
use stackctl::{
    config::Config,
    engine::Desired,
    package::Package,
    stack::{FunctionPackages, NameScope, build},
};

pub(crate) const ACCOUNT: &str = "123456789012";

pub(crate) fn config(json: Value) -> Config {
    serde_json::from_value(json).unwrap()
}

/// A config with these routes, all to one function, and with further members.
#[expect(clippy::needless_pass_by_value, reason = "tests write the JSON where it is used")]
pub(crate) fn with_routes(routes: Value, further: Value) -> Config {
    let mut whole = json!({
        "deployment": { "serviceName": "shop", "region": "eu-west-1", "stage": "dev" },
        "functions": { "hello": { "source": "hello", "handler": "hello.handler", "runtime": "python3.13" } },
        "routes": routes,
    });
    let Value::Object(further) = further else { panic!("not an object: {further}") };
    whole.as_object_mut().unwrap().extend(further);
    config(whole)
}

pub(crate) fn packages(config: &Config) -> FunctionPackages {
    let package = |name: &String| Package::without_content(format!("the hash of {name}"));
    config.functions.keys().map(|name| (name.clone(), Arc::new(package(name)))).collect()
}

pub(crate) fn identity(region: &str) -> NameScope {
    NameScope { account: ACCOUNT.into(), region: region.into(), partition: "aws".into(), endpoint: None }
}

pub(crate) fn desired(config: &Config) -> Desired {
    build(config, &packages(config), &identity(&config.deployment.region))
}

pub(crate) fn spec(desired: &Desired, key: &str) -> Value {
    desired.get(&key.parse().unwrap()).unwrap_or_else(|| panic!("{key} is not desired")).spec.clone()
}

pub(crate) fn keys(desired: &Desired) -> Vec<String> {
    desired.nodes().keys().map(ToString::to_string).collect()
}
