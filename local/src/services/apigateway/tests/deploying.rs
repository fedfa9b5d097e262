//! Deployments: their snapshots and their errors.

use serde_json::json;

use super::{Client, patch};

#[test]
fn an_incomplete_api_cannot_be_deployed() {
    let client = Client::new();
    assert_eq!(
        client.refusal("CreateDeployment", json!({})),
        "400 BadRequestException: The REST API doesn't contain any methods"
    );
    client.method(&client.root, "GET");
    assert_eq!(
        client.refusal("CreateDeployment", json!({ "stageName": "dev" })),
        "400 BadRequestException: No integration defined for method"
    );
    assert_eq!(client.call("GetStages", json!({})), json!({ "item": [] }));
}

#[test]
fn edits_are_not_live_until_they_are_deployed() {
    let client = Client::new();
    let authorizer = client.authorizer("users");
    client.call("PutGatewayResponse", json!({ "responseType": "DEFAULT_4XX", "statusCode": "418" }));
    client.deployed();
    let pets = client.resource(&client.root, "pets");
    client.method(&pets, "GET");
    client.integration(&pets, "GET");
    client.call("DeleteMethod", json!({ "resourceId": client.root, "httpMethod": "GET" }));
    let paths = |client: &Client| {
        let world = client.emulator.world();
        let served = world.apigateway.served(&client.api, "dev").unwrap();
        served.snapshot.resources.iter().map(|resource| resource.path.clone()).collect::<Vec<_>>()
    };
    assert_eq!(paths(&client), ["/"]);
    {
        let world = client.emulator.world();
        let served = world.apigateway.served(&client.api, "dev").unwrap();
        assert!(served.snapshot.authorizers.contains_key(&authorizer));
        assert_eq!(served.snapshot.gateway_responses["DEFAULT_4XX"].status_code.as_deref(), Some("418"));
        assert_eq!(served.snapshot.resources[0].methods["GET"].authorization_type, "NONE");
        assert!(!served.endpoint_disabled);
    }
    client.call("CreateDeployment", json!({ "stageName": "dev" }));
    assert_eq!(paths(&client), ["/pets"]);
}

#[test]
fn a_new_deployment_keeps_the_settings_of_its_stage() {
    let client = Client::new();
    client.deployed();
    let patches = json!([patch("replace", "/*/*/throttling/rateLimit", Some("10"))]);
    client.patch("UpdateStage", json!({ "stageName": "dev" }), patches).unwrap();
    let deployment = client.call("CreateDeployment", json!({ "stageName": "dev", "variables": { "a": "b" } }));
    let stage = client.call("GetStage", json!({ "stageName": "dev" }));
    assert_eq!(stage["deploymentId"], deployment["id"]);
    assert_eq!(stage["variables"], json!({ "a": "b" }));
    assert_eq!(stage["methodSettings"]["*/*"]["throttlingRateLimit"], 10.0);
}
