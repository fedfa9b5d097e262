//! Imported OpenAPI documents, compared with the same API created by single requests.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Client, POOL, URI, cognito, text};

const ORIGIN: &str = "method.response.header.Access-Control-Allow-Origin";

/// An API with everything that a stack with Lambda functions, an authorizer and CORS needs.
pub(super) fn document() -> Value {
    let proxy =
        json!({ "type": "aws_proxy", "httpMethod": "POST", "uri": URI, "passthroughBehavior": "when_no_match" });
    let preflight = json!({
        "type": "mock",
        "requestTemplates": { "application/json": "{\"statusCode\": 200}" },
        "responses": { "default": { "statusCode": "200", "responseParameters": { ORIGIN: "'*'" } } },
    });
    let header = json!({ "Access-Control-Allow-Origin": { "schema": { "type": "string" } } });
    json!({
        "openapi": "3.0.1",
        "info": { "title": "shop", "description": "sells", "version": "1" },
        "paths": {
            "/pets/{id}": {
                "get": { "security": [{ "users": [] }], "x-amazon-apigateway-integration": proxy },
                "post": { "security": [{ "users": ["pets/write"] }], "x-amazon-apigateway-integration": proxy },
                "options": {
                    "responses": { "200": { "description": "ok", "headers": header } },
                    "x-amazon-apigateway-integration": preflight,
                },
            },
            "/files/{proxy+}": { "x-amazon-apigateway-any-method": { "x-amazon-apigateway-integration": proxy } },
        },
        "components": { "securitySchemes": { "users": {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "x-amazon-apigateway-authtype": "cognito_user_pools",
            "x-amazon-apigateway-authorizer": { "type": "cognito_user_pools", "providerARNs": [POOL] },
        } } },
        "x-amazon-apigateway-binary-media-types": ["image/png"],
        "x-amazon-apigateway-gateway-responses": {
            "DEFAULT_4XX": {
                "responseParameters": { "gatewayresponse.header.Access-Control-Allow-Origin": "'*'" },
            },
        },
    })
}

/// The same API, created by single requests.
fn by_single_calls() -> Client {
    let client = Client::new();
    let users = client.authorizer("users");
    let pets = client.resource(&client.root, "pets");
    let pet = client.resource(&pets, "{id}");
    for (verb, scopes) in [("GET", json!([])), ("POST", json!(["pets/write"]))] {
        let method = json!({
            "resourceId": pet, "httpMethod": verb, "authorizationType": "COGNITO_USER_POOLS",
            "authorizerId": users, "authorizationScopes": scopes,
        });
        client.call("PutMethod", method);
        client.integration(&pet, verb);
    }
    client.method(&pet, "OPTIONS");
    let options = |members: Value| {
        let mut input = json!({ "resourceId": pet, "httpMethod": "OPTIONS", "statusCode": "200" });
        input.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        input
    };
    client.call("PutMethodResponse", options(json!({ "responseParameters": { ORIGIN: false } })));
    let templates = json!({ "application/json": "{\"statusCode\": 200}" });
    client.call("PutIntegration", options(json!({ "type": "MOCK", "requestTemplates": templates })));
    client.call("PutIntegrationResponse", options(json!({ "responseParameters": { ORIGIN: "'*'" } })));
    let files = client.resource(&client.root, "files");
    let file = client.resource(&files, "{proxy+}");
    client.method(&file, "ANY");
    client.integration(&file, "ANY");
    let parameters = json!({ "gatewayresponse.header.Access-Control-Allow-Origin": "'*'" });
    let response = json!({ "responseType": "DEFAULT_4XX", "responseParameters": parameters });
    client.call("PutGatewayResponse", response);
    let patches = json!([
        super::patch("replace", "/description", Some("sells")),
        super::patch("add", "/binaryMediaTypes/image~1png", None),
    ]);
    client.patch("UpdateRestApi", json!({}), patches).unwrap();
    client
}

/// All readable settings of an API, with paths and names in place of IDs.
fn normal_form(client: &Client) -> Value {
    let resources = client.call("GetResources", json!({ "embed": ["methods"], "limit": 500 }));
    let authorizers = client.call("GetAuthorizers", json!({}));
    let read = json!({
        "api": client.call("GetRestApi", json!({})),
        "resources": by_name(&resources, "path"),
        "authorizers": by_name(&authorizers, "name"),
        "gatewayResponses": client.call("GetGatewayResponses", json!({ "limit": 500 })),
    });
    let mut names = BTreeMap::new();
    for (list, name) in [(&resources, "path"), (&authorizers, "name")] {
        for one in list["item"].as_array().unwrap() {
            names.insert(text(one, "id"), text(one, name));
        }
    }
    names.insert(client.api.clone(), "the api".into());
    let mut rubbed = read.to_string();
    for (id, name) in names {
        rubbed = rubbed.replace(&format!("\"{id}\""), &format!("\"{name}\""));
    }
    let mut rubbed: Value = serde_json::from_str(&rubbed).unwrap();
    rubbed["api"].as_object_mut().unwrap().retain(|member, _| member != "createdDate" && member != "version");
    // An import declares the variables of paths, and models of responses without any.
    for resource in rubbed["resources"].as_object_mut().unwrap().values_mut() {
        for method in resource["resourceMethods"].as_object_mut().into_iter().flat_map(|all| all.values_mut()) {
            method.as_object_mut().unwrap().remove("requestParameters");
            for response in method["methodResponses"].as_object_mut().into_iter().flat_map(|all| all.values_mut()) {
                response.as_object_mut().unwrap().remove("responseModels");
            }
        }
    }
    rubbed
}

pub(super) fn by_name(list: &Value, name: &str) -> Value {
    list["item"].as_array().unwrap().iter().map(|one| (text(one, name), one.clone())).collect()
}

pub(super) fn imported() -> Client {
    let client = Client::new();
    let answer = client.import("overwrite", &document()).unwrap();
    assert!(answer.get("warnings").is_none(), "{answer}");
    client
}

#[test]
fn an_import_creates_the_same_api_as_single_requests() {
    let (imported, built) = (imported(), by_single_calls());
    let (imported, built) = (normal_form(&imported), normal_form(&built));
    assert_eq!(imported["resources"]["/pets/{id}"]["resourceMethods"].as_object().unwrap().len(), 3);
    assert_eq!(imported, built);
}

#[test]
fn swagger_and_openapi_create_the_same_api() {
    let mut swagger = document();
    let object = swagger.as_object_mut().unwrap();
    object.remove("openapi");
    object.insert("swagger".into(), "2.0".into());
    let components = object.remove("components").unwrap();
    object.insert("securityDefinitions".into(), components["securitySchemes"].clone());
    let client = Client::new();
    client.import("overwrite", &swagger).unwrap();
    assert_eq!(normal_form(&client), normal_form(&imported()));
}

#[test]
fn importing_twice_changes_nothing() {
    let client = imported();
    let before = client.emulator.snapshot();
    client.import("overwrite", &document()).unwrap();
    assert_eq!(client.emulator.snapshot(), before);
    client.import("merge", &document()).unwrap();
    assert_eq!(client.emulator.snapshot(), before);
}

#[test]
fn overwriting_deletes_objects_missing_from_the_document() {
    let client = by_single_calls();
    client.call("CreateAuthorizer", cognito("others"));
    client.call("PutGatewayResponse", json!({ "responseType": "THROTTLED" }));
    client.resource(&client.root, "old");
    client.call("CreateRequestValidator", json!({ "name": "old" }));
    client.import("overwrite", &document()).unwrap();
    assert_eq!(normal_form(&client), normal_form(&imported()));
    assert_eq!(client.call("GetRequestValidators", json!({})), json!({ "item": [] }));
}

#[test]
fn overwriting_resets_the_literal_properties_and_keeps_the_stages() {
    let client = imported();
    client.call("CreateDeployment", json!({ "stageName": "dev", "variables": { "a": "b" } }));
    let patches = json!([
        super::patch("replace", "/minimumCompressionSize", Some("5")),
        super::patch("replace", "/policy", Some("{}")),
        super::patch("replace", "/apiKeySource", Some("AUTHORIZER")),
        super::patch("add", "/endpointConfiguration/vpcEndpointIds", Some("vpce-1")),
    ]);
    client.patch("UpdateRestApi", json!({}), patches).unwrap();
    let stage = client.call("GetStage", json!({ "stageName": "dev" }));
    let bare = json!({ "openapi": "3.0.3", "info": { "title": "bare" }, "paths": {} });
    let mut api = client.import("overwrite", &bare).unwrap();
    for member in ["id", "createdDate", "rootResourceId"] {
        api.as_object_mut().unwrap().remove(member);
    }
    assert_eq!(
        api,
        json!({
            "name": "bare",
            "apiKeySource": "HEADER",
            "disableExecuteApiEndpoint": false,
            "endpointConfiguration": { "types": ["REGIONAL"], "ipAddressType": "ipv4" },
            "tags": {},
        })
    );
    assert_eq!(client.call("GetStage", json!({ "stageName": "dev" })), stage);
}

#[test]
fn merging_replaces_the_methods_it_mentions_and_keeps_the_rest() {
    let client = imported();
    let before = normal_form(&client);
    let other = URI.replace("hello", "other");
    let patch = json!({
        "openapi": "3.0.1",
        "info": { "title": "shop" },
        "paths": { "/pets/{id}": { "get": { "x-amazon-apigateway-integration": {
            "type": "aws_proxy", "httpMethod": "POST", "uri": other,
        } } } },
    });
    client.import("merge", &patch).unwrap();
    let mut expected = before;
    let get = &mut expected["resources"]["/pets/{id}"]["resourceMethods"]["GET"];
    get["authorizationType"] = "NONE".into();
    get.as_object_mut().unwrap().remove("authorizerId");
    get["methodIntegration"]["uri"] = other.into();
    assert_eq!(normal_form(&client), expected);
}

#[test]
fn overwriting_gives_changed_objects_new_ids() {
    let client = imported();
    let ids = |client: &Client| {
        let resources = client.call("GetResources", json!({}));
        let authorizers = client.call("GetAuthorizers", json!({}));
        let of = |list: &Value, key: &str, name: &str| text(&by_name(list, key)[name], "id");
        (
            of(&resources, "path", "/pets/{id}"),
            of(&resources, "path", "/files/{proxy+}"),
            of(&authorizers, "name", "users"),
        )
    };
    let before = ids(&client);
    let mut changed = document();
    let scheme = &mut changed["components"]["securitySchemes"]["users"]["x-amazon-apigateway-authorizer"];
    scheme["authorizerResultTtlInSeconds"] = 0.into();
    client.import("overwrite", &changed).unwrap();
    let after = ids(&client);
    assert_ne!(before.0, after.0);
    assert_eq!(before.1, after.1);
    assert_ne!(before.2, after.2);
}
