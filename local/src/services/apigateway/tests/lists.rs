//! Pagination and delayed consistency of lists.

use std::{collections::BTreeSet, time::Duration};

use serde_json::{Value, json};

use super::{Client, text};
use crate::store::settings::{Settings, Weather};

fn pages(client: &Client, operation: &str, limit: Option<i64>) -> Vec<Vec<Value>> {
    let mut pages = Vec::new();
    let mut input = json!({});
    if let Some(limit) = limit {
        input["limit"] = limit.into();
    }
    loop {
        let page = client.call(operation, input.clone());
        pages.push(page["item"].as_array().unwrap().clone());
        match page.get("position") {
            Some(position) => input["position"] = position.clone(),
            None => return pages,
        }
    }
}

#[test]
fn the_default_page_size_is_25() {
    let client = Client::new();
    for number in 0..29 {
        client.resource(&client.root, &format!("r{number}"));
    }
    let sizes = |pages: &[Vec<Value>]| pages.iter().map(Vec::len).collect::<Vec<_>>();
    let paged = pages(&client, "GetResources", None);
    assert_eq!(sizes(&paged), [25, 5]);
    let ids: BTreeSet<String> = paged.concat().iter().map(|resource| text(resource, "id")).collect();
    assert_eq!(ids.len(), 30);
    assert_eq!(sizes(&pages(&client, "GetResources", Some(500))), [30]);
    assert_eq!(sizes(&pages(&client, "GetResources", Some(10))), [10, 10, 10]);
    assert_eq!(
        client.refusal("GetResources", json!({ "limit": 0 })),
        "400 BadRequestException: Invalid limit parameter"
    );
}

#[test]
fn the_page_size_setting_limits_all_lists_except_stages() {
    let client = Client::with(Settings { page_size: Some(2), ..Settings::default() });
    let deployment = client.deployed();
    for name in ["a", "b", "c"] {
        client.authorizer(name);
        client.call("CreateRequestValidator", json!({ "name": name }));
        client.call("CreateDeployment", json!({}));
        client.call("CreateRestApi", json!({ "name": name }));
        client.call("CreateStage", json!({ "stageName": name, "deploymentId": deployment }));
    }
    for (operation, total) in [
        ("GetAuthorizers", 3),
        ("GetRequestValidators", 3),
        ("GetDeployments", 4),
        ("GetRestApis", 4),
        ("GetGatewayResponses", 21),
    ] {
        let pages = pages(&client, operation, Some(500));
        assert_eq!(pages.concat().len(), total, "{operation}");
        assert_eq!(pages[0].len(), 2, "{operation}");
    }
    assert_eq!(client.call("GetStages", json!({}))["item"].as_array().unwrap().len(), 4);
    let other = client.call("GetStages", json!({ "deploymentId": "none" }));
    assert_eq!(other, json!({ "item": [] }));
}

#[tokio::test(start_paused = true)]
async fn a_new_api_can_be_read_before_it_appears_in_the_list() {
    let client = Client::in_weather(Weather { list_lag: Duration::from_secs(5), ..Weather::default() });
    assert_eq!(client.call("GetRestApis", json!({})), json!({ "item": [] }));
    assert_eq!(client.call("GetRestApi", json!({}))["name"], "shop");
    tokio::time::advance(Duration::from_secs(5)).await;
    assert_eq!(client.call("GetRestApis", json!({}))["item"][0]["id"], client.api);
}

#[test]
fn reads_do_not_change_the_store() {
    let client = Client::new();
    client.deployed();
    let before = client.emulator.snapshot();
    for operation in ["GetRestApis", "GetResources", "GetStages", "GetDeployments", "GetAuthorizers", "GetAccount"] {
        client.call(operation, json!({}));
    }
    assert_eq!(client.emulator.snapshot(), before);
}
