//! Warnings and errors of imports, and the parts of a document that the other import tests do not cover.

use serde_json::json;

use super::{
    Client,
    imports::{by_name, document, imported},
};

#[test]
fn unsupported_parts_of_a_document_cause_warnings() {
    let client = Client::new();
    let before = client.emulator.snapshot();
    let mut odd = document();
    odd["webhooks"] = json!({});
    odd["x-somebody-else"] = json!({});
    odd["components"]["schemas"] = json!({ "Pet": { "type": "object" }, "Empty": {} });
    odd["paths"]["/pets/{id}"]["get"]["callbacks"] = json!({});
    odd["paths"]["/pets/{id}"]["get"]["security"] = json!([{ "nobody": [] }]);
    let warnings = [
        "Ignoring `webhooks` of the document: it is not supported",
        "Ignoring `Pet` of the models: it is not supported",
        "Ignoring `callbacks` of 'GET' for resource at path '/pets/{id}': it is not supported",
        "Ignoring the security requirement `nobody`: no security scheme has this name",
    ];
    let strict = json!({ "mode": "overwrite", "failOnWarnings": true });
    let refusal = client.send("PutRestApi", strict, &odd.to_string()).unwrap_err();
    assert_eq!(refusal, format!("400 BadRequestException: Warnings found during import:\n\t{}", warnings.join("\n\t")));
    assert_eq!(client.emulator.snapshot(), before);
    assert_eq!(client.import("overwrite", &odd).unwrap()["warnings"], json!(warnings));
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table of errors")]
fn an_invalid_document_is_rejected_and_changes_nothing() {
    let client = imported();
    let before = client.emulator.snapshot();
    let integration = "/paths/~1pets~1{id}/get/x-amazon-apigateway-integration";
    let cases = [
        ("/openapi", json!("4"), "Invalid OpenAPI input."),
        ("/info/title", json!(""), "Invalid OpenAPI input: info.title is missing"),
        (
            &format!("{integration}/uri"),
            json!("arn:aws:apigateway:us-west-2:lambda:path/2015-03-31/functions/hello/invocations"),
            "Errors found during import:\n\tUnable to put integration on 'GET' for resource at path '/pets/{id}': \
             Invalid lambda function",
        ),
        (
            "/paths/~1pets~1{id}/options/responses",
            json!({}),
            "Errors found during import:\n\tUnable to put integration on 'OPTIONS' for resource at path '/pets/{id}': \
             Invalid mapping expression specified: Validation Result: warnings : [], errors : [No method response \
             exists for method.]",
        ),
        (
            "/components/securitySchemes/users/x-amazon-apigateway-authorizer/providerARNs",
            json!([]),
            "Errors found during import:\n\tUnable to create authorizer 'users': Authorizer provider ARNs must not be \
             empty",
        ),
        (
            "/paths",
            json!({ "/{a}": {}, "/{b}/c": {} }),
            "Errors found during import:\n\tUnable to create resource at path '/{b}/c': A sibling ({a}) of this \
             resource already has a variable path part -- only one is allowed",
        ),
        (
            "/paths/~1pets~1{id}/get",
            json!({ "x-amazon-apigateway-request-validator": "all" }),
            "Errors found during import:\n\tUnable to put method 'GET' for resource at path '/pets/{id}': Invalid \
             request validator specified: all",
        ),
        (
            "/x-amazon-apigateway-gateway-responses",
            json!({ "TEAPOT": {} }),
            "Errors found during import:\n\tUnable to put gateway response 'TEAPOT': Invalid Gateway response type \
             specified: 'TEAPOT'",
        ),
    ];
    for (pointer, value, refusal) in cases {
        let mut document = document();
        *document.pointer_mut(pointer).unwrap() = value;
        assert_eq!(client.import("overwrite", &document).unwrap_err(), format!("400 BadRequestException: {refusal}"));
    }
    for (mode, body, refusal) in [
        ("replace", "{}", "Invalid mode 'replace' specified. Must be one of: [merge, overwrite]"),
        ("merge", "openapi: 3.0.1", "Invalid OpenAPI input."),
    ] {
        assert_eq!(
            client.send("PutRestApi", json!({ "mode": mode }), body).unwrap_err(),
            format!("400 BadRequestException: {refusal}")
        );
    }
    let large = "x".repeat(6 * 1024 * 1024 + 1);
    assert_eq!(
        client.send("PutRestApi", json!({}), &large).unwrap_err(),
        "400 BadRequestException: Invalid OpenAPI input: the document is larger than 6 MB"
    );
    assert_eq!(client.emulator.snapshot(), before);
}

#[test]
fn parameters_validators_and_models_are_imported() {
    let client = Client::new();
    let document = json!({
        "openapi": "3.0.1",
        "info": { "title": "shop" },
        "security": [{ "signed": [] }],
        "x-amazon-apigateway-request-validators": { "all": { "validateRequestBody": true } },
        "components": { "securitySchemes": {
            "signed": { "type": "apiKey", "x-amazon-apigateway-authtype": "awsSigv4" },
            "key": { "type": "apiKey", "in": "header", "name": "x-api-key" },
        } },
        "paths": { "/{id}": {
            "parameters": [{ "in": "path", "name": "id", "required": true }],
            "get": {
                "operationId": "read",
                "parameters": [{ "in": "query", "name": "q" }],
                "responses": { "200": { "content": {
                    "application/json": { "schema": { "$ref": "#/components/schemas/Empty" } },
                } } },
                "x-amazon-apigateway-request-validator": "all",
            },
            "put": { "security": [{ "key": [] }] },
        } },
    });
    let answer = client.import("merge", &document).unwrap();
    assert!(answer.get("warnings").is_none(), "{answer}");
    let resources = client.call("GetResources", json!({ "embed": ["methods"] }));
    let methods = &by_name(&resources, "path")["/{id}"]["resourceMethods"];
    let validators = client.call("GetRequestValidators", json!({}));
    assert_eq!(
        methods["GET"],
        json!({
            "httpMethod": "GET",
            "authorizationType": "AWS_IAM",
            "apiKeyRequired": false,
            "operationName": "read",
            "requestParameters": { "method.request.path.id": true, "method.request.querystring.q": false },
            "requestValidatorId": validators["item"][0]["id"],
            "methodResponses": { "200": {
                "statusCode": "200", "responseModels": { "application/json": "Empty" }, "responseParameters": {},
            } },
        })
    );
    assert_eq!(methods["PUT"]["authorizationType"], "NONE");
    assert_eq!(methods["PUT"]["apiKeyRequired"], true);
}
