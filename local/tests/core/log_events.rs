//! CloudWatch Logs: streams and the events in them.

use serde_json::{Value, json};
use stackctl_local::Emulator;

use crate::{emulator, logs, logs::group, now, refusal, refused_json};

/// Creates a group `g` with a stream `s` and these messages, a millisecond apart. Returns the time of the first one.
async fn filled(emulator: &Emulator, messages: &[&str]) -> i64 {
    let begin = now() - 60_000;
    group(emulator, "g").await;
    logs(emulator, "CreateLogStream", json!({ "logGroupName": "g", "logStreamName": "s" })).await;
    let events: Vec<_> =
        (begin..).zip(messages).map(|(time, message)| json!({ "timestamp": time, "message": message })).collect();
    let members = json!({ "logGroupName": "g", "logStreamName": "s", "logEvents": events });
    assert_eq!(logs(emulator, "PutLogEvents", members).await.status, 200);
    begin
}

fn messages(reply: &Value) -> Vec<&str> {
    reply["events"].as_array().unwrap().iter().map(|event| event["message"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_stream_is_created_once_and_described() {
    let emulator = emulator();
    filled(&emulator, &["one", "two"]).await;
    let stream = json!({ "logGroupName": "g", "logStreamName": "s" });
    assert_eq!(
        refused_json(&logs(&emulator, "CreateLogStream", stream.clone()).await),
        refusal(400, "ResourceAlreadyExistsException", "The specified log stream already exists")
    );
    logs(&emulator, "CreateLogStream", json!({ "logGroupName": "g", "logStreamName": "a-later" })).await;
    let by_time = json!({ "logGroupName": "g", "orderBy": "LastEventTime", "descending": true });
    let described = logs(&emulator, "DescribeLogStreams", by_time).await.json();
    let streams = described["logStreams"].as_array().unwrap();
    assert_eq!((&streams[0]["logStreamName"], &streams[1]["logStreamName"]), (&json!("s"), &json!("a-later")));
    assert_eq!(streams[0]["arn"], "arn:aws:logs:eu-west-1:000000000000:log-group:g:log-stream:s");
    assert_eq!(logs(&emulator, "DeleteLogStream", stream.clone()).await.status, 200);
    for operation in ["DeleteLogStream", "GetLogEvents"] {
        assert_eq!(
            refused_json(&logs(&emulator, operation, stream.clone()).await),
            refusal(400, "ResourceNotFoundException", "The specified log stream does not exist.")
        );
    }
}

#[tokio::test]
async fn a_stream_is_read_from_either_end_until_the_token_repeats() {
    let emulator = emulator();
    filled(&emulator, &["1", "2", "3", "4", "5"]).await;
    let get = |more: Value| {
        let emulator = emulator.clone();
        let mut members = json!({ "logGroupName": "g", "logStreamName": "s", "limit": 2 });
        members.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        async move { logs(&emulator, "GetLogEvents", members).await.json() }
    };
    let mut page = get(json!({ "startFromHead": true })).await;
    let mut seen = Vec::new();
    loop {
        seen.push(messages(&page).join(""));
        let next = get(json!({ "nextToken": page["nextForwardToken"] })).await;
        if next["nextForwardToken"] == page["nextForwardToken"] {
            break;
        }
        page = next;
    }
    assert_eq!(seen, ["12", "34", "5"]);
    let tail = get(json!({})).await;
    assert_eq!(messages(&tail), ["4", "5"]);
    let before = get(json!({ "nextToken": tail["nextBackwardToken"] })).await;
    assert_eq!(messages(&before), ["2", "3"]);
}

#[tokio::test]
async fn events_are_filtered_by_terms_time_and_stream_in_pages() {
    let emulator = emulator();
    let begin = filled(&emulator, &["START", "ERROR out of memory", "INFO", "ERROR timeout", "END"]).await;
    let filter = |more: Value| {
        let emulator = emulator.clone();
        let mut members = json!({ "logGroupName": "g" });
        members.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        async move { logs(&emulator, "FilterLogEvents", members).await.json() }
    };
    assert_eq!(messages(&filter(json!({ "filterPattern": "ERROR" })).await), ["ERROR out of memory", "ERROR timeout"]);
    assert_eq!(messages(&filter(json!({ "filterPattern": "\"of memory\"" })).await), ["ERROR out of memory"]);
    let times = json!({ "startTime": begin + 1, "endTime": begin + 3 });
    assert_eq!(messages(&filter(times).await), ["ERROR out of memory", "INFO"]);
    assert_eq!(messages(&filter(json!({ "logStreamNames": ["another"] })).await), Vec::<&str>::new());
    assert_eq!(messages(&filter(json!({ "logStreamNamePrefix": "s" })).await).len(), 5);
    let first = filter(json!({ "limit": 3 })).await;
    assert_eq!(messages(&first), ["START", "ERROR out of memory", "INFO"]);
    let second = filter(json!({ "limit": 3, "nextToken": first["nextToken"] })).await;
    assert_eq!(messages(&second), ["ERROR timeout", "END"]);
    assert_eq!(second.get("nextToken"), None);
}

#[tokio::test]
async fn events_that_are_too_old_or_too_new_are_skipped_and_reported() {
    let emulator = emulator();
    filled(&emulator, &["kept"]).await;
    let day = 24 * 60 * 60 * 1000;
    let events = json!([
        { "timestamp": now() - 15 * day, "message": "old" },
        { "timestamp": now(), "message": "kept too" },
        { "timestamp": now() + day, "message": "new" },
    ]);
    let members = json!({ "logGroupName": "g", "logStreamName": "s", "logEvents": events });
    let put = logs(&emulator, "PutLogEvents", members).await.json();
    assert_eq!(put["rejectedLogEventsInfo"], json!({ "tooOldLogEventEndIndex": 1, "tooNewLogEventStartIndex": 2 }));
    let read = logs(&emulator, "FilterLogEvents", json!({ "logGroupName": "g" })).await.json();
    assert_eq!(messages(&read), ["kept", "kept too"]);
}
