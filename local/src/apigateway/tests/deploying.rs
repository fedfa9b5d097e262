//! Deployments: what they freeze and what refuses them.

use serde_json::json;

use super::{Client, patch, text};

#[tokio::test]
async fn an_api_that_is_not_whole_cannot_be_deployed() {
    let client = Client::new().await;
    assert_eq!(
        client.refusal("CreateDeployment", json!({})).await,
        "400 BadRequestException: The REST API doesn't contain any methods"
    );
    client.method(&client.root, "GET").await;
    assert_eq!(
        client.refusal("CreateDeployment", json!({ "stageName": "dev" })).await,
        "400 BadRequestException: No integration defined for method"
    );
    assert_eq!(client.call("GetStages", json!({})).await, json!({ "item": [] }));
}

#[tokio::test]
async fn a_stage_serves_what_was_deployed_and_not_what_is_edited() {
    let client = Client::new().await;
    let authorizer = client.authorizer("users").await;
    client.call("PutGatewayResponse", json!({ "responseType": "DEFAULT_4XX", "statusCode": "418" })).await;
    client.deployed().await;
    let pets = client.resource(&client.root, "pets").await;
    client.method(&pets, "GET").await;
    client.integration(&pets, "GET").await;
    client.call("DeleteMethod", json!({ "resourceId": client.root, "httpMethod": "GET" })).await;
    let paths = |client: &Client| {
        let world = client.cloud.world();
        let served = world.apigateway.served(&client.api, "dev").unwrap();
        served.snapshot.resources.iter().map(|resource| resource.path.clone()).collect::<Vec<_>>()
    };
    assert_eq!(paths(&client), ["/"]);
    {
        let world = client.cloud.world();
        let served = world.apigateway.served(&client.api, "dev").unwrap();
        assert!(served.snapshot.authorizers.contains_key(&authorizer));
        assert_eq!(served.snapshot.gateway_responses["DEFAULT_4XX"].status_code.as_deref(), Some("418"));
        assert_eq!(served.snapshot.resources[0].methods["GET"].authorization_type, "NONE");
        assert!(!served.endpoint_disabled);
    }
    client.call("CreateDeployment", json!({ "stageName": "dev" })).await;
    assert_eq!(paths(&client), ["/pets"]);
}

#[tokio::test]
async fn a_deployment_that_repoints_a_stage_keeps_its_settings() {
    let client = Client::new().await;
    client.deployed().await;
    let patches = json!([patch("replace", "/*/*/throttling/rateLimit", Some("10"))]);
    client.patch("UpdateStage", json!({ "stageName": "dev" }), patches).await.unwrap();
    let deployment = client.call("CreateDeployment", json!({ "stageName": "dev", "variables": { "a": "b" } })).await;
    let stage = client.call("GetStage", json!({ "stageName": "dev" })).await;
    assert_eq!(stage["deploymentId"], deployment["id"]);
    assert_eq!(stage["variables"], json!({ "a": "b" }));
    assert_eq!(stage["methodSettings"]["*/*"]["throttlingRateLimit"], 10.0);
}

#[tokio::test]
async fn a_deployment_is_read_with_its_summary_and_changes_only_its_description() {
    let client = Client::new().await;
    client.served_root().await;
    let made = client.call("CreateDeployment", json!({ "description": "first" })).await;
    let ids = json!({ "deploymentId": made["id"] });
    let changes = json!([patch("replace", "/description", Some("renamed"))]);
    client.patch("UpdateDeployment", ids.clone(), changes).await.unwrap();
    let mut read = client.call("GetDeployment", json!({ "deploymentId": made["id"], "embed": ["apisummary"] })).await;
    read.as_object_mut().unwrap().remove("createdDate");
    let summary = json!({ "/": { "GET": { "authorizationType": "NONE", "apiKeyRequired": false } } });
    assert_eq!(read, json!({ "id": made["id"], "description": "renamed", "apiSummary": summary }));
    assert!(client.call("GetDeployment", ids).await.get("apiSummary").is_none());
}

#[tokio::test]
async fn a_deployment_in_use_cannot_be_deleted() {
    let client = Client::new().await;
    let first = client.deployed().await;
    let ids = json!({ "deploymentId": first });
    assert_eq!(
        client.refusal("DeleteDeployment", ids.clone()).await,
        "400 BadRequestException: Active stages pointing to this deployment must be moved or deleted"
    );
    let second = text(&client.call("CreateDeployment", json!({})).await, "id");
    let repoint = json!([patch("replace", "/deploymentId", Some(&second))]);
    client.patch("UpdateStage", json!({ "stageName": "dev" }), repoint).await.unwrap();
    client.call("DeleteDeployment", ids.clone()).await;
    assert_eq!(
        client.refusal("DeleteDeployment", ids.clone()).await,
        "404 NotFoundException: Invalid Deployment identifier specified"
    );
    assert_eq!(
        client.refusal("GetDeployment", ids).await,
        "404 NotFoundException: Invalid Deployment identifier specified"
    );
}
