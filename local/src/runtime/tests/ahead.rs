//! Starting functions ahead of their first request.

use http::Request;
use serde_json::{Value, json};

use super::{answered, failed, trial};
use crate::testing::{Trial, function_arn};

/// Starts a function ahead of its first request.
async fn start(trial: &Trial, name: &str) -> Value {
    let request = Request::post("/_stackctl/start").body(function_arn(name).into()).unwrap();
    trial.send(request).await.json()
}

#[tokio::test]
async fn the_first_request_to_a_function_started_ahead_is_warm() {
    let trial = trial().await;
    let source = "
import os
print('starting')
def handler(event, context): return os.getpid()
";
    trial.make_log_group("/aws/lambda/hello").await;
    trial.make_function("hello", ("main.py", source), json!({})).await;
    assert_eq!(start(&trial, "hello").await, json!({ "error": null }));
    assert_eq!(start(&trial, "hello").await, json!({ "error": null }), "already started");
    let first = answered(trial.invoke("hello", &json!({})).await);
    assert_eq!(answered(trial.invoke("hello", &json!({})).await), first);
    let lines = trial.logged("/aws/lambda/hello").await;
    assert_eq!(lines.iter().filter(|line| line.contains("starting")).count(), 1, "{lines:?}");
    assert!(lines.iter().all(|line| !line.contains("Init Duration")), "{lines:?}");
}

#[tokio::test]
async fn starting_ahead_returns_the_error_of_a_function_that_fails_to_start() {
    let trial = trial().await;
    trial.make_function("hello", ("main.py", "import nothing_of_this_name"), json!({})).await;
    let error = start(&trial, "hello").await["error"].take();
    assert_eq!(error["errorType"], "Runtime.ImportModuleError", "{error}");
    assert_eq!(failed(&trial.invoke("hello", &json!({})).await)["errorMessage"], error["errorMessage"]);
    let unknown = start(&trial, "other").await;
    assert_eq!(unknown["message"], format!("there is no function {}", function_arn("other")));
}
