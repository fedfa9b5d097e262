//! Parsing of requests.

use bytes::Bytes;
use http::{HeaderMap, Method};
use serde_json::{Value, json};

use super::{Call, Service};
use crate::wire::model::Model;

fn parse(method: &str, path: &str, body: &str) -> Call {
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    Call::parse(&method, path, &HeaderMap::new(), &Bytes::copy_from_slice(body.as_bytes())).unwrap()
}

#[track_caller]
fn reads(method: &str, path: &str, body: &str, (name, input, status): (&str, Value, u16)) {
    let call = parse(method, path, body);
    assert_eq!((call.name().as_str(), &call.input, call.success_status()), (name, &input, status));
}

#[test]
fn members_of_lambda_come_from_path_query_and_body() {
    for (method, path, body, read) in [
        (
            "POST",
            "/2015-03-31/functions/",
            r#"{"FunctionName":"f"}"#,
            ("lambda:CreateFunction", json!({ "FunctionName": "f" }), 201),
        ),
        (
            "GET",
            "/2015-03-31/functions?MaxItems=5&Marker=a%2Fb",
            "",
            ("lambda:ListFunctions", json!({ "MaxItems": 5, "Marker": "a/b" }), 200),
        ),
        (
            "DELETE",
            "/2015-03-31/functions/f/policy/s?Qualifier=live",
            "",
            ("lambda:RemovePermission", json!({ "FunctionName": "f", "StatementId": "s", "Qualifier": "live" }), 204),
        ),
        (
            "DELETE",
            "/2017-03-31/tags/arn%3Aaws%3Alambda%3Ar%3A1%3Afunction%3Af?tagKeys=a&tagKeys=b",
            "",
            (
                "lambda:UntagResource",
                json!({ "Resource": "arn:aws:lambda:r:1:function:f", "TagKeys": ["a", "b"] }),
                204,
            ),
        ),
        (
            "GET",
            "/2019-09-30/functions/f/concurrency",
            "",
            ("lambda:GetFunctionConcurrency", json!({ "FunctionName": "f" }), 200),
        ),
    ] {
        reads(method, path, body, read);
    }
}

#[test]
fn members_of_api_gateway_come_from_path_query_and_body() {
    let deep = "/restapis/a1/resources/r2/methods/GET/integration/responses/200";
    for (method, path, body, read) in [
        (
            "GET",
            "/restapis/a1/resources?embed=methods&limit=500",
            "",
            ("apigateway:GetResources", json!({ "restApiId": "a1", "embed": ["methods"], "limit": 500 }), 200),
        ),
        (
            "POST",
            "/restapis/a1/resources/r2",
            r#"{"pathPart":"x"}"#,
            ("apigateway:CreateResource", json!({ "restApiId": "a1", "parentId": "r2", "pathPart": "x" }), 201),
        ),
        (
            "PATCH",
            deep,
            r#"{"patchOperations":[]}"#,
            (
                "apigateway:UpdateIntegrationResponse",
                json!({ "restApiId": "a1", "resourceId": "r2", "httpMethod": "GET", "statusCode": "200", "patchOperations": [] }),
                200,
            ),
        ),
        (
            "PUT",
            "/restapis/a1?mode=overwrite&failonwarnings=true&endpointConfigurationTypes=REGIONAL",
            "openapi: 3",
            (
                "apigateway:PutRestApi",
                json!({ "restApiId": "a1", "mode": "overwrite", "failOnWarnings": true, "parameters": { "endpointConfigurationTypes": "REGIONAL" } }),
                200,
            ),
        ),
        ("POST", "/restapis", "{}", ("apigateway:CreateRestApi", json!({}), 201)),
        (
            "PUT",
            "/tags/arn%3Aaws%3Aapigateway%3Ar%3A%3A%2Frestapis%2Fa1",
            r#"{"tags":{"k":"v"}}"#,
            (
                "apigateway:TagResource",
                json!({ "resourceArn": "arn:aws:apigateway:r::/restapis/a1", "tags": { "k": "v" } }),
                204,
            ),
        ),
        ("DELETE", "/restapis/a1", "", ("apigateway:DeleteRestApi", json!({ "restApiId": "a1" }), 202)),
    ] {
        reads(method, path, body, read);
    }
}

#[test]
fn the_http_method_of_an_integration_is_separate_from_that_of_its_method() {
    let body = r#"{"type":"AWS_PROXY","httpMethod":"POST"}"#;
    let call = parse("PUT", "/restapis/a1/resources/r2/methods/GET/integration", body);
    assert_eq!((call.text("httpMethod"), call.text("integrationHttpMethod")), (Some("GET"), Some("POST")));
}

#[test]
fn an_invocation_keeps_its_payload_and_reads_its_headers() {
    let mut headers = HeaderMap::new();
    headers.insert("x-amz-invocation-type", "Event".parse().unwrap());
    let payload = Bytes::from_static(b"not json");
    let call = Call::parse(&Method::POST, "/2015-03-31/functions/f/invocations", &headers, &payload).unwrap();
    assert_eq!(call.input, json!({ "FunctionName": "f", "InvocationType": "Event" }));
    assert_eq!(call.body, payload);
}

#[test]
fn the_region_is_that_of_the_signature() {
    let mut headers = HeaderMap::new();
    let region = |headers: &HeaderMap| Call::parse(&Method::GET, "/account", headers, &Bytes::new()).unwrap().region;
    assert_eq!(region(&headers), "us-east-1");
    let signature = "AWS4-HMAC-SHA256 Credential=AKID/20261123/ap-south-1/apigateway/aws4_request, Signature=0";
    headers.insert("authorization", signature.parse().unwrap());
    assert_eq!(region(&headers), "ap-south-1");
}

#[test]
fn no_route_hides_another() {
    for service in [Service::Lambda, Service::ApiGateway] {
        for (name, operation) in &Model::of(service).operations {
            let (path, query) = operation.uri.split_once('?').unwrap_or((&operation.uri, ""));
            let path = path.replace(['{', '}'], "");
            let call = parse(&operation.method, &format!("{path}?{query}"), "");
            assert_eq!((call.service, call.operation.as_str()), (service, name.as_str()), "{path}");
        }
    }
}

#[test]
fn an_operation_that_is_not_imitated_is_named() {
    let refused = |method: &str, path: &str, target: &str, body: &str| {
        let mut headers = HeaderMap::new();
        if !target.is_empty() {
            headers.insert("x-amz-target", target.parse().unwrap());
        }
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let error = Call::parse(&method, path, &headers, &Bytes::copy_from_slice(body.as_bytes())).unwrap_err();
        (error.status, error.code, error.message)
    };
    let said = |what: &str| (501, "NotImplemented".to_owned(), format!("the local emulator does not imitate {what}"));
    let layers = refused("GET", "/2018-10-31/layers", "", "");
    assert_eq!(refused("POST", "/restapis?mode=import", "", "{}"), said("apigateway:ImportRestApi"));
    assert_eq!(layers, said("lambda:ListLayers"));
    assert_eq!(refused("GET", "/restapis/a1/sdks/x", "", ""), said("GET /restapis/a1/sdks/x"));
    assert_eq!(refused("GET", "/usageplans/p/keys?limit=1", "", ""), said("apigateway:GetUsagePlanKeys"));
    let target = "AWSCognitoIdentityProviderService.CreateIdentityProvider";
    assert_eq!(refused("POST", "/", target, "{}"), said("cognito-idp:CreateIdentityProvider"));
    let form = "Action=CreateUser&Version=2010-05-08";
    assert_eq!(refused("POST", "/", "", form), said("iam:CreateUser"));
}
