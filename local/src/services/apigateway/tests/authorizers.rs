//! Authorizers.

use serde_json::json;

use super::{Client, POOL, cognito, patch};

#[test]
fn an_invalid_authorizer_is_rejected() {
    let client = Client::new();
    client.authorizer("users");
    let time = "400 BadRequestException: Invalid Authorizer result ttl in seconds. Must be between 0 and 3600";
    let cases = [
        (
            "name",
            json!("users"),
            "409 ConflictException: Authorizer name must be unique. Authorizer users already exists in this RestApi.",
        ),
        ("name", json!(""), "400 BadRequestException: Authorizer name is required"),
        (
            "type",
            json!("LDAP"),
            "400 BadRequestException: Invalid authorizer type specified: 'LDAP'. Must be one of: [TOKEN, REQUEST, \
             COGNITO_USER_POOLS]",
        ),
        ("type", json!("TOKEN"), "400 BadRequestException: Authorizer URI is required"),
        ("providerARNs", json!([]), "400 BadRequestException: Authorizer provider ARNs must not be empty"),
        (
            "providerARNs",
            json!(["us-west-2_abc"]),
            "400 BadRequestException: Invalid ARN specified in the request: us-west-2_abc",
        ),
        ("identitySource", json!(null), "400 BadRequestException: Identity source is required"),
        ("authorizerResultTtlInSeconds", json!(3601), time),
        ("authorizerResultTtlInSeconds", json!(-1), time),
        (
            "authorizerCredentials",
            json!("arn:aws:iam::000000000000:role/a"),
            "400 BadRequestException: Authorizer credentials cannot be set for authorizers of type COGNITO_USER_POOLS",
        ),
    ];
    for (member, value, refusal) in cases {
        let mut input = cognito("others");
        input[member] = value;
        assert_eq!(client.refusal("CreateAuthorizer", input), refusal);
    }
}

#[test]
fn the_last_user_pool_of_an_authorizer_cannot_be_removed() {
    let client = Client::new();
    let ids = json!({ "authorizerId": client.authorizer("users") });
    let other = POOL.replace("abc", "def");
    let add = patch("add", "/providerARNs", Some(&other));
    let remove = patch("remove", "/providerARNs", Some(POOL));
    assert_eq!(
        client.patch("UpdateAuthorizer", ids.clone(), json!([remove, add])).unwrap_err(),
        "400 BadRequestException: Authorizer provider ARNs must not be empty"
    );
    let changed = client.patch("UpdateAuthorizer", ids, json!([add, remove])).unwrap();
    assert_eq!(changed["providerARNs"], json!([other]));
}

#[test]
fn every_patch_of_an_authorizer_takes_effect() {
    let client = Client::new();
    let ids = json!({ "authorizerId": client.authorizer("users") });
    let patches = json!([
        patch("replace", "/authorizerUri", Some("arn:aws:apigateway:us-west-2:lambda:path/x")),
        patch("replace", "/authorizerCredentials", Some("arn:aws:iam::000000000000:role/a")),
        patch("replace", "/type", Some("TOKEN")),
        patch("replace", "/name", Some("people")),
        patch("replace", "/authType", Some("custom")),
        patch("replace", "/identitySource", Some("method.request.header.Token")),
        patch("replace", "/identityValidationExpression", Some(".+")),
        patch("replace", "/authorizerResultTtlInSeconds", Some("0")),
    ]);
    let mut changed = client.patch("UpdateAuthorizer", ids.clone(), patches).unwrap();
    changed.as_object_mut().unwrap().remove("id");
    assert_eq!(
        changed,
        json!({
            "name": "people",
            "type": "TOKEN",
            "authType": "custom",
            "providerARNs": [POOL],
            "authorizerUri": "arn:aws:apigateway:us-west-2:lambda:path/x",
            "authorizerCredentials": "arn:aws:iam::000000000000:role/a",
            "identitySource": "method.request.header.Token",
            "identityValidationExpression": ".+",
            "authorizerResultTtlInSeconds": 0,
        })
    );
    client.authorizer("users");
    assert_eq!(
        client.patch("UpdateAuthorizer", ids, json!([patch("replace", "/name", Some("users"))])).unwrap_err(),
        "409 ConflictException: Authorizer name must be unique. Authorizer users already exists in this RestApi."
    );
}

#[test]
fn an_authorizer_in_use_cannot_be_deleted() {
    let client = Client::new();
    let id = client.authorizer("users");
    let pets = client.resource(&client.root, "pets");
    let guarded = json!({
        "resourceId": pets, "httpMethod": "GET", "authorizationType": "COGNITO_USER_POOLS", "authorizerId": id,
    });
    client.call("PutMethod", guarded.clone());
    let ids = json!({ "authorizerId": id });
    assert_eq!(
        client.refusal("DeleteAuthorizer", ids.clone()),
        "409 ConflictException: Cannot delete authorizer, it is referenced by method GET of resource /pets"
    );
    client.call("DeleteMethod", guarded);
    client.call("DeleteAuthorizer", ids.clone());
    assert_eq!(
        client.refusal("DeleteAuthorizer", ids),
        "404 NotFoundException: Invalid Authorizer identifier specified"
    );
}
