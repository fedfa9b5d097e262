//! A line for each request, in the log group and the format of its stage.

use http::{Method, Request};
use serde_json::{Value, json};

use super::{Api, ECHO, routes::answer};
use crate::trial::{ACCOUNT, REGION};

const GROUP: &str = "/aws/apigateway/pets";

/// What a line tells here.
const FORMAT: &str = "$context.requestId $context.httpMethod $context.path $context.resourcePath $context.status \
                      $context.integration.requestId $context.error.responseType $context.identity.sourceIp";

/// An API whose stage writes an access log in a format.
async fn logged(api: &Api, format: &str) {
    api.deploy().await;
    api.trial.make_log_group(GROUP).await;
    let arn = format!("arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{GROUP}");
    let patches = json!({ "patchOperations": [
        { "op": "replace", "path": "/accessLogSettings/destinationArn", "value": arn },
        { "op": "replace", "path": "/accessLogSettings/format", "value": format },
    ] });
    api.edit(Method::PATCH, "/stages/dev", &patches).await;
}

#[tokio::test]
async fn a_line_tells_of_each_request_what_is_known_of_it() {
    let api = Api::new().await;
    api.function("GET /pets/{id}", "echo", ECHO, &json!({})).await;
    logged(&api, FORMAT).await;
    let replies = [api.get("/pets/7?full=1").await, api.get("/nothing").await];
    let ids: Vec<&str> = replies.iter().map(|reply| reply.header("x-amzn-requestid")).collect();
    let lines = api.trial.logged(GROUP).await;
    let words: Vec<Vec<&str>> = lines.iter().map(|line| line.split(' ').collect()).collect();
    let called = words[0][5];
    assert_eq!(called.len(), 36, "the function's own id");
    assert_eq!(words[0], [ids[0], "GET", "/dev/pets/7", "/pets/{id}", "200", called, "-", "127.0.0.1"]);
    let refused = [ids[1], "GET", "/dev/nothing", "-", "403", "-", "MISSING_AUTHENTICATION_TOKEN", "127.0.0.1"];
    assert_eq!(words[1], refused);
}

#[tokio::test]
async fn a_format_of_json_stays_json_whatever_is_asked() {
    let api = Api::new().await;
    api.function("GET /broken", "broken", "def handler(event, context): raise ValueError('no \"luck\"')", &json!({}))
        .await;
    logged(&api, r#"{"id":"$context.requestId","status":"$context.status","error":$context.error.messageString}"#)
        .await;
    assert_eq!(api.get("/broken").await.status, 502);
    let lines = api.trial.logged(GROUP).await;
    let line: Value = serde_json::from_str(&lines[0]).unwrap();
    assert_eq!((&line["status"], &line["error"]), (&"502".into(), &"Internal server error".into()), "{line}");
}

#[tokio::test]
async fn a_stage_that_asks_for_none_writes_none_and_a_group_that_is_gone_is_not_made() {
    let api = Api::new().await;
    answer(&api, "GET /fixed", 200).await;
    logged(&api, FORMAT).await;
    let gone = json!({ "patchOperations": [{ "op": "remove", "path": "/accessLogSettings" }] });
    api.edit(Method::PATCH, "/stages/dev", &gone).await;
    api.send(Request::get("/"), "/fixed", "").await;
    assert_eq!(api.trial.logged(GROUP).await, Vec::<String>::new());
    let api = Api::new().await;
    answer(&api, "GET /fixed", 200).await;
    logged(&api, FORMAT).await;
    api.trial.json_call("Logs_20140328.DeleteLogGroup", &json!({ "logGroupName": GROUP })).await;
    assert_eq!(api.get("/fixed").await.status, 200);
    let groups = api.trial.json_call("Logs_20140328.DescribeLogGroups", &json!({})).await;
    assert_eq!(groups["logGroups"], json!([]));
}
