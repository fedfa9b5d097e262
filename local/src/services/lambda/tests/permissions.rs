//! The resource policy.

use http::Method;
use serde_json::{Value, json};

use crate::testing::{ACCOUNT, REGION, TestEmulator, function_arn};

const CODE: (&str, &str) = ("main.py", "def handler(event, context): pass");
const PATH: &str = "/2015-03-31/functions/hello/policy";

async fn test() -> TestEmulator {
    let test = TestEmulator::with_worker().await;
    test.make_function("hello", CODE, json!({})).await;
    test
}

fn permission() -> Value {
    json!({
        "StatementId": "from-api",
        "Action": "lambda:InvokeFunction",
        "Principal": "apigateway.amazonaws.com",
        "SourceArn": format!("arn:aws:execute-api:{REGION}:{ACCOUNT}:abc123/*"),
        "SourceAccount": ACCOUNT,
    })
}

#[tokio::test]
async fn a_statement_id_is_unique_and_can_be_removed_once() {
    let test = test().await;
    let none = (404, "ResourceNotFoundException".to_owned(), "The resource you requested does not exist.".to_owned());
    assert_eq!(test.call(Method::GET, PATH, &Value::Null).await.refused(), none);
    test.call(Method::POST, PATH, &permission()).await.done();
    let wanted = "The statement id (from-api) provided already exists. Please provide a new statement id, or remove the \
                  existing statement.";
    let again = test.call(Method::POST, PATH, &permission()).await;
    assert_eq!(again.refused(), (409, "ResourceConflictException".into(), wanted.into()));
    let statement = format!("{PATH}/from-api");
    assert_eq!(test.call(Method::DELETE, &statement, &Value::Null).await.status, 204);
    assert_eq!(test.call(Method::DELETE, &statement, &Value::Null).await.refused().0, 404);
    assert_eq!(test.call(Method::GET, PATH, &Value::Null).await.refused(), none);
}

#[tokio::test]
async fn malformed_statements_are_rejected() {
    let test = test().await;
    for (member, value) in [
        ("StatementId", "a b"),
        ("StatementId", &"x".repeat(101)),
        ("Action", "s3:GetObject"),
        ("Principal", "nobody"),
        ("SourceArn", "abc"),
        ("SourceAccount", "12"),
    ] {
        let mut members = permission();
        members[member] = json!(value);
        assert_eq!(test.call(Method::POST, PATH, &members).await.refused().0, 400, "{member} {value}");
    }
}

#[tokio::test]
async fn only_the_named_source_may_invoke() {
    let test = test().await;
    test.call(Method::POST, PATH, &permission()).await.done();
    let allows = |principal: &str, source: &str| {
        test.emulator.world().lambda.allows_invoke(&function_arn("hello"), principal, source)
    };
    let source = |api: &str| format!("arn:aws:execute-api:{REGION}:{ACCOUNT}:{api}/dev/GET/pets/*");
    assert!(allows("apigateway.amazonaws.com", &source("abc123")));
    assert!(!allows("apigateway.amazonaws.com", &source("abc1234")));
    assert!(!allows("apigateway.amazonaws.com", &source("other")));
    assert!(!allows("events.amazonaws.com", &source("abc123")));
    assert!(!allows("apigateway.amazonaws.com", "arn:aws:execute-api:eu-west-1:111111111111:abc123/dev/GET/"));
}

#[tokio::test]
async fn a_qualified_arn_is_authorized_by_the_policy_of_its_qualifier_only() {
    let test = test().await;
    test.call(Method::POST, "/2015-03-31/functions/hello/versions", &json!({})).await.done();
    let alias = json!({ "Name": "live", "FunctionVersion": "1" });
    test.call(Method::POST, "/2015-03-31/functions/hello/aliases", &alias).await.done();
    let source = format!("arn:aws:execute-api:{REGION}:{ACCOUNT}:abc123/dev/GET/");
    let allows = |qualifier: &str| {
        let arn = format!("{}{qualifier}", function_arn("hello"));
        test.emulator.world().lambda.allows_invoke(&arn, "apigateway.amazonaws.com", &source)
    };
    test.call(Method::POST, PATH, &permission()).await.done();
    assert_eq!((allows(""), allows(":live"), allows(":1")), (true, false, false));

    let added = test.call(Method::POST, &format!("{PATH}?Qualifier=live"), &permission()).await.done();
    let statement: Value = serde_json::from_str(added["Statement"].as_str().unwrap()).unwrap();
    assert_eq!(statement["Resource"], format!("{}:live", function_arn("hello")));
    test.call(Method::DELETE, &format!("{PATH}/from-api"), &Value::Null).await;
    assert_eq!((allows(""), allows(":live"), allows(":1")), (false, true, false));
    assert_eq!(test.call(Method::POST, &format!("{PATH}?Qualifier=7"), &permission()).await.refused().0, 404);

    test.call(Method::DELETE, "/2015-03-31/functions/hello/aliases/live", &Value::Null).await;
    test.call(Method::POST, "/2015-03-31/functions/hello/aliases", &alias).await.done();
    assert!(!allows(":live"), "a recreated alias has no policy");
}
