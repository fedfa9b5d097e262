//! `Pending`, `InProgress` and new roles, on a paused clock.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};

use crate::{
    Settings, Weather,
    testing::{TestEmulator, function, function_arn},
};

const CODE: (&str, &str) = ("main.py", "def handler(event, context): pass");

async fn test(weather: Weather) -> TestEmulator {
    let test = TestEmulator::new(Settings { weather, ..Settings::default() });
    test.make_role("worker", &json!({ "Effect": "Allow", "Action": "logs:*", "Resource": "*" })).await;
    test
}

#[tokio::test(start_paused = true)]
async fn a_new_role_cannot_be_assumed_for_a_while() {
    let test = test(Weather { role_propagation: Duration::from_secs(10), ..Weather::default() }).await;
    let create = || async { test.call(Method::POST, "/2015-03-31/functions", &function("hello", &[CODE])).await };
    tokio::time::advance(Duration::from_secs(9)).await;
    let wanted = "The role defined for the function cannot be assumed by Lambda.";
    assert_eq!(create().await.refused(), (400, "InvalidParameterValueException".into(), wanted.into()));
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(create().await.status, 201);
}

#[tokio::test(start_paused = true)]
async fn a_pending_function_rejects_changes_and_invocations() {
    let test = test(Weather { function_pending: Duration::from_secs(5), ..Weather::default() }).await;
    let created = test.make_function("hello", CODE, json!({})).await;
    assert_eq!(created["State"], "Pending");
    assert_eq!(created["StateReasonCode"], "Creating");
    let wanted = "The operation cannot be performed at this time. The function is currently in the following state: \
                  Pending";
    let update = test.call(Method::PUT, "/2015-03-31/functions/hello/configuration", &json!({ "Timeout": 9 })).await;
    assert_eq!(update.refused(), (409, "ResourceConflictException".into(), wanted.into()));
    assert_eq!(test.invoke("hello", &json!({})).await.refused().0, 409);
    tokio::time::advance(Duration::from_secs(5)).await;
    let read = test.call(Method::GET, "/2015-03-31/functions/hello/configuration", &Value::Null).await.done();
    assert_eq!((&read["State"], &read["LastUpdateStatus"]), (&json!("Active"), &json!("Successful")));
}

#[tokio::test(start_paused = true)]
async fn an_update_in_progress_rejects_the_next_one() {
    let test = test(Weather { update_in_progress: Duration::from_secs(5), ..Weather::default() }).await;
    test.make_function("hello", CODE, json!({})).await;
    let path = "/2015-03-31/functions/hello/configuration";
    let updated = test.call(Method::PUT, path, &json!({ "Timeout": 9 })).await.done();
    assert_eq!((&updated["State"], &updated["LastUpdateStatus"]), (&json!("Active"), &json!("InProgress")));
    let wanted = format!(
        "The operation cannot be performed at this time. An update is in progress for resource: {}",
        function_arn("hello")
    );
    let refused = (409, "ResourceConflictException".to_owned(), wanted);
    assert_eq!(test.call(Method::PUT, path, &json!({ "Timeout": 8 })).await.refused(), refused);
    let permission = json!({ "StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": "*" });
    let policy = "/2015-03-31/functions/hello/policy";
    assert_eq!(test.call(Method::POST, policy, &permission).await.refused(), refused);
    tokio::time::advance(Duration::from_secs(5)).await;
    assert_eq!(test.call(Method::PUT, path, &json!({ "Timeout": 8 })).await.done()["Timeout"], 8);
}

#[tokio::test(start_paused = true)]
async fn a_version_of_an_active_function_is_active_at_once() {
    let test = test(Weather { function_pending: Duration::from_secs(5), ..Weather::default() }).await;
    test.make_function("hello", CODE, json!({})).await;
    tokio::time::advance(Duration::from_secs(5)).await;
    let path = "/2015-03-31/functions/hello/versions";
    assert_eq!(test.call(Method::POST, path, &Value::Null).await.done()["State"], "Active");
    let arn = format!("{}:1", function_arn("hello"));
    assert!(test.emulator.world().lambda.invocable(&test.emulator, &arn).is_some());
}
