//! CloudWatch Logs: groups.

use serde_json::{Value, json};
use stackctl_local::{Emulator, Settings};

use crate::{Reply, SIGNATURE, emulator, logs, now, refusal, refused_json, send, targeted};

pub(crate) async fn group(emulator: &Emulator, name: &str) -> Reply {
    logs(emulator, "CreateLogGroup", json!({ "logGroupName": name })).await
}

async fn described(emulator: &Emulator, members: Value) -> Vec<String> {
    let reply = logs(emulator, "DescribeLogGroups", members).await.json();
    let groups = reply["logGroups"].as_array().unwrap().iter();
    groups.map(|group| group["logGroupName"].as_str().unwrap().to_owned()).collect()
}

async fn one(emulator: &Emulator, name: &str) -> Value {
    logs(emulator, "DescribeLogGroups", json!({ "logGroupNamePrefix": name })).await.json()["logGroups"][0].clone()
}

#[tokio::test]
async fn a_group_reads_back_as_created() {
    let emulator = emulator();
    let members = json!({ "logGroupName": "/aws/lambda/a", "tags": { "k": "v" }, "deletionProtectionEnabled": true });
    assert_eq!(logs(&emulator, "CreateLogGroup", members).await.body, "{}");
    let mut read = one(&emulator, "/aws/lambda/a").await;
    assert!((now() - read["creationTime"].as_i64().unwrap()).abs() < 60_000);
    read.as_object_mut().unwrap().remove("creationTime");
    assert_eq!(
        read,
        json!({
            "logGroupName": "/aws/lambda/a",
            "metricFilterCount": 0,
            "arn": "arn:aws:logs:eu-west-1:000000000000:log-group:/aws/lambda/a:*",
            "logGroupArn": "arn:aws:logs:eu-west-1:000000000000:log-group:/aws/lambda/a",
            "storedBytes": 0,
            "logGroupClass": "STANDARD",
            "deletionProtectionEnabled": true,
        })
    );
}

#[tokio::test]
async fn the_same_name_in_two_regions_is_two_groups() {
    let emulator = emulator();
    group(&emulator, "g").await;
    let elsewhere = async |operation: &str, members: &Value| {
        let mut request = targeted(&format!("Logs_20140328.{operation}"), members);
        let signature = SIGNATURE.replace("eu-west-1", "us-east-1");
        request.headers_mut().insert("authorization", signature.parse().unwrap());
        send(&emulator, request).await.unwrap()
    };
    let named = json!({ "logGroupName": "g" });
    assert_eq!(elsewhere("DescribeLogGroups", &json!({})).await.json()["logGroups"], json!([]));
    let unknown = refusal(400, "ResourceNotFoundException", "The specified log group does not exist.");
    assert_eq!(refused_json(&elsewhere("DeleteLogGroup", &named).await), unknown);
    assert_eq!(elsewhere("CreateLogGroup", &named).await.status, 200);
    let theirs = elsewhere("DescribeLogGroups", &json!({})).await.json()["logGroups"][0].clone();
    assert_eq!(theirs["logGroupArn"], "arn:aws:logs:us-east-1:000000000000:log-group:g");
    let ours = one(&emulator, "g").await["logGroupArn"].clone();
    assert_eq!(ours, "arn:aws:logs:eu-west-1:000000000000:log-group:g");
    assert_eq!(refused_json(&elsewhere("ListTagsForResource", &json!({ "resourceArn": ours })).await), unknown);
    assert_eq!(elsewhere("DeleteLogGroup", &named).await.status, 200);
    assert_eq!(described(&emulator, json!({})).await, ["g"]);
}

#[tokio::test]
async fn creating_an_existing_group_is_rejected() {
    let emulator = emulator();
    group(&emulator, "g").await;
    assert_eq!(
        refused_json(&group(&emulator, "g").await),
        refusal(400, "ResourceAlreadyExistsException", "The specified log group already exists")
    );
}

#[tokio::test]
async fn every_operation_on_a_missing_group_returns_not_found() {
    let emulator = emulator();
    let arn = "arn:aws:logs:eu-west-1:000000000000:log-group:gone";
    for operation in [
        "DeleteLogGroup",
        "PutRetentionPolicy",
        "DeleteRetentionPolicy",
        "TagResource",
        "UntagResource",
        "ListTagsForResource",
        "CreateLogStream",
        "DescribeLogStreams",
        "DeleteLogStream",
        "PutLogEvents",
        "GetLogEvents",
        "FilterLogEvents",
    ] {
        let members = json!({
            "logGroupName": "gone",
            "logStreamName": "s",
            "retentionInDays": 7,
            "resourceArn": arn,
            "tags": { "k": "v" },
            "tagKeys": ["k"],
            "logEvents": [{ "timestamp": now(), "message": "m" }],
        });
        assert_eq!(
            refused_json(&logs(&emulator, operation, members).await),
            refusal(400, "ResourceNotFoundException", "The specified log group does not exist."),
            "{operation}"
        );
    }
    let members = json!({ "logGroupIdentifier": arn, "deletionProtectionEnabled": true });
    assert_eq!(logs(&emulator, "PutLogGroupDeletionProtection", members).await.status, 400);
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one table of errors")]
async fn names_limits_and_classes_must_match_the_api_model() {
    let emulator = emulator();
    for (operation, members, message) in [
        (
            "CreateLogGroup",
            json!({}),
            "1 validation error detected: Value null at 'logGroupName' failed to satisfy constraint: Member must not be null",
        ),
        (
            "CreateLogGroup",
            json!({ "logGroupName": "a b" }),
            r"1 validation error detected: Value 'a b' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\.\-_/#A-Za-z0-9]+",
        ),
        (
            "CreateLogGroup",
            json!({ "logGroupName": "g", "logGroupClass": "CHEAP" }),
            "1 validation error detected: Value 'CHEAP' at 'logGroupClass' failed to satisfy constraint: Member must satisfy enum value set: [ESSENTIALS, INFREQUENT_ACCESS, DELIVERY, STANDARD]",
        ),
        (
            "CreateLogGroup",
            json!({ "logGroupName": "g", "tags": { "aws:k": "v" } }),
            "Tag keys beginning with aws: are reserved for system use.",
        ),
        (
            "CreateLogGroup",
            json!({ "logGroupName": "g", "tags": { "cost": "5€" } }),
            r"1 validation error detected: Value '{cost=5€}' at 'tags' failed to satisfy constraint: Map value must satisfy constraint: [Member must have length less than or equal to 256, Member must satisfy regular expression pattern: ^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$]",
        ),
        (
            "CreateLogStream",
            json!({ "logGroupName": "g", "logStreamName": "a:b" }),
            "1 validation error detected: Value 'a:b' at 'logStreamName' failed to satisfy constraint: Member must satisfy regular expression pattern: [^:*]*",
        ),
        (
            "DescribeLogGroups",
            json!({ "limit": 51 }),
            "1 validation error detected: Value '51' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 50",
        ),
        ("DescribeLogGroups", json!({ "nextToken": "!" }), "The specified nextToken is invalid."),
        (
            "DescribeLogGroups",
            json!({ "logGroupNamePrefix": "a", "logGroupNamePattern": "b" }),
            "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
        ),
        (
            "GetLogEvents",
            json!({ "logGroupName": "a", "logStreamName": "s", "nextToken": "x" }),
            "The specified nextToken is invalid.",
        ),
        (
            "FilterLogEvents",
            json!({ "logGroupName": "a", "logStreamNamePrefix": "s", "logStreamNames": ["s"] }),
            "logStreamNamePrefix and logStreamNames are mutually exclusive parameters.",
        ),
        (
            "DescribeLogStreams",
            json!({ "logGroupName": "a", "logStreamNamePrefix": "s", "orderBy": "LastEventTime" }),
            "Cannot order by LastEventTime with a logStreamNamePrefix.",
        ),
        (
            "PutLogEvents",
            json!({ "logGroupName": "a", "logStreamName": "s", "logEvents": [] }),
            "1 validation error detected: Value '[]' at 'logEvents' failed to satisfy constraint: Member must have length greater than or equal to 1",
        ),
        (
            "PutLogEvents",
            json!({ "logGroupName": "a", "logStreamName": "s", "logEvents": [{ "timestamp": 1, "message": "" }] }),
            "1 validation error detected: Value '' at 'logEvents.1.member.message' failed to satisfy constraint: Member must have length greater than or equal to 1",
        ),
        (
            "PutLogEvents",
            json!({ "logGroupName": "a", "logStreamName": "s", "logEvents": [{ "timestamp": 2, "message": "m" }, { "timestamp": 1, "message": "m" }] }),
            "Log events in a single PutLogEvents request must be in chronological order.",
        ),
        ("TagResource", json!({ "resourceArn": "g", "tags": { "k": "v" } }), "Invalid resource ARN: g"),
    ] {
        assert_eq!(
            refused_json(&logs(&emulator, operation, members).await),
            refusal(400, "InvalidParameterException", message),
            "{operation}"
        );
    }
}

#[tokio::test]
async fn groups_are_found_by_prefix_substring_and_identifier_in_pages() {
    let emulator = Emulator::new(Settings { page_size: Some(2), ..Settings::default() });
    for name in ["/aws/lambda/app", "/aws/lambda/app-2", "/aws/lambda/app-3", "other"] {
        group(&emulator, name).await;
    }
    let first = logs(&emulator, "DescribeLogGroups", json!({ "logGroupNamePrefix": "/aws/lambda/app" })).await.json();
    let token = first["nextToken"].as_str().unwrap();
    assert_eq!(first["logGroups"].as_array().unwrap().len(), 2);
    let rest = json!({ "logGroupNamePrefix": "/aws/lambda/app", "nextToken": token });
    let second = logs(&emulator, "DescribeLogGroups", rest).await.json();
    assert_eq!(second["logGroups"][0]["logGroupName"], "/aws/lambda/app-3");
    assert_eq!(second.get("nextToken"), None);
    assert_eq!(described(&emulator, json!({ "logGroupNamePattern": "APP-3" })).await, ["/aws/lambda/app-3"]);
    assert_eq!(described(&emulator, json!({ "logGroupIdentifiers": ["other"] })).await, ["other"]);
    assert_eq!(described(&emulator, json!({ "logGroupNamePrefix": "nothing" })).await, Vec::<String>::new());
}

#[tokio::test]
async fn retention_is_one_of_the_allowed_values_or_absent() {
    let emulator = emulator();
    group(&emulator, "g").await;
    let put = |days: i64| {
        let emulator = emulator.clone();
        async move { logs(&emulator, "PutRetentionPolicy", json!({ "logGroupName": "g", "retentionInDays": days })).await }
    };
    assert_eq!(
        refused_json(&put(2).await),
        refusal(
            400,
            "InvalidParameterException",
            "1 validation error detected: Value '2' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653]"
        )
    );
    assert_eq!(
        refused_json(&logs(&emulator, "PutRetentionPolicy", json!({ "logGroupName": "g" })).await),
        refusal(
            400,
            "InvalidParameterException",
            "1 validation error detected: Value null at 'retentionInDays' failed to satisfy constraint: Member must not be null"
        )
    );
    assert_eq!(put(14).await.status, 200);
    assert_eq!(one(&emulator, "g").await["retentionInDays"], 14);
    logs(&emulator, "DeleteRetentionPolicy", json!({ "logGroupName": "g" })).await;
    assert_eq!(one(&emulator, "g").await.get("retentionInDays"), None);
}

#[tokio::test]
async fn a_protected_group_is_not_deleted() {
    let emulator = emulator();
    group(&emulator, "g").await;
    let protect = |on: bool| json!({ "logGroupIdentifier": "g", "deletionProtectionEnabled": on });
    logs(&emulator, "PutLogGroupDeletionProtection", protect(true)).await;
    let delete = || async { logs(&emulator, "DeleteLogGroup", json!({ "logGroupName": "g" })).await };
    assert_eq!(
        refused_json(&delete().await),
        refusal(400, "ValidationException", "Log group g cannot be deleted because deletion protection is enabled.")
    );
    assert_eq!(
        refused_json(&logs(&emulator, "PutLogGroupDeletionProtection", json!({ "logGroupIdentifier": "g" })).await),
        refusal(
            400,
            "InvalidParameterException",
            "1 validation error detected: Value null at 'deletionProtectionEnabled' failed to satisfy constraint: Member must not be null"
        )
    );
    logs(&emulator, "PutLogGroupDeletionProtection", protect(false)).await;
    assert_eq!(delete().await.status, 200);
    assert_eq!(described(&emulator, json!({})).await, Vec::<String>::new());
}

#[tokio::test]
async fn tags_are_merged_removed_and_at_most_fifty() {
    let emulator = emulator();
    logs(&emulator, "CreateLogGroup", json!({ "logGroupName": "g", "tags": { "a": "1", "b": "2" } })).await;
    let arn = one(&emulator, "g").await["logGroupArn"].clone();
    logs(&emulator, "TagResource", json!({ "resourceArn": arn, "tags": { "b": "3", "c": "4" } })).await;
    logs(&emulator, "UntagResource", json!({ "resourceArn": arn, "tagKeys": ["a", "unknown"] })).await;
    let tags = logs(&emulator, "ListTagsForResource", json!({ "resourceArn": arn })).await.json();
    assert_eq!(tags, json!({ "tags": { "b": "3", "c": "4" } }));
    let many: serde_json::Map<_, _> = (0..49).map(|n| (format!("k{n}"), json!("v"))).collect();
    assert_eq!(
        refused_json(&logs(&emulator, "TagResource", json!({ "resourceArn": arn, "tags": many })).await),
        refusal(400, "TooManyTagsException", "A resource can have no more than 50 tags.")
    );
}
