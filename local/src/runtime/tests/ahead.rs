//! Starting functions ahead of their first request.

use http::Request;
use serde_json::{Value, json};

use super::{answered, failed, test};
use crate::testing::{TestEmulator, function_arn};

/// Starts a function ahead of its first request.
async fn start(test: &TestEmulator, name: &str) -> Value {
    let request = Request::post("/_stackctl/start").body(function_arn(name).into()).unwrap();
    test.send(request).await.json()
}

#[tokio::test]
async fn the_first_request_to_a_function_started_ahead_is_warm() {
    let test = test().await;
    let source = "
import os
print('starting')
def handler(event, context): return os.getpid()
";
    test.make_log_group("/aws/lambda/hello").await;
    test.make_function("hello", ("main.py", source), json!({})).await;
    assert_eq!(start(&test, "hello").await, json!({ "error": null }));
    assert_eq!(start(&test, "hello").await, json!({ "error": null }), "already started");
    let first = answered(test.invoke("hello", &json!({})).await);
    assert_eq!(answered(test.invoke("hello", &json!({})).await), first);
    let lines = test.logged("/aws/lambda/hello").await;
    assert_eq!(lines.iter().filter(|line| line.contains("starting")).count(), 1, "{lines:?}");
    assert!(lines.iter().all(|line| !line.contains("Init Duration")), "{lines:?}");
}

#[tokio::test]
async fn starting_ahead_returns_the_error_of_a_function_that_fails_to_start() {
    let test = test().await;
    test.make_function("hello", ("main.py", "import nothing_of_this_name"), json!({})).await;
    let error = start(&test, "hello").await["error"].take();
    assert_eq!(error["errorType"], "Runtime.ImportModuleError", "{error}");
    assert_eq!(failed(&test.invoke("hello", &json!({})).await)["errorMessage"], error["errorMessage"]);
    let unknown = start(&test, "other").await;
    assert_eq!(unknown["message"], format!("there is no function {}", function_arn("other")));
}
