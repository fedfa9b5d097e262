//! Patch operations that updates reject.

use serde_json::json;

use super::{Client, patch};

#[test]
fn the_error_for_an_unsupported_path_lists_the_supported_paths() {
    let client = Client::new();
    client.deployed();
    let authorizer = client.authorizer("users");
    let deployment = client.call("CreateDeployment", json!({}))["id"].clone();
    let root = json!({ "resourceId": client.root });
    let get = json!({ "resourceId": client.root, "httpMethod": "GET" });
    let unknown = "Invalid patch path  '/nothing' specified for op 'replace'. Must be one of:";
    let cases = [
        (
            "UpdateRestApi",
            json!({}),
            "/name, /description, /policy, /apiKeySource, /disableExecuteApiEndpoint, /minimumCompressionSize, \
             /endpointConfiguration/types/0, /endpointConfiguration/ipAddressType, \
             /endpointConfiguration/vpcEndpointIds, /binaryMediaTypes/{binaryMediaType}",
        ),
        ("UpdateResource", root, "/pathPart, /parentId"),
        (
            "UpdateMethod",
            get.clone(),
            "/authorizationType, /authorizerId, /authorizationScopes, /apiKeyRequired, /operationName, \
             /requestValidatorId, /requestParameters/{name}, /requestModels/{contentType}",
        ),
        (
            "UpdateIntegration",
            get,
            "/uri, /timeoutInMillis, /contentHandling, /connectionType, /connectionId, /cacheNamespace, \
             /requestTemplates/{contentType}, /requestParameters/{name}, /cacheKeyParameters/{name}",
        ),
        (
            "UpdateAuthorizer",
            json!({ "authorizerId": authorizer }),
            "/name, /authType, /authorizerUri, /authorizerCredentials, /identitySource, /identityValidationExpression, \
             /authorizerResultTtlInSeconds, /type, /providerARNs",
        ),
        ("UpdateDeployment", json!({ "deploymentId": deployment }), "/description"),
        (
            "UpdateStage",
            json!({ "stageName": "dev" }),
            "/deploymentId, /description, /tracingEnabled, /documentationVersion, /clientCertificateId, \
             /cacheClusterEnabled, /cacheClusterSize, /accessLogSettings, /accessLogSettings/destinationArn, \
             /accessLogSettings/format, /variables/{name}, /{resourcePath}/{httpMethod}/{setting}",
        ),
        ("UpdateAccount", json!({}), "/cloudwatchRoleArn, /features"),
        (
            "UpdateGatewayResponse",
            json!({ "responseType": "THROTTLED" }),
            "/statusCode, /responseParameters/{name}, /responseTemplates/{contentType}",
        ),
    ];
    for (operation, ids, paths) in cases {
        let patches = json!([patch("replace", "/nothing", Some("x"))]);
        assert_eq!(
            client.patch(operation, ids, patches).unwrap_err(),
            format!("400 BadRequestException: {unknown} [{paths}]")
        );
    }
}

#[test]
fn a_scalar_supports_only_replace() {
    let client = Client::new();
    for op in ["add", "remove", "copy", "move", "test"] {
        let refusal = client.patch("UpdateRestApi", json!({}), json!([patch(op, "/name", Some("x"))]));
        let refusal = refusal.unwrap_err();
        let expected =
            format!("400 BadRequestException: Invalid patch path  '/name' specified for op '{op}'. Must be ");
        assert!(refusal.starts_with(&expected), "{refusal}");
    }
}

#[test]
fn an_invalid_patch_is_rejected() {
    let client = Client::new();
    let cases = [
        (
            patch("set", "/name", Some("x")),
            "400 BadRequestException: Invalid patch operation specified. Must be \
             'add'|'remove'|'replace'|'move'|'copy'|'test'",
        ),
        (
            patch("replace", "name", Some("x")),
            "400 BadRequestException: Invalid patch path  'name' specified. Must start with '/'",
        ),
        (patch("replace", "/name", None), "400 BadRequestException: Invalid patch value: no value for path '/name'"),
        (
            patch("replace", "/disableExecuteApiEndpoint", Some("yes")),
            "400 BadRequestException: Invalid boolean value 'yes' for path '/disableExecuteApiEndpoint'",
        ),
        (
            patch("replace", "/minimumCompressionSize", Some("many")),
            "400 BadRequestException: Invalid number value 'many' for path '/minimumCompressionSize'",
        ),
    ];
    for (one, refusal) in cases {
        assert_eq!(client.patch("UpdateRestApi", json!({}), json!([one])).unwrap_err(), refusal);
    }
}

#[test]
fn a_rejected_list_of_patches_changes_nothing() {
    let client = Client::new();
    let patches = json!([patch("replace", "/name", Some("store")), patch("replace", "/nothing", Some("x"))]);
    client.patch("UpdateRestApi", json!({}), patches).unwrap_err();
    assert_eq!(client.call("GetRestApi", json!({}))["name"], "shop");
}
