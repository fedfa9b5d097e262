//! Access logs: one line per request, in the stage's log group and format.

use http::{Method, Request};
use serde_json::{Value, json};

use super::{Api, ECHO, routes::answer};
use crate::testing::{ACCOUNT, REGION};

const GROUP: &str = "/aws/apigateway/pets";

/// The log format of these tests.
const FORMAT: &str = "$context.requestId $context.httpMethod $context.path $context.resourcePath $context.status \
                      $context.integration.requestId $context.error.responseType $context.identity.sourceIp";

/// Deploys an API with an access log in a format.
async fn logged(api: &Api, format: &str) {
    api.deploy().await;
    api.test.make_log_group(GROUP).await;
    let arn = format!("arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{GROUP}");
    let patches = json!({ "patchOperations": [
        { "op": "replace", "path": "/accessLogSettings/destinationArn", "value": arn },
        { "op": "replace", "path": "/accessLogSettings/format", "value": format },
    ] });
    api.edit(Method::PATCH, "/stages/dev", &patches).await;
}

#[tokio::test]
async fn every_request_writes_a_line_with_its_known_values() {
    let api = Api::new().await;
    api.function("GET /pets/{id}", "echo", ECHO, &json!({})).await;
    logged(&api, FORMAT).await;
    let replies = [api.get("/pets/7?full=1").await, api.get("/nothing").await];
    let ids: Vec<&str> = replies.iter().map(|reply| reply.header("x-amzn-requestid")).collect();
    let lines = api.test.logged(GROUP).await;
    let words: Vec<Vec<&str>> = lines.iter().map(|line| line.split(' ').collect()).collect();
    let called = words[0][5];
    assert_eq!(called.len(), 36, "the function's request ID");
    assert_eq!(words[0], [ids[0], "GET", "/dev/pets/7", "/pets/{id}", "200", called, "-", "127.0.0.1"]);
    let refused = [ids[1], "GET", "/dev/nothing", "-", "403", "-", "MISSING_AUTHENTICATION_TOKEN", "127.0.0.1"];
    assert_eq!(words[1], refused);
}

#[tokio::test]
async fn a_json_format_always_produces_valid_json() {
    let api = Api::new().await;
    api.function("GET /broken", "broken", "def handler(event, context): raise ValueError('no \"luck\"')", &json!({}))
        .await;
    logged(&api, r#"{"id":"$context.requestId","status":"$context.status","error":$context.error.messageString}"#)
        .await;
    assert_eq!(api.get("/broken").await.status, 502);
    let lines = api.test.logged(GROUP).await;
    let line: Value = serde_json::from_str(&lines[0]).unwrap();
    assert_eq!((&line["status"], &line["error"]), (&"502".into(), &"Internal server error".into()), "{line}");
}

#[tokio::test]
async fn without_settings_nothing_is_logged_and_a_deleted_group_is_not_recreated() {
    let api = Api::new().await;
    answer(&api, "GET /fixed", 200).await;
    logged(&api, FORMAT).await;
    let gone = json!({ "patchOperations": [{ "op": "remove", "path": "/accessLogSettings" }] });
    api.edit(Method::PATCH, "/stages/dev", &gone).await;
    api.send(Request::get("/"), "/fixed", "").await;
    assert_eq!(api.test.logged(GROUP).await, Vec::<String>::new());
    let api = Api::new().await;
    answer(&api, "GET /fixed", 200).await;
    logged(&api, FORMAT).await;
    api.test.json_call("Logs_20140328.DeleteLogGroup", &json!({ "logGroupName": GROUP })).await;
    assert_eq!(api.get("/fixed").await.status, 200);
    let groups = api.test.json_call("Logs_20140328.DescribeLogGroups", &json!({})).await;
    assert_eq!(groups["logGroups"], json!([]));
}
