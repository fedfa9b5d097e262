//! Methods and method responses.

use serde_json::json;

use super::{Client, patch};

#[test]
fn a_method_can_be_put_only_once() {
    let client = Client::new();
    client.method(&client.root, "GET");
    let again = json!({ "resourceId": client.root, "httpMethod": "GET", "authorizationType": "NONE" });
    assert_eq!(client.refusal("PutMethod", again), "409 ConflictException: Method already exists for this resource");
}

#[test]
fn an_invalid_method_is_rejected() {
    let client = Client::new();
    let authorizer = "400 BadRequestException: Invalid authorizer ID specified. Setting the authorization type to \
                      CUSTOM or COGNITO_USER_POOLS requires a valid authorizer.";
    let users = client.authorizer("users");
    let cases = [
        (json!({ "authorizationType": "COGNITO_USER_POOLS" }), authorizer),
        (json!({ "authorizationType": "COGNITO_USER_POOLS", "authorizerId": "nobody" }), authorizer),
        (json!({ "authorizationType": "CUSTOM", "authorizerId": users }), authorizer),
        (
            json!({ "authorizationType": "SOME" }),
            "400 BadRequestException: Invalid authorization type specified: 'SOME'. Must be one of: [NONE, AWS_IAM, \
             CUSTOM, COGNITO_USER_POOLS]",
        ),
        (
            json!({ "authorizationType": "NONE", "requestValidatorId": "none" }),
            "400 BadRequestException: Invalid Request Validator identifier specified",
        ),
        (
            json!({ "authorizationType": "NONE", "requestModels": { "application/json": "Pet" } }),
            "400 BadRequestException: Invalid model identifier specified: Pet",
        ),
        (
            json!({ "authorizationType": "NONE", "requestParameters": { "path.id": true } }),
            "400 BadRequestException: Invalid mapping expression specified: Validation Result: warnings : [], errors \
             : [Invalid mapping expression parameter specified: path.id]",
        ),
        (
            json!({ "authorizationType": "NONE", "httpMethod": "FETCH" }),
            "400 BadRequestException: Invalid HttpMethod specified. Valid options are \
             GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY",
        ),
        (
            json!({ "authorizationType": "NONE", "resourceId": "nowhere" }),
            "404 NotFoundException: Invalid Resource identifier specified",
        ),
    ];
    for (members, refusal) in cases {
        let mut input = json!({ "resourceId": client.root, "httpMethod": "GET" });
        input.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        assert_eq!(client.refusal("PutMethod", input), refusal);
    }
}

#[test]
fn every_patch_of_a_method_takes_effect() {
    let client = Client::new();
    client.method(&client.root, "GET");
    let users = client.authorizer("users");
    let validator = client.call("CreateRequestValidator", json!({ "name": "all" }))["id"].clone();
    let ids = json!({ "resourceId": client.root, "httpMethod": "GET" });
    let patches = json!([
        patch("replace", "/authorizationType", Some("COGNITO_USER_POOLS")),
        patch("replace", "/authorizerId", Some(&users)),
        patch("add", "/authorizationScopes", Some("a/read")),
        patch("add", "/authorizationScopes", Some("a/write")),
        patch("remove", "/authorizationScopes", Some("a/read")),
        patch("replace", "/apiKeyRequired", Some("true")),
        patch("replace", "/operationName", Some("list")),
        patch("replace", "/requestValidatorId", validator.as_str()),
        patch("add", "/requestParameters/method.request.querystring.q", Some("true")),
        patch("add", "/requestModels/application~1json", Some("Empty")),
    ]);
    client.patch("UpdateMethod", ids.clone(), patches).unwrap();
    assert_eq!(
        client.call("GetMethod", ids.clone()),
        json!({
            "httpMethod": "GET",
            "authorizationType": "COGNITO_USER_POOLS",
            "authorizerId": users,
            "authorizationScopes": ["a/write"],
            "apiKeyRequired": true,
            "operationName": "list",
            "requestValidatorId": validator,
            "requestParameters": { "method.request.querystring.q": true },
            "requestModels": { "application/json": "Empty" },
        })
    );
    let open = client.patch("UpdateMethod", ids, json!([patch("replace", "/authorizationType", Some("NONE"))]));
    assert!(open.unwrap().get("authorizerId").is_none());
    assert_eq!(
        client.refusal("DeleteRequestValidator", json!({ "requestValidatorId": validator })),
        "409 ConflictException: Cannot delete request validator, it is referenced by a method"
    );
    assert_eq!(
        client.refusal("DeleteRequestValidator", json!({ "requestValidatorId": "none" })),
        "404 NotFoundException: Invalid Request Validator identifier specified"
    );
}

#[test]
fn deleted_objects_are_not_found() {
    let client = Client::new();
    client.served_root();
    let ids = json!({ "resourceId": client.root, "httpMethod": "GET", "statusCode": "200" });
    client.call("PutMethodResponse", ids.clone());
    client.call("PutIntegrationResponse", ids.clone());
    for (deletion, read, refusal) in [
        ("DeleteIntegrationResponse", "GetIntegrationResponse", "Invalid Response status code specified"),
        ("DeleteMethodResponse", "GetMethodResponse", "Invalid Response status code specified"),
        ("DeleteIntegration", "GetIntegration", "Invalid Integration identifier specified"),
        ("DeleteMethod", "GetMethod", "Invalid Method identifier specified"),
    ] {
        client.call(read, ids.clone());
        client.call(deletion, ids.clone());
        let refusal = format!("404 NotFoundException: {refusal}");
        assert_eq!(client.refusal(read, ids.clone()), refusal);
        assert_eq!(client.refusal(deletion, ids.clone()), refusal);
    }
}
