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
        ("UpdateResource", root, "/parentId, /pathPart"),
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
        ("UpdateAccount", json!({}), "/cloudwatchRoleArn, /features"),
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
            "400 BadRequestException: Invalid minimum compression size, must be between 0 and 10485760",
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
