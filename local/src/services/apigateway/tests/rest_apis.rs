//! Create, patch, tag and delete REST APIs.

use serde_json::{Value, json};

use super::{Client, patch, text};

#[test]
fn the_default_endpoint_type_is_edge() {
    let client = Client::new();
    let api = client.call("CreateRestApi", json!({ "name": "plain", "tags": { "stack": "a" } }));
    assert_eq!(api["endpointConfiguration"], json!({ "types": ["EDGE"], "ipAddressType": "ipv4" }));
    assert_eq!(api["apiKeySource"], "HEADER");
    assert_eq!(api["disableExecuteApiEndpoint"], false);
    assert_eq!(api["tags"], json!({ "stack": "a" }));
    assert!(api["createdDate"].is_i64());
    assert!(api.get("minimumCompressionSize").is_none());
    let resources = client.call("GetResources", json!({ "restApiId": api["id"] }));
    assert_eq!(resources, json!({ "item": [{ "id": api["rootResourceId"], "path": "/" }] }));
}

#[test]
fn two_apis_can_have_the_same_name() {
    let client = Client::new();
    let second = client.call("CreateRestApi", json!({ "name": "shop" }));
    assert_ne!(text(&second, "id"), client.api);
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table of errors")]
fn an_invalid_api_is_rejected() {
    let client = Client::new();
    let cases = [
        (json!({}), "400 BadRequestException: API name is required"),
        (
            json!({ "name": "a", "endpointConfiguration": { "types": ["LOCAL"] } }),
            "400 BadRequestException: Invalid endpoint type 'LOCAL'. Must be one of: [EDGE, REGIONAL, PRIVATE]",
        ),
        (
            json!({ "name": "a", "endpointConfiguration": { "types": ["EDGE", "REGIONAL"] } }),
            "400 BadRequestException: Only one endpoint type may be specified",
        ),
        (
            json!({ "name": "a", "endpointConfiguration": { "types": ["PRIVATE"], "ipAddressType": "ipv4" } }),
            "400 BadRequestException: PRIVATE endpoints support only the IP address type dualstack",
        ),
        (
            json!({ "name": "a", "endpointConfiguration": { "types": ["EDGE"], "ipAddressType": "ipv6" } }),
            "400 BadRequestException: Invalid IP address type 'ipv6'. Must be one of: [ipv4, dualstack]",
        ),
        (
            json!({ "name": "a", "minimumCompressionSize": 10_485_761 }),
            "400 BadRequestException: Invalid minimum compression size, must be between 0 and 10485760",
        ),
        (
            json!({ "name": "a", "apiKeySource": "QUERY" }),
            "400 BadRequestException: Invalid API key source 'QUERY'. Must be one of: [HEADER, AUTHORIZER]",
        ),
        (
            json!({ "name": "a", "policy": "allow all" }),
            "400 BadRequestException: Invalid policy document. Please check the policy syntax and ensure that \
             Principals are valid.",
        ),
        (
            json!({ "name": "a", "policy": json!({ "Statement": "x".repeat(8192) }).to_string() }),
            "429 LimitExceededException: The resource policy exceeds the maximum size of 8192 characters",
        ),
        (
            json!({ "name": "a", "tags": { "aws:x": "1" } }),
            "400 BadRequestException: Invalid tag key 'aws:x': aws: prefixed tag keys are reserved",
        ),
        (
            json!({ "name": "a", "tags": { "": "1" } }),
            "400 BadRequestException: Invalid tag key '': must have 1 to 128 characters",
        ),
        (
            json!({ "name": "a", "tags": { "x": "y".repeat(257) } }),
            "400 BadRequestException: Invalid tag value of 'x': must have at most 256 characters",
        ),
        (
            json!({ "name": "a", "cloneFrom": client.api }),
            "501 NotImplemented: the local emulator does not imitate cloneFrom of apigateway:CreateRestApi",
        ),
    ];
    for (input, refusal) in cases {
        assert_eq!(client.refusal("CreateRestApi", input), refusal);
    }
    let many: Value = (0..51).map(|number| (format!("k{number}"), Value::from("v"))).collect();
    assert_eq!(
        client.refusal("CreateRestApi", json!({ "name": "a", "tags": many })),
        "429 LimitExceededException: The number of tags exceeds the limit of 50"
    );
}

#[test]
fn the_error_for_an_unknown_api_names_the_account() {
    let client = Client::new();
    let unknown = json!({ "restApiId": "nowhere" });
    for operation in ["GetRestApi", "DeleteRestApi", "GetResources", "CreateDeployment", "PutRestApi", "GetStages"] {
        assert_eq!(
            client.send(operation, unknown.clone(), r#"{"swagger":"2.0"}"#).unwrap_err(),
            "404 NotFoundException: Invalid API identifier specified 000000000000:nowhere"
        );
    }
}

#[test]
fn deleting_an_api_deletes_its_stages() {
    let client = Client::new();
    client.deployed();
    client.call("DeleteRestApi", json!({}));
    assert!(client.refusal("GetStage", json!({ "stageName": "dev" })).contains("Invalid API identifier"));
    assert!(client.emulator.world().apigateway.served(&client.api, "dev").is_none());
}

#[test]
fn a_policy_is_returned_with_escaped_quotes() {
    let client = Client::new();
    let api = client.call("CreateRestApi", json!({ "name": "a", "policy": "{ \"Version\": \"2012-10-17\" }" }));
    assert_eq!(api["policy"], r#"{\"Version\":\"2012-10-17\"}"#);
}

#[test]
fn every_patch_of_an_api_takes_effect() {
    let client = Client::new();
    let patches = json!([
        patch("replace", "/name", Some("store")),
        patch("replace", "/description", Some("sells")),
        patch("replace", "/policy", Some("{}")),
        patch("replace", "/apiKeySource", Some("AUTHORIZER")),
        patch("replace", "/disableExecuteApiEndpoint", Some("true")),
        patch("replace", "/minimumCompressionSize", Some("0")),
        patch("replace", "/endpointConfiguration/types/0", Some("PRIVATE")),
        patch("add", "/endpointConfiguration/vpcEndpointIds", Some("vpce-1")),
        patch("add", "/endpointConfiguration/vpcEndpointIds", Some("vpce-2")),
        patch("remove", "/endpointConfiguration/vpcEndpointIds", Some("vpce-1")),
        patch("add", "/binaryMediaTypes/image~1png", None),
        patch("add", "/binaryMediaTypes/*~1*", None),
        patch("remove", "/binaryMediaTypes/image~1png", None),
    ]);
    client.patch("UpdateRestApi", json!({}), patches).unwrap();
    let mut api = client.call("GetRestApi", json!({}));
    for member in ["id", "createdDate", "rootResourceId"] {
        api.as_object_mut().unwrap().remove(member);
    }
    let endpoint = json!({ "types": ["PRIVATE"], "ipAddressType": "dualstack", "vpcEndpointIds": ["vpce-2"] });
    assert_eq!(
        api,
        json!({
            "name": "store",
            "description": "sells",
            "policy": "{}",
            "apiKeySource": "AUTHORIZER",
            "disableExecuteApiEndpoint": true,
            "minimumCompressionSize": 0,
            "endpointConfiguration": endpoint,
            "binaryMediaTypes": ["*/*"],
        })
    );
    let off = json!([patch("replace", "/minimumCompressionSize", None), patch("replace", "/policy", Some(""))]);
    let api = client.patch("UpdateRestApi", json!({}), off).unwrap();
    assert!(api.get("minimumCompressionSize").is_none() && api.get("policy").is_none());
}

#[test]
fn apis_and_stages_are_tagged_by_arn() {
    let client = Client::new();
    client.deployed();
    let api = format!("arn:aws:apigateway:us-west-2::/restapis/{}", client.api);
    for arn in [api.clone(), format!("{api}/stages/dev")] {
        client.call("TagResource", json!({ "resourceArn": arn, "tags": { "a": "1", "b": "2" } }));
        client.call("UntagResource", json!({ "resourceArn": arn, "tagKeys": ["a"] }));
        let tags = client.call("GetTags", json!({ "resourceArn": arn }));
        assert_eq!(tags, json!({ "tags": { "b": "2" } }));
    }
    assert_eq!(client.call("GetRestApi", json!({}))["tags"], json!({ "b": "2" }));
    for (arn, refusal) in [
        ("arn:aws:s3:::bucket".to_owned(), "400 BadRequestException: Invalid ARN specified: arn:aws:s3:::bucket"),
        (format!("{api}/stages/no"), "404 NotFoundException: Invalid stage identifier specified"),
    ] {
        assert_eq!(client.refusal("GetTags", json!({ "resourceArn": arn })), refusal);
        let tags = json!({ "resourceArn": arn, "tags": { "a": "1" } });
        assert_eq!(client.refusal("TagResource", tags), refusal);
    }
}
