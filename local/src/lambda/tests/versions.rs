//! Versions, aliases and reserved concurrency.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::Method;
use serde_json::{Value, json};

use crate::trial::{Trial, function_arn, zip};

const CODE: (&str, &str) = ("main.py", "def handler(event, context): pass");
const FUNCTION: &str = "/2015-03-31/functions/hello";

#[tokio::test]
async fn publishing_the_same_twice_makes_one_version() {
    let trial = Trial::with_worker().await;
    trial.make_function("hello", CODE, json!({})).await;
    let path = format!("{FUNCTION}/versions");
    let first = trial.call(Method::POST, &path, &json!({ "Description": "one" })).await.done();
    assert_eq!((&first["Version"], &first["Description"]), (&json!("1"), &json!("one")));
    assert_eq!(first["FunctionArn"], format!("{}:1", function_arn("hello")));
    let again = trial.call(Method::POST, &path, &json!({})).await.done();
    assert_eq!(again["Version"], "1");
    let code = json!({ "ZipFile": STANDARD.encode(zip(&[("main.py", "pass")])), "Publish": true });
    let second = trial.call(Method::PUT, &format!("{FUNCTION}/code"), &code).await.done();
    assert_eq!(second["Version"], "2");
    let listed = trial.call(Method::GET, &path, &Value::Null).await.done();
    let versions: Vec<_> = listed["Versions"].as_array().unwrap().iter().map(|entry| &entry["Version"]).collect();
    assert_eq!(versions, ["$LATEST", "1", "2"]);
}

#[tokio::test]
async fn an_alias_leads_to_its_version_and_keeps_it() {
    let trial = Trial::with_worker().await;
    trial.make_function("hello", CODE, json!({})).await;
    trial.call(Method::POST, &format!("{FUNCTION}/versions"), &json!({})).await.done();
    let alias = json!({ "Name": "live", "FunctionVersion": "1" });
    trial.call(Method::POST, &format!("{FUNCTION}/aliases"), &alias).await.done();
    let read = trial.call(Method::GET, &format!("{FUNCTION}/configuration?Qualifier=live"), &Value::Null).await.done();
    assert_eq!(
        (&read["Version"], &read["FunctionArn"]),
        (&json!("1"), &json!(format!("{}:live", function_arn("hello"))))
    );
    assert_eq!(trial.call(Method::DELETE, &format!("{FUNCTION}?Qualifier=1"), &Value::Null).await.refused().0, 409);
    let unknown = json!({ "FunctionVersion": "7" });
    assert_eq!(trial.call(Method::PUT, &format!("{FUNCTION}/aliases/live"), &unknown).await.refused().0, 404);
    assert_eq!(trial.call(Method::DELETE, &format!("{FUNCTION}/aliases/live"), &Value::Null).await.status, 204);
    assert_eq!(trial.call(Method::GET, &format!("{FUNCTION}/aliases/live"), &Value::Null).await.refused().0, 404);
}

#[tokio::test]
async fn a_reservation_leaves_a_hundred_to_the_others() {
    let trial = Trial::with_worker().await;
    trial.make_function("hello", CODE, json!({})).await;
    let path = "/2017-10-31/functions/hello/concurrency";
    let too_many = trial.call(Method::PUT, path, &json!({ "ReservedConcurrentExecutions": 901 })).await;
    assert!(too_many.refused().2.contains("below its minimum value of [100]"));
    trial.call(Method::PUT, path, &json!({ "ReservedConcurrentExecutions": 0 })).await.done();
    let read = trial.call(Method::GET, FUNCTION, &Value::Null).await.done();
    assert_eq!(read["Concurrency"], json!({ "ReservedConcurrentExecutions": 0 }));
    let refused = trial.invoke("hello", &json!({})).await;
    assert_eq!(refused.refused(), (429, "TooManyRequestsException".into(), "Rate Exceeded.".into()));
    assert_eq!(trial.call(Method::DELETE, path, &Value::Null).await.status, 204);
    assert_eq!(trial.call(Method::GET, FUNCTION, &Value::Null).await.done()["Concurrency"], Value::Null);
}
