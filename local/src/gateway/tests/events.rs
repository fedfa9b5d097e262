//! The event that a function receives.

use http::Request;
use serde_json::{Value, json};

use super::{Api, ECHO};
use crate::{testing::ACCOUNT, wire::header_names::HeaderNames};

/// Checks the format of the values that differ between runs, and replaces them.
fn rubbed(mut event: Value, api: &Api) -> Value {
    let context = &mut event["requestContext"];
    assert_eq!(context["requestId"].as_str().unwrap().len(), 36);
    assert!(context["requestTimeEpoch"].as_i64().unwrap() > 1_700_000_000_000);
    let time = context["requestTime"].as_str().unwrap();
    assert!(time.len() == "09/Apr/2015:12:34:56 +0000".len() && time.ends_with(" +0000"), "{time}");
    for member in ["requestId", "requestTimeEpoch", "requestTime", "extendedRequestId", "resourceId", "deploymentId"] {
        assert!(!context[member].is_null(), "{member} is missing");
        context[member] = json!("…");
    }
    assert_eq!(event["headers"]["X-Amzn-Trace-Id"], "Root=1-6a;Parent=b;Sampled=1");
    event["headers"]["X-Amzn-Trace-Id"] = json!("…");
    event["multiValueHeaders"]["X-Amzn-Trace-Id"] = json!(["…"]);
    serde_json::from_str(&event.to_string().replace(&api.id, "API")).unwrap()
}

fn identity(user_agent: &Value) -> Value {
    json!({
        "cognitoIdentityPoolId": null,
        "accountId": null,
        "cognitoIdentityId": null,
        "caller": null,
        "sourceIp": "127.0.0.1",
        "principalOrgId": null,
        "accessKey": null,
        "cognitoAuthenticationType": null,
        "cognitoAuthenticationProvider": null,
        "userArn": null,
        "userAgent": user_agent,
        "user": null,
    })
}

/// The expected event of the request below.
fn wanted_event() -> Value {
    json!({
        "resource": "/pets/{id}",
        "path": "/pets/a%20b",
        "httpMethod": "POST",
        "headers": {
            "Host": "127.0.0.1:4566",
            "User-Agent": "test/1",
            "X-Amzn-Trace-Id": "…",
            "X-Forwarded-For": "127.0.0.1",
            "X-Forwarded-Port": "4566",
            "X-Forwarded-Proto": "http",
            "content-type": "text/plain",
            "tEsT-twice": "2",
        },
        "multiValueHeaders": {
            "Host": ["127.0.0.1:4566"],
            "User-Agent": ["test/1"],
            "X-Amzn-Trace-Id": ["…"],
            "X-Forwarded-For": ["127.0.0.1"],
            "X-Forwarded-Port": ["4566"],
            "X-Forwarded-Proto": ["http"],
            "content-type": ["text/plain"],
            "tEsT-twice": ["1", "2"],
        },
        "queryStringParameters": { "q": "2", "r": "ü", "empty": "" },
        "multiValueQueryStringParameters": { "q": ["1", "2"], "r": ["ü"], "empty": [""] },
        "pathParameters": { "id": "a%20b" },
        "stageVariables": { "color": "blue" },
        "requestContext": {
            "resourceId": "…",
            "resourcePath": "/pets/{id}",
            "httpMethod": "POST",
            "extendedRequestId": "…",
            "requestTime": "…",
            "path": "/dev/pets/a%20b",
            "accountId": ACCOUNT,
            "protocol": "HTTP/1.1",
            "stage": "dev",
            "domainPrefix": "API",
            "requestTimeEpoch": "…",
            "requestId": "…",
            "identity": identity(&json!("test/1")),
            "domainName": "127.0.0.1:4566",
            "deploymentId": "…",
            "apiId": "API",
        },
        "body": "körper",
        "isBase64Encoded": false,
    })
}

#[tokio::test]
async fn the_event_has_exactly_the_version_1_format() {
    let api = Api::new().await;
    api.function("ANY /pets/{id}", "echo", ECHO, &json!({})).await;
    api.deploy().await;
    let patches = json!({ "patchOperations": [{ "op": "replace", "path": "/variables/color", "value": "blue" }] });
    api.edit(http::Method::PATCH, "/stages/dev", &patches).await;
    let request = Request::post("/")
        .header("host", "127.0.0.1:4566")
        .header("user-agent", "test/1")
        .header("test-twice", "1")
        .header("test-twice", "2")
        .header("x-amzn-trace-id", "Root=1-6a;Parent=b;Sampled=1")
        .header("expect", "100-continue")
        .extension(HeaderNames(vec!["tEsT-twice".into(), "user-agent".into()]))
        .header("content-type", "text/plain")
        .header("content-length", "4");
    let reply = api.send(request, "/pets/a%20b?q=1&q=2&r=%C3%BC&empty=", "körper").await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(rubbed(reply.json(), &api), wanted_event());
}

/// As recorded: doubled slashes are kept, but not at the start of `path`; one slash at the end is not of a variable.
#[tokio::test]
async fn slashes_are_kept() {
    let api = Api::new().await;
    api.function("ANY /{proxy+}", "echo", ECHO, &json!({})).await;
    api.deploy().await;
    for (sent, path, proxy) in [
        ("/a", "/a", "a"),
        ("/a/", "/a/", "a"),
        ("/a//b", "/a//b", "a//b"),
        ("//a", "/a", "a"),
        ("/a%2Bb@c+d", "/a%2Bb@c+d", "a%2Bb@c+d"),
    ] {
        let event = api.get(sent).await.done();
        let got = (&event["path"], &event["pathParameters"]["proxy"], &event["requestContext"]["path"]);
        assert_eq!(got, (&json!(path), &json!(proxy), &json!(format!("/dev{sent}"))), "{sent}");
    }
}

#[tokio::test]
async fn absent_values_are_null() {
    let api = Api::new().await;
    api.function("GET /", "echo", ECHO, &json!({})).await;
    api.deploy().await;
    let event = api.get("").await.done();
    for member in
        ["queryStringParameters", "multiValueQueryStringParameters", "pathParameters", "stageVariables", "body"]
    {
        assert!(event.as_object().unwrap().contains_key(member) && event[member].is_null(), "{member}");
    }
    assert_eq!((&event["path"], &event["resource"]), (&json!("/"), &json!("/")));
    assert_eq!(event["requestContext"]["identity"], identity(&Value::Null));
    assert!(!event["requestContext"].as_object().unwrap().contains_key("authorizer"));
}

#[tokio::test]
async fn binary_media_types_determine_base64_encoding() {
    let api = Api::with(json!({ "binaryMediaTypes": ["image/png", "*/plain"] })).await;
    let source = "
def handler(event, context):
    return {'statusCode': 200, 'headers': {'content-type': 'image/png', 'x-was': str(event['isBase64Encoded'])},
            'body': event['body'], 'isBase64Encoded': True}
";
    api.function("POST /", "echo", source, &json!({})).await;
    api.deploy().await;
    let png = || Request::post("/").header("content-type", "image/png");
    let reply = api.send(png().header("accept", "image/png"), "", "bytes").await;
    assert_eq!((reply.header("x-was"), reply.text.as_str()), ("True", "bytes"));
    let other = api.send(png().header("accept", "*/*"), "", "bytes").await;
    assert_eq!(other.text, "Ynl0ZXM=");
    let text = api.send(Request::post("/").header("content-type", "text/plain"), "", "Ynl0ZXM=").await;
    assert_eq!((text.header("x-was"), text.text.as_str()), ("False", "Ynl0ZXM="));
}
