//! Integrations and integration responses.

use serde_json::{Value, json};

use super::{Client, URI, patch, proxy};

#[test]
#[expect(clippy::too_many_lines, reason = "one table of errors")]
fn an_invalid_integration_is_rejected() {
    let client = Client::new();
    client.method(&client.root, "GET");
    let timeout = "400 BadRequestException: Timeout should be between 50 ms and 29000 ms";
    let function = "400 BadRequestException: Invalid lambda function";
    let bare = "arn:aws:apigateway:us-west-2:lambda:path/2015-03-31/functions/hello/invocations";
    let cases = [
        ("httpMethod", json!("POST"), "404 NotFoundException: Invalid Method identifier specified"),
        ("timeoutInMillis", json!(49), timeout),
        ("timeoutInMillis", json!(29_001), timeout),
        ("uri", json!(URI.replace("/invocations", "")), function),
        ("uri", json!(bare), function),
        (
            "uri",
            json!("arn:aws:lambda:us-west-2:000000000000:function:hello"),
            "400 BadRequestException: AWS ARN for integration must contain path or action",
        ),
        (
            "uri",
            json!("arn:aws:apigateway:us-west-2:sqs:path/000000000000/queue"),
            "400 BadRequestException: Integrations of type 'AWS_PROXY' currently only supports Lambda function and \
             Firehose stream invocations.",
        ),
        (
            "integrationHttpMethod",
            Value::Null,
            "400 BadRequestException: Enumeration value for HttpMethod must be non-empty",
        ),
        (
            "type",
            json!("LAMBDA"),
            "400 BadRequestException: Invalid integration type specified: 'LAMBDA'. Must be one of: [HTTP, AWS, MOCK, \
             HTTP_PROXY, AWS_PROXY]",
        ),
        ("type", json!("HTTP_PROXY"), "400 BadRequestException: Invalid HTTP endpoint specified for URI"),
        (
            "passthroughBehavior",
            json!("ALWAYS"),
            "400 BadRequestException: Invalid passthrough behavior specified: 'ALWAYS'. Must be one of: \
             [WHEN_NO_MATCH, WHEN_NO_TEMPLATES, NEVER]",
        ),
        (
            "connectionType",
            json!("CABLE"),
            "400 BadRequestException: Invalid connection type specified: 'CABLE'. Must be one of: [INTERNET, VPC_LINK]",
        ),
        (
            "contentHandling",
            json!("ZIP"),
            "400 BadRequestException: Invalid content handling specified: 'ZIP'. Must be one of: [CONVERT_TO_BINARY, \
             CONVERT_TO_TEXT]",
        ),
        (
            "responseTransferMode",
            json!("STREAM"),
            "501 NotImplemented: the local emulator does not imitate responseTransferMode STREAM of \
             apigateway:PutIntegration",
        ),
    ];
    for (member, value, refusal) in cases {
        let mut input = proxy(&client.root, "GET");
        input[member] = value;
        assert_eq!(client.refusal("PutIntegration", input), refusal);
    }
    let mut alias = proxy(&client.root, "GET");
    alias["uri"] = URI.replace("hello", "hello:live").into();
    client.call("PutIntegration", alias);
}

#[test]
fn every_patch_of_an_integration_takes_effect() {
    let client = Client::new();
    client.served_root();
    let ids = json!({ "resourceId": client.root, "httpMethod": "GET" });
    let other = URI.replace("hello", "bye");
    let patches = json!([
        patch("replace", "/uri", Some(&other)),
        patch("replace", "/timeoutInMillis", Some("5000")),
        patch("replace", "/contentHandling", Some("CONVERT_TO_TEXT")),
        patch("replace", "/connectionType", Some("VPC_LINK")),
        patch("replace", "/connectionId", Some("link")),
        patch("replace", "/cacheNamespace", Some("mine")),
        patch("add", "/requestTemplates/application~1json", Some("{}")),
        patch("add", "/requestParameters/integration.request.header.x", Some("'y'")),
        patch("add", "/cacheKeyParameters/method.request.path.id", None),
    ]);
    client.patch("UpdateIntegration", ids.clone(), patches).unwrap();
    assert_eq!(
        client.call("GetIntegration", ids.clone()),
        json!({
            "type": "AWS_PROXY",
            "httpMethod": "POST",
            "uri": other,
            "connectionType": "VPC_LINK",
            "connectionId": "link",
            "contentHandling": "CONVERT_TO_TEXT",
            "passthroughBehavior": "WHEN_NO_MATCH",
            "timeoutInMillis": 5000,
            "cacheNamespace": "mine",
            "cacheKeyParameters": ["method.request.path.id"],
            "requestTemplates": { "application/json": "{}" },
            "requestParameters": { "integration.request.header.x": "'y'" },
        })
    );
    let undone = json!([
        patch("remove", "/requestTemplates/application~1json", None),
        patch("remove", "/requestParameters/integration.request.header.x", None),
        patch("remove", "/cacheKeyParameters/method.request.path.id", None),
    ]);
    let bare = client.patch("UpdateIntegration", ids.clone(), undone).unwrap();
    assert_eq!(bare["cacheKeyParameters"], json!([]));
    assert!(bare.get("requestTemplates").is_none() && bare.get("requestParameters").is_none());
    let long = json!([patch("replace", "/timeoutInMillis", Some("30000"))]);
    assert_eq!(
        client.patch("UpdateIntegration", ids, long).unwrap_err(),
        "400 BadRequestException: Timeout should be between 50 ms and 29000 ms"
    );
}

#[test]
fn an_integration_response_sets_only_declared_headers() {
    let client = Client::new();
    client.method(&client.root, "OPTIONS");
    let ids = |members: Value| {
        let mut input = json!({ "resourceId": client.root, "httpMethod": "OPTIONS", "statusCode": "200" });
        input.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        input
    };
    let header = "method.response.header.Access-Control-Allow-Origin";
    let mapped = ids(json!({ "responseParameters": { header: "'*'" } }));
    assert_eq!(
        client.refusal("PutIntegrationResponse", mapped.clone()),
        "404 NotFoundException: Invalid Integration identifier specified"
    );
    client.call("PutIntegration", ids(json!({ "type": "MOCK" })));
    let invalid = "400 BadRequestException: Invalid mapping expression specified: Validation Result: warnings : [], \
                   errors : ";
    assert_eq!(
        client.refusal("PutIntegrationResponse", mapped.clone()),
        format!("{invalid}[No method response exists for method.]")
    );
    client.call("PutMethodResponse", ids(json!({})));
    assert_eq!(
        client.refusal("PutIntegrationResponse", mapped.clone()),
        format!("{invalid}[Invalid mapping expression parameter specified: {header}]")
    );
    let path = format!("/responseParameters/{header}");
    client.patch("UpdateMethodResponse", ids(json!({})), json!([patch("add", &path, Some("false"))])).unwrap();
    let unquoted = ids(json!({ "responseParameters": { header: "*" } }));
    assert_eq!(
        client.refusal("PutIntegrationResponse", unquoted),
        format!("{invalid}[Invalid mapping expression specified: *]")
    );
    client.call("PutIntegrationResponse", mapped);
    let other = json!([patch("replace", &path, Some("'https://a.example'"))]);
    client.patch("UpdateIntegrationResponse", ids(json!({})), other).unwrap();
    let method = client.call("GetMethod", ids(json!({})));
    assert_eq!(
        method["methodIntegration"]["integrationResponses"]["200"],
        json!({ "statusCode": "200", "responseParameters": { header: "'https://a.example'" } })
    );
    assert_eq!(
        client.refusal("PutMethodResponse", ids(json!({}))),
        "409 ConflictException: Response already exists for this resource"
    );
    assert_eq!(
        client.refusal("PutMethodResponse", ids(json!({ "statusCode": "600" }))),
        "400 BadRequestException: Invalid status code specified: '600'. Must be between 100 and 599"
    );
}
