//! A cloud in a folder.

use serde_json::json;
use stackctl_local::{Cloud, Settings};

use crate::{PERMISSIONS, iam, logs, role};

#[tokio::test]
async fn a_cloud_reopened_from_its_folder_has_everything() {
    let folder = tempfile::tempdir().unwrap();
    let cloud = Cloud::open(folder.path(), Settings::default()).unwrap();
    assert_eq!(role(&cloud, "a").await.status, 200);
    let policy = [("RoleName", "a"), ("PolicyName", "p"), ("PolicyDocument", PERMISSIONS)];
    assert_eq!(iam(&cloud, "PutRolePolicy", &policy).await.status, 200);
    for (operation, members) in [
        ("CreateLogGroup", json!({ "logGroupName": "g", "tags": { "k": "v" } })),
        ("CreateLogStream", json!({ "logGroupName": "g", "logStreamName": "s" })),
        ("PutLogEvents", one_event("first")),
        ("PutLogEvents", one_event("second")),
    ] {
        assert_eq!(logs(&cloud, operation, members).await.status, 200);
    }
    let before = cloud.snapshot();
    drop(cloud);
    let cloud = Cloud::open(folder.path(), Settings::default()).unwrap();
    assert_eq!(cloud.snapshot(), before);
    assert_eq!(messages(&cloud).await, ["first", "second"]);
    assert_eq!(logs(&cloud, "PutLogEvents", one_event("third")).await.status, 200);
    drop(cloud);
    let cloud = Cloud::open(folder.path(), Settings::default()).unwrap();
    assert_eq!(messages(&cloud).await, ["first", "second", "third"]);
}

#[tokio::test]
async fn the_events_of_a_deleted_stream_do_not_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let cloud = Cloud::open(folder.path(), Settings::default()).unwrap();
    let stream = json!({ "logGroupName": "g", "logStreamName": "s" });
    for (operation, members) in [
        ("CreateLogGroup", json!({ "logGroupName": "g" })),
        ("CreateLogStream", stream.clone()),
        ("PutLogEvents", one_event("old")),
        ("DeleteLogGroup", json!({ "logGroupName": "g" })),
        ("CreateLogGroup", json!({ "logGroupName": "g" })),
        ("CreateLogStream", stream),
        ("PutLogEvents", one_event("new")),
    ] {
        assert_eq!(logs(&cloud, operation, members).await.status, 200);
    }
    drop(cloud);
    let cloud = Cloud::open(folder.path(), Settings::default()).unwrap();
    assert_eq!(messages(&cloud).await, ["new"]);
}

#[tokio::test]
async fn a_call_is_on_disk_when_it_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    let cloud = Cloud::open(folder.path(), Settings::default()).unwrap();
    for name in ["a", "b"] {
        role(&cloud, name).await;
        let written = std::fs::read_to_string(folder.path().join("world.json")).unwrap();
        assert!(written.contains(&format!("role/{name}\"")));
    }
}

#[tokio::test]
async fn one_folder_holds_one_running_cloud() {
    let folder = tempfile::tempdir().unwrap();
    let _running = Cloud::open(folder.path(), Settings::default()).unwrap();
    let refused = Cloud::open(folder.path(), Settings::default()).unwrap_err();
    assert_eq!(refused.to_string(), format!("another local cloud is running in {}", folder.path().display()));
}

#[tokio::test]
async fn a_world_of_another_form_is_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("world.json");
    drop(Cloud::open(folder.path(), Settings::default()).unwrap());
    let world = json!({ "format": 7, "world": Cloud::new(Settings::default()).snapshot() }).to_string();
    std::fs::write(&file, &world).unwrap();
    let refused = Cloud::open(folder.path(), Settings::default()).unwrap_err();
    assert_eq!(refused.to_string(), format!("{}: written in form 7, this version knows form 1", file.display()));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), world);
}

async fn messages(cloud: &Cloud) -> Vec<String> {
    let reply = logs(cloud, "FilterLogEvents", json!({ "logGroupName": "g" })).await.json();
    let events = reply["events"].as_array().unwrap().iter();
    events.map(|event| event["message"].as_str().unwrap().to_owned()).collect()
}

fn one_event(message: &str) -> serde_json::Value {
    let now = jiff::Timestamp::now().as_millisecond();
    json!({ "logGroupName": "g", "logStreamName": "s", "logEvents": [{ "timestamp": now, "message": message }] })
}
