//! Create, patch, tag and delete REST APIs.

use serde_json::{Value, json};

use super::{Client, patch};

#[test]
fn an_invalid_api_is_rejected() {
    let client = Client::new();
    let cases = [
        (json!({}), "400 BadRequestException: API name is required"),
        (
            json!({ "name": "a", "endpointConfiguration": { "types": ["LOCAL"] } }),
            "400 BadRequestException: Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE",
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
            "tags": {},
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
