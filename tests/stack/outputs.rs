//! The outputs of a deployed stack.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use stackctl::{
    engine::{Recorded, STATE_FORMAT, State},
    stack::{RouteUrl, outputs},
};

use super::{ACCOUNT, with_routes};

fn state(endpoint: Option<&str>, resources: &[(&str, Value)]) -> State {
    let recorded = |outputs: &Value| Recorded {
        outputs: outputs.clone(),
        token: None,
        needs: BTreeSet::new(),
        applied: None,
        replaced: Vec::new(),
    };
    State {
        format: STATE_FORMAT,
        stack: "shop".into(),
        stage: "dev".into(),
        region: "eu-west-1".into(),
        account: ACCOUNT.into(),
        endpoint: endpoint.map(Into::into),
        lineage: "l".into(),
        serial: 1,
        resources: resources.iter().map(|(key, outputs)| (key.parse().unwrap(), recorded(outputs))).collect(),
        pending: BTreeMap::new(),
        unconfirmed: None,
        temporary_user: None,
        reverted: BTreeMap::new(),
        releases: Vec::new(),
        config: None,
        written_by: "test".into(),
    }
}

fn up() -> [(&'static str, Value); 4] {
    [
        ("rest_api.main", json!({ "id": "a1b2", "root_resource_id": "r", "arn": "x" })),
        ("stage.main", json!({ "rest_api_id": "a1b2", "name": "dev", "deployment_id": "d" })),
        ("user_pool.main", json!({ "id": "eu-west-1_X", "arn": "x", "name": "shop-dev" })),
        ("user_pool_client.main", json!({ "id": "c1", "user_pool_id": "eu-west-1_X" })),
    ]
}

fn config() -> stackctl::config::Config {
    with_routes(
        json!({ "GET /items/{id}": { "function": "hello" }, "GET /": { "function": "hello", "auth": "none" } }),
        json!({}),
    )
}

#[test]
fn a_deployed_stack_has_ids_and_urls() {
    let told = outputs(&config(), &state(None, &up()));
    let url = "https://a1b2.execute-api.eu-west-1.amazonaws.com/dev";
    assert_eq!(told.invoke_url.as_deref(), Some(url));
    assert_eq!(
        told.routes,
        [
            RouteUrl { route: "GET /".into(), url: format!("{url}/"), public: true },
            RouteUrl { route: "GET /items/{id}".into(), url: format!("{url}/items/{{id}}"), public: false },
        ]
    );
    assert_eq!((told.user_pool_id.as_deref(), told.client_id.as_deref()), (Some("eu-west-1_X"), Some("c1")));
}

#[test]
fn the_urls_of_a_local_stack_have_the_emulators_address() {
    let told = outputs(&config(), &state(Some("http://127.0.0.1:4999"), &up()));
    let by_path = "http://127.0.0.1:4999/_aws/execute-api/a1b2/dev";
    assert_eq!((told.invoke_url.as_deref(), &told.path_url), (Some(by_path), &None));
    let told = told.with_hosts();
    let by_host = "http://a1b2.execute-api.localhost:4999/dev";
    assert_eq!((told.invoke_url.as_deref(), told.path_url.as_deref()), (Some(by_host), Some(by_path)));
    assert_eq!(told.routes[1].url, format!("{by_host}/items/{{id}}"));
    let on_aws = outputs(&config(), &state(None, &up()));
    assert_eq!(on_aws.clone().with_hosts(), on_aws);
}

#[test]
fn a_stack_that_is_not_deployed_has_no_url() {
    let told = outputs(&config(), &state(None, &[]));
    assert_eq!((told.invoke_url, told.routes.len(), told.user_pool_id), (None, 0, None));
}
