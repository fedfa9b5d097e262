//! Creating, reading and updating the configuration.

use http::Method;
use serde_json::{Value, json};

use crate::{
    Settings,
    testing::{TestEmulator, function, function_arn, role_arn},
};

const CODE: (&str, &str) = ("main.py", "def handler(event, context): pass");

/// Replaces the values that differ between runs.
fn rubbed(mut configuration: Value) -> Value {
    for member in ["LastModified", "RevisionId", "CodeSize", "CodeSha256"] {
        assert!(!configuration[member].is_null(), "{member} is missing");
        configuration[member] = json!("…");
    }
    configuration
}

#[tokio::test]
async fn a_function_is_created_with_lambdas_defaults() {
    let test = TestEmulator::with_worker().await;
    let created = test.make_function("hello", CODE, json!({ "Tags": { "team": "blue" } })).await;
    let wanted = json!({
        "FunctionName": "hello",
        "FunctionArn": function_arn("hello"),
        "Runtime": "python3.13",
        "Role": role_arn("worker"),
        "Handler": "main.handler",
        "CodeSize": "…",
        "Description": "",
        "Timeout": 3,
        "MemorySize": 128,
        "LastModified": "…",
        "CodeSha256": "…",
        "Version": "$LATEST",
        "TracingConfig": { "Mode": "PassThrough" },
        "RevisionId": "…",
        "State": "Pending",
        "StateReason": "The function is being created.",
        "StateReasonCode": "Creating",
        "PackageType": "Zip",
        "Architectures": ["x86_64"],
        "EphemeralStorage": { "Size": 512 },
        "SnapStart": { "ApplyOn": "None", "OptimizationStatus": "Off" },
        "LoggingConfig": { "LogFormat": "Text", "LogGroup": "/aws/lambda/hello" },
    });
    assert_eq!(rubbed(created.clone()), wanted);
    let read = test.call(Method::GET, "/2015-03-31/functions/hello", &Value::Null).await.done();
    assert_eq!(
        (&read["Configuration"]["State"], &read["Configuration"]["LastUpdateStatus"]),
        (&json!("Active"), &json!("Successful"))
    );
    assert_ne!(read["Configuration"]["RevisionId"], created["RevisionId"]);
    assert_eq!(read["Tags"], json!({ "team": "blue" }));
    assert_eq!(read["Code"]["RepositoryType"], "S3");
    let zip_url = read["Code"]["Location"].as_str().unwrap();
    let download = test.call(Method::GET, zip_url, &Value::Null).await;
    assert_eq!(download.status, 200);
    assert!(download.text.contains("main.py"));
}

#[tokio::test]
async fn a_name_is_unique_in_a_region() {
    let test = TestEmulator::with_worker().await;
    test.make_function("hello", CODE, json!({})).await;
    let again = test.call(Method::POST, "/2015-03-31/functions", &function("hello", &[CODE])).await;
    let wanted = (409, "ResourceConflictException".to_owned(), "Function already exist: hello".to_owned());
    assert_eq!(again.refused(), wanted);
    assert_eq!(again.json()["Type"], "User");
}

#[tokio::test]
async fn invalid_members_are_rejected_with_lambdas_messages() {
    let test = TestEmulator::with_worker().await;
    let long = "x".repeat(257);
    let big = "x".repeat(4096);
    let cases = [
        (json!({ "FunctionName": "a b" }), "Value 'a b' at 'functionName' failed to satisfy constraint"),
        (json!({ "FunctionName": "x".repeat(65) }), "Member must have length less than or equal to 64"),
        (
            json!({ "MemorySize": 64 }),
            "Value '64' at 'memorySize' failed to satisfy constraint: Member must have value greater than or equal to 128",
        ),
        (json!({ "MemorySize": 10_241 }), "less than or equal to 10240"),
        (
            json!({ "Timeout": 1801 }),
            "Value '1801' at 'timeout' failed to satisfy constraint: Member must have value less than or equal to 1800",
        ),
        (json!({ "Timeout": 0 }), "greater than or equal to 1"),
        (json!({ "Role": "worker" }), "Value 'worker' at 'role'"),
        (json!({ "Handler": "a b" }), "Value 'a b' at 'handler'"),
        (json!({ "Description": long }), "less than or equal to 256"),
        (
            json!({ "Runtime": "python3.99" }),
            "Value python3.99 at 'runtime' failed to satisfy constraint: Member must satisfy enum value set",
        ),
        (json!({ "Runtime": "python3.7" }), "The runtime parameter of python3.7 is no longer supported for creating"),
        (json!({ "Runtime": null }), "Runtime and Handler are mandatory parameters"),
        (json!({ "Architectures": ["mips"] }), "Member must satisfy enum value set: [x86_64, arm64]"),
        (json!({ "Role": role_arn("nobody") }), "The role defined for the function cannot be assumed by Lambda."),
        (json!({ "Environment": { "Variables": { "A": "1" } } }), "[a-zA-Z]([a-zA-Z0-9_])+"),
        (
            json!({ "Environment": { "Variables": { "AWS_REGION": "x", "TZ": "y" } } }),
            "Reserved keys used in this request: AWS_REGION",
        ),
        (
            json!({ "Environment": { "Variables": { "KEY": big, "OTHER": "\"" } } }),
            "Lambda was unable to configure your environment variables because the environment variables you have \
             provided exceeded the 4KB limit. String measured: {\"KEY\":\"xxx",
        ),
        (json!({ "Tags": { "aws:x": "1" } }), "reserved for system use"),
    ];
    for (change, wanted) in cases {
        let mut members = function("hello", &[CODE]);
        members.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let (status, _, message) = test.call(Method::POST, "/2015-03-31/functions", &members).await.refused();
        assert_eq!(status, 400, "{change}");
        assert!(message.contains(wanted), "{change}: {message}");
    }
}

#[tokio::test]
async fn the_environment_limit_counts_the_bytes_of_its_json() {
    let test = TestEmulator::with_worker().await;
    // `{"KEY":"…","OL":"w"}` has 19 bytes besides the value.
    let environment = |size: usize| json!({ "Variables": { "KEY": "x".repeat(size), "OL": "w" } });
    test.make_function("full", CODE, json!({ "Environment": environment(4096 - 19) })).await;
    let mut members = function("over", &[CODE]);
    members["Environment"] = environment(4096 - 18);
    let (_, code, message) = test.call(Method::POST, "/2015-03-31/functions", &members).await.refused();
    assert_eq!(code, "InvalidParameterValueException");
    assert!(message.ends_with(r#"x","OL":"w"}"#), "{message}");
}

#[tokio::test]
async fn unsupported_members_are_rejected_and_not_ignored() {
    let test = TestEmulator::with_worker().await;
    for (member, value) in [
        ("Layers", json!(["arn:aws:lambda:eu-west-1:000000000000:layer:x:1"])),
        ("VpcConfig", json!({ "SubnetIds": ["subnet-1"] })),
        ("KMSKeyArn", json!("arn:aws:kms:eu-west-1:000000000000:key/x")),
        ("LoggingConfig", json!({ "LogFormat": "JSON" })),
    ] {
        let mut members = function("hello", &[CODE]);
        members[member] = value;
        assert_eq!(test.call(Method::POST, "/2015-03-31/functions", &members).await.status, 501, "{member}");
    }
    let mut blank = function("hello", &[CODE]);
    blank["VpcConfig"] = json!({ "SubnetIds": [], "SecurityGroupIds": [] });
    blank["Layers"] = json!([]);
    assert_eq!(test.call(Method::POST, "/2015-03-31/functions", &blank).await.status, 201);
}

#[tokio::test]
async fn an_update_changes_only_the_given_members() {
    let test = TestEmulator::with_worker().await;
    let more = json!({ "Description": "first", "Timeout": 9, "Environment": { "Variables": { "KEY": "1" } } });
    test.make_function("hello", CODE, more).await;
    let path = "/2015-03-31/functions/hello/configuration";
    let updated = test.call(Method::PUT, path, &json!({ "MemorySize": 256, "Environment": {} })).await.done();
    assert_eq!(updated["MemorySize"], 256);
    assert_eq!((&updated["Description"], &updated["Timeout"]), (&json!("first"), &json!(9)));
    assert_eq!(updated["Environment"], json!({ "Variables": { "KEY": "1" } }));
    test.read_function("hello").await;
    let change =
        json!({ "Description": "", "Environment": { "Variables": {} }, "LoggingConfig": { "LogGroup": "/mine" } });
    let cleared = test.call(Method::PUT, path, &change).await.done();
    assert_eq!(cleared["Description"], "");
    assert_eq!(cleared["Environment"], json!({ "Variables": {} }));
    assert_eq!(cleared["LoggingConfig"]["LogGroup"], "/mine");
    test.read_function("hello").await;
    let stale = json!({ "RevisionId": updated["RevisionId"], "Timeout": 3 });
    assert_eq!(test.call(Method::PUT, path, &stale).await.refused().0, 412);
    let read = test.read_function("hello").await;
    let fresh = json!({ "RevisionId": read["Configuration"]["RevisionId"], "Timeout": 3 });
    assert_eq!(test.call(Method::PUT, path, &fresh).await.done()["Timeout"], 3);
}

#[tokio::test]
async fn a_function_is_found_by_every_form_of_its_name() {
    let test = TestEmulator::with_worker().await;
    test.make_function("hello", CODE, json!({})).await;
    for spelling in ["hello", "function:hello", "000000000000:function:hello", &function_arn("hello"), "hello:$LATEST"]
    {
        let path = format!("/2015-03-31/functions/{}/configuration", spelling.replace(':', "%3A"));
        assert_eq!(test.call(Method::GET, &path, &Value::Null).await.done()["FunctionName"], "hello", "{spelling}");
    }
    let missing = test.call(Method::GET, "/2015-03-31/functions/other", &Value::Null).await;
    let wanted = format!("Function not found: {}", function_arn("other"));
    assert_eq!(missing.refused(), (404, "ResourceNotFoundException".into(), wanted));
    let elsewhere = function_arn("hello").replace("eu-west-1", "us-east-1").replace(':', "%3A");
    let reply = test.call(Method::GET, &format!("/2015-03-31/functions/{elsewhere}"), &Value::Null).await;
    assert!(reply.refused().2.contains("not reachable in this region"));
}

#[tokio::test]
async fn lists_are_paginated() {
    let test = TestEmulator::new(Settings { page_size: Some(2), ..Settings::default() });
    test.make_role("worker", &json!({ "Effect": "Allow", "Action": "logs:*", "Resource": "*" })).await;
    for name in ["a", "b", "c"] {
        test.make_function(name, CODE, json!({})).await;
    }
    let first = test.call(Method::GET, "/2015-03-31/functions", &Value::Null).await.done();
    assert_eq!(first["Functions"].as_array().unwrap().len(), 2);
    assert_eq!(first["Functions"][0]["State"], Value::Null);
    let marker = first["NextMarker"].as_str().unwrap().replace(':', "%3A");
    let path = format!("/2015-03-31/functions?Marker={marker}");
    let second = test.call(Method::GET, &path, &Value::Null).await.done();
    assert_eq!(second["Functions"][0]["FunctionName"], "c");
    assert_eq!(second["NextMarker"], Value::Null);
}

#[tokio::test]
async fn tags_are_changed_by_arn() {
    let test = TestEmulator::with_worker().await;
    test.make_function("hello", CODE, json!({ "Tags": { "a": "1", "b": "2" } })).await;
    let path = format!("/2017-03-31/tags/{}", function_arn("hello").replace(':', "%3A"));
    test.call(Method::POST, &path, &json!({ "Tags": { "b": "3", "c": "4" } })).await.done();
    test.call(Method::DELETE, &format!("{path}?tagKeys=a&tagKeys=c"), &Value::Null).await.done();
    let tags = test.call(Method::GET, &path, &Value::Null).await.done();
    assert_eq!(tags, json!({ "Tags": { "b": "3" } }));
}

#[tokio::test]
async fn a_deleted_function_frees_its_name() {
    let test = TestEmulator::with_worker().await;
    test.make_function("hello", CODE, json!({})).await;
    assert_eq!(test.call(Method::DELETE, "/2015-03-31/functions/hello", &Value::Null).await.status, 204);
    assert_eq!(test.call(Method::DELETE, "/2015-03-31/functions/hello", &Value::Null).await.refused().0, 404);
    test.make_function("hello", CODE, json!({})).await;
}
