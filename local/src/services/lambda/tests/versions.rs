//! Versions, aliases and reserved concurrency.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::Method;
use serde_json::{Value, json};

use crate::testing::{TestEmulator, function_arn, zip};

const CODE: (&str, &str) = ("main.py", "def handler(event, context): pass");
const FUNCTION: &str = "/2015-03-31/functions/hello";

#[tokio::test]
async fn publishing_without_a_change_creates_no_new_version() {
    let test = TestEmulator::with_worker().await;
    test.make_function("hello", CODE, json!({})).await;
    let path = format!("{FUNCTION}/versions");
    let first = test.call(Method::POST, &path, &json!({ "Description": "one" })).await.done();
    assert_eq!((&first["Version"], &first["Description"]), (&json!("1"), &json!("one")));
    assert_eq!(first["FunctionArn"], format!("{}:1", function_arn("hello")));
    let again = test.call(Method::POST, &path, &json!({})).await.done();
    assert_eq!(again["Version"], "1");
    let code = json!({ "ZipFile": STANDARD.encode(zip(&[("main.py", "pass")])), "Publish": true });
    let second = test.call(Method::PUT, &format!("{FUNCTION}/code"), &code).await.done();
    assert_eq!(second["Version"], "2");
    let listed = test.call(Method::GET, &path, &Value::Null).await.done();
    let versions: Vec<_> = listed["Versions"].as_array().unwrap().iter().map(|entry| &entry["Version"]).collect();
    assert_eq!(versions, ["$LATEST", "1", "2"]);
}

#[tokio::test]
async fn an_alias_resolves_to_its_version_and_prevents_its_deletion() {
    let test = TestEmulator::with_worker().await;
    test.make_function("hello", CODE, json!({})).await;
    test.call(Method::POST, &format!("{FUNCTION}/versions"), &json!({})).await.done();
    let alias = json!({ "Name": "live", "FunctionVersion": "1" });
    test.call(Method::POST, &format!("{FUNCTION}/aliases"), &alias).await.done();
    let read = test.call(Method::GET, &format!("{FUNCTION}/configuration?Qualifier=live"), &Value::Null).await.done();
    assert_eq!(
        (&read["Version"], &read["FunctionArn"]),
        (&json!("1"), &json!(format!("{}:live", function_arn("hello"))))
    );
    assert_eq!(test.call(Method::DELETE, &format!("{FUNCTION}?Qualifier=1"), &Value::Null).await.refused().0, 409);
    let unknown = json!({ "FunctionVersion": "7" });
    assert_eq!(test.call(Method::PUT, &format!("{FUNCTION}/aliases/live"), &unknown).await.refused().0, 404);
    assert_eq!(test.call(Method::DELETE, &format!("{FUNCTION}/aliases/live"), &Value::Null).await.status, 204);
    assert_eq!(test.call(Method::GET, &format!("{FUNCTION}/aliases/live"), &Value::Null).await.refused().0, 404);
}

#[tokio::test]
async fn creating_with_publish_returns_the_first_version() {
    let test = TestEmulator::with_worker().await;
    let made = test.make_function("hello", CODE, json!({ "Publish": true })).await;
    assert_eq!((&made["Version"], &made["FunctionArn"]), (&json!("1"), &json!(function_arn("hello"))));
}

#[tokio::test]
async fn an_alias_splits_traffic_between_two_published_versions_only() {
    let test = with_two_versions().await;
    let path = format!("{FUNCTION}/aliases");
    let weights = |version: &str, weights: Value| json!({ "Name": "live", "FunctionVersion": version, "RoutingConfig": { "AdditionalVersionWeights": weights } });
    for (alias, message) in [
        (
            weights("1", json!({ "2": 0.1, "1": 0.1 })),
            "Number of items in AdditionalVersionWeights cannot be greater than 1",
        ),
        (
            weights("1", json!({ "1": 0.1 })),
            "Invalid function version 1. Function version 1 is already included in routing configuration.",
        ),
        (
            weights("$LATEST", json!({ "1": 0.1 })),
            "$LATEST is not supported for an alias pointing to more than 1 version",
        ),
        (weights("1", json!({ "7": 0.1 })), &format!("Function not found: {}:7", function_arn("hello"))),
    ] {
        assert_eq!(test.call(Method::POST, &path, &alias).await.refused().2, message);
    }
    assert_eq!(test.call(Method::POST, &path, &weights("1", json!({ "2": 1.5 }))).await.refused().0, 400);
    let shared = test.call(Method::POST, &path, &weights("1", json!({ "2": 0.1 }))).await.done();
    assert_eq!(shared["RoutingConfig"], json!({ "AdditionalVersionWeights": { "2": 0.1 } }));
    for version in ["1", "2"] {
        let delete = format!("{FUNCTION}?Qualifier={version}");
        let wanted = format!("Version {version} of the function is referenced by alias live.");
        assert_eq!(test.call(Method::DELETE, &delete, &Value::Null).await.refused().2, wanted);
    }

    let live = format!("{path}/live");
    let moved = test.call(Method::PUT, &live, &json!({ "Description": "shared" })).await.done();
    assert_eq!(moved["RoutingConfig"], shared["RoutingConfig"], "an absent member means no change");
    let none = json!({ "RoutingConfig": { "AdditionalVersionWeights": {} } });
    assert_eq!(test.call(Method::PUT, &live, &none).await.done()["RoutingConfig"], Value::Null);
    assert_eq!(test.call(Method::DELETE, &format!("{FUNCTION}?Qualifier=2"), &Value::Null).await.status, 204);
}

#[tokio::test]
async fn a_weight_of_one_routes_every_request_to_the_second_version() {
    let test = with_two_versions().await;
    let whole = |version: &str, other: &str| json!({ "Name": "live", "FunctionVersion": version, "RoutingConfig": { "AdditionalVersionWeights": { other: 1.0 } } });
    test.call(Method::POST, &format!("{FUNCTION}/aliases"), &whole("1", "2")).await.done();
    let world = test.emulator.world();
    let target = world.lambda.invocable(&test.emulator, &format!("{}:live", function_arn("hello"))).unwrap();
    assert_eq!(target.version.label, "2");
}

#[tokio::test]
async fn published_versions_keep_their_code_and_settings() {
    let test = with_two_versions().await;
    let settings = json!({ "Timeout": 9, "Environment": { "Variables": { "LEVEL": "new" } } });
    test.call(Method::PUT, &format!("{FUNCTION}/configuration"), &settings).await.done();
    let read = async |qualifier: &str| {
        let path = format!("{FUNCTION}?Qualifier={qualifier}");
        test.call(Method::GET, &path, &Value::Null).await.done()["Configuration"].clone()
    };
    let (first, second, latest) = (read("1").await, read("2").await, read("$LATEST").await);
    assert_ne!(first["CodeSha256"], second["CodeSha256"]);
    assert_eq!(second["CodeSha256"], latest["CodeSha256"]);
    assert_eq!((&second["Timeout"], &latest["Timeout"]), (&json!(3), &json!(9)));
    assert_eq!(second["Environment"], Value::Null);
    let refused = test.call(Method::PUT, "/2015-03-31/functions/hello:2/configuration", &settings).await.refused();
    assert!(refused.2.starts_with("This operation is permitted on Lambda functions only."), "{}", refused.2);
}

/// A function with two published versions.
async fn with_two_versions() -> TestEmulator {
    let test = TestEmulator::with_worker().await;
    test.make_function("hello", CODE, json!({ "Publish": true })).await;
    let code = json!({ "ZipFile": STANDARD.encode(zip(&[("main.py", "pass")])), "Publish": true });
    test.call(Method::PUT, &format!("{FUNCTION}/code"), &code).await.done();
    test
}

#[tokio::test]
async fn reserved_concurrency_must_leave_one_hundred_unreserved() {
    let test = TestEmulator::with_worker().await;
    test.make_function("hello", CODE, json!({})).await;
    let path = "/2017-10-31/functions/hello/concurrency";
    let too_many = test.call(Method::PUT, path, &json!({ "ReservedConcurrentExecutions": 901 })).await;
    assert!(too_many.refused().2.contains("below its minimum value of [100]"));
    test.call(Method::PUT, path, &json!({ "ReservedConcurrentExecutions": 0 })).await.done();
    let read = test.call(Method::GET, FUNCTION, &Value::Null).await.done();
    assert_eq!(read["Concurrency"], json!({ "ReservedConcurrentExecutions": 0 }));
    let refused = test.invoke("hello", &json!({})).await;
    assert_eq!(refused.refused(), (429, "TooManyRequestsException".into(), "Rate Exceeded.".into()));
    assert_eq!(test.call(Method::DELETE, path, &Value::Null).await.status, 204);
    assert_eq!(test.call(Method::GET, FUNCTION, &Value::Null).await.done()["Concurrency"], Value::Null);
}
