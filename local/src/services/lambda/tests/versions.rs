//! Versions, aliases and reserved concurrency.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::Method;
use serde_json::{Value, json};

use crate::testing::{TestEmulator, function_arn, zip};

const CODE: (&str, &str) = ("main.py", "def handler(event, context): pass");
const FUNCTION: &str = "/2015-03-31/functions/hello";

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
    test.read_function("hello").await;
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
