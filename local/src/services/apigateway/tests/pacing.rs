//! Quotas and overlapping writes, on a paused clock.

use std::time::Duration;

use http::Method;
use serde_json::json;

use super::{Client, proxy};
use crate::{
    store::settings::{Settings, Weather},
    testing::TestEmulator,
};

const TOO_MANY: &str = "429 TooManyRequestsException: Too Many Requests";

fn paced() -> Client {
    Client::in_weather(Weather { quotas: true, ..Weather::default() })
}

async fn wait(milliseconds: u64) {
    tokio::time::advance(Duration::from_millis(milliseconds)).await;
}

#[tokio::test(start_paused = true)]
async fn operations_have_their_own_quotas() {
    let client = paced();
    client.served_root();
    let regional = json!({ "name": "a", "endpointConfiguration": { "types": ["REGIONAL"] } });
    let edge = json!({ "name": "a" });
    let document = json!({ "swagger": "2.0", "info": { "title": "a" }, "paths": {} });
    wait(30_000).await;
    for (operation, input, burst, milliseconds) in [
        ("CreateRestApi", regional, 1, 3_000),
        ("CreateRestApi", edge, 1, 30_000),
        ("CreateDeployment", json!({}), 1, 5_000),
        ("GetResources", json!({}), 5, 400),
        ("PutRestApi", json!({ "mode": "merge" }), 1, 1_000),
        ("UpdateAccount", json!({ "patchOperations": [] }), 1, 20_000),
    ] {
        let body = document.to_string();
        for _ in 0..burst {
            client.send(operation, input.clone(), &body).unwrap();
        }
        assert_eq!(client.send(operation, input.clone(), &body).unwrap_err(), TOO_MANY, "{operation}");
        wait(milliseconds - 1).await;
        assert_eq!(client.send(operation, input.clone(), &body).unwrap_err(), TOO_MANY, "{operation}");
        wait(1).await;
        client.send(operation, input.clone(), &body).unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn five_resources_per_second_can_be_created_and_five_deleted() {
    let client = paced();
    let mut ids = Vec::new();
    for number in 0..5 {
        ids.push(client.resource(&client.root, &format!("r{number}")));
    }
    let more = json!({ "parentId": client.root, "pathPart": "more" });
    assert_eq!(client.refusal("CreateResource", more.clone()), TOO_MANY);
    for id in ids {
        client.call("DeleteResource", json!({ "resourceId": id }));
    }
    assert_eq!(client.refusal("DeleteResource", json!({ "resourceId": "x" })), TOO_MANY);
    wait(200).await;
    client.call("CreateResource", more);
}

#[tokio::test(start_paused = true)]
async fn one_api_can_be_deleted_every_30_seconds() {
    let client = paced();
    wait(3_000).await;
    let second =
        client.call("CreateRestApi", json!({ "name": "b", "endpointConfiguration": { "types": ["REGIONAL"] } }));
    client.call("DeleteRestApi", json!({}));
    let again = json!({ "restApiId": second["id"] });
    assert_eq!(client.refusal("DeleteRestApi", again.clone()), TOO_MANY);
    wait(30_000).await;
    client.call("DeleteRestApi", again);
}

#[tokio::test(start_paused = true)]
async fn all_requests_share_a_rate_of_10_and_a_burst_of_40() {
    let client = paced();
    for _ in 0..39 {
        client.call("GetRestApi", json!({}));
    }
    assert_eq!(client.refusal("GetRestApi", json!({})), TOO_MANY);
    wait(100).await;
    client.call("GetRestApi", json!({}));
    assert_eq!(client.refusal("GetRestApi", json!({})), TOO_MANY);
}

#[tokio::test(start_paused = true)]
async fn the_number_of_objects_is_limited_by_quotas() {
    let client = paced();
    client.method(&client.root, "GET");
    client.call("PutIntegration", proxy(&client.root, "GET"));
    let deployment = client.call("CreateDeployment", json!({}))["id"].clone();
    for number in 0..10 {
        wait(1_000).await;
        client.authorizer(&format!("a{number}"));
        let stage = json!({ "stageName": format!("s{number}"), "deploymentId": deployment });
        client.call("CreateStage", stage);
    }
    assert_eq!(
        client.refusal("CreateAuthorizer", super::cognito("more")),
        "429 LimitExceededException: Maximum number of Authorizers for this API has been reached. Please contact AWS \
         if you need additional Authorizers."
    );
    assert_eq!(
        client.refusal("CreateStage", json!({ "stageName": "more", "deploymentId": deployment })),
        "429 LimitExceededException: Maximum number of stages for this API has been reached. Please contact AWS if you \
         need additional stages."
    );
    for number in 0..300 {
        wait(200).await;
        client.resource(&client.root, &format!("r{number}"));
    }
    wait(200).await;
    assert_eq!(
        client.refusal("CreateResource", json!({ "parentId": client.root, "pathPart": "more" })),
        "429 LimitExceededException: Maximum number of resources for this API has been reached. Please contact AWS if \
         you need additional resources."
    );
    for number in 1..=120 {
        wait(30_000).await;
        client.call("CreateRestApi", json!({ "name": format!("a{number}") }));
    }
    wait(30_000).await;
    assert_eq!(
        client.refusal("CreateRestApi", json!({ "name": "more" })),
        "429 LimitExceededException: Maximum number of APIs for this account has been reached. Please contact AWS if \
         you need additional APIs."
    );
}

#[tokio::test(start_paused = true)]
async fn overlapping_writes_to_one_api_are_rejected() {
    let weather = Weather { latency: Duration::from_secs(1), ..Weather::default() };
    let test = TestEmulator::new(Settings { weather, ..Settings::default() });
    let api = test.call(Method::POST, "/restapis", &json!({ "name": "a" })).await.done();
    let path = format!("/restapis/{}", super::text(&api, "id"));
    let parent = format!("{path}/resources/{}", super::text(&api, "rootResourceId"));
    let (one, two) = (json!({ "pathPart": "one" }), json!({ "pathPart": "two" }));
    let (first, second, read) = tokio::join!(
        test.call(Method::POST, &parent, &one),
        test.call(Method::POST, &parent, &two),
        test.call(Method::GET, &path, &json!(null)),
    );
    first.done();
    read.done();
    let message = "Unable to complete operation due to concurrent modification. Please try again later.";
    assert_eq!(second.refused(), (409, "ConflictException".into(), message.into()));
    test.call(Method::POST, &parent, &two).await.done();
}

#[tokio::test(start_paused = true)]
async fn a_throttled_response_has_a_retry_after_header() {
    let weather = Weather { quotas: true, ..Weather::default() };
    let test = TestEmulator::new(Settings { weather, ..Settings::default() });
    let api = json!({ "name": "a" });
    test.call(Method::POST, "/restapis", &api).await.done();
    wait(500).await;
    assert_eq!(test.call(Method::POST, "/restapis", &api).await.header("retry-after"), "30");
}
