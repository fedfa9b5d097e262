//! An emulator stored in a folder.

use std::{os::unix::fs::PermissionsExt as _, path::Path};

use serde_json::{Value, json};
use stackctl_local::{Emulator, Settings};

use crate::{LOCATION, PERMISSIONS, SIGNATURE, emulator, iam, logs, role, s3, send, targeted};

/// The number of log events in the folder of version 0.1.
const EVENTS_OF_0_1: usize = 4;

#[tokio::test]
async fn an_emulator_reopened_from_its_folder_has_everything() {
    let folder = tempfile::tempdir().unwrap();
    let emulator = Emulator::open(folder.path(), Settings::default()).unwrap();
    assert_eq!(role(&emulator, "a").await.status, 200);
    let policy = [("RoleName", "a"), ("PolicyName", "p"), ("PolicyDocument", PERMISSIONS)];
    assert_eq!(iam(&emulator, "PutRolePolicy", &policy).await.status, 200);
    for (operation, members) in [
        ("CreateLogGroup", json!({ "logGroupName": "g", "tags": { "k": "v" } })),
        ("CreateLogStream", one_stream()),
        ("PutLogEvents", one_event("first")),
        ("PutLogEvents", one_event("second")),
    ] {
        assert_eq!(logs(&emulator, operation, members).await.status, 200);
    }
    let before = emulator.snapshot();
    drop(emulator);
    let emulator = Emulator::open(folder.path(), Settings::default()).unwrap();
    assert_eq!(emulator.snapshot(), before);
    assert_eq!(messages(&emulator).await, ["first", "second"]);
    assert_eq!(logs(&emulator, "PutLogEvents", one_event("third")).await.status, 200);
    drop(emulator);
    let emulator = Emulator::open(folder.path(), Settings::default()).unwrap();
    assert_eq!(messages(&emulator).await, ["first", "second", "third"]);
}

#[tokio::test]
async fn a_fork_is_a_complete_and_independent_copy() {
    let folder = tempfile::tempdir().unwrap();
    for emulator in [Emulator::new(Settings::default()), Emulator::open(folder.path(), Settings::default()).unwrap()] {
        assert_eq!(role(&emulator, "a").await.status, 200);
        assert_eq!(logs(&emulator, "CreateLogGroup", json!({ "logGroupName": "g" })).await.status, 200);
        assert_eq!(logs(&emulator, "CreateLogStream", one_stream()).await.status, 200);
        assert_eq!(logs(&emulator, "PutLogEvents", one_event("first")).await.status, 200);
        let before = emulator.snapshot();
        let fork = emulator.fork(Settings::default()).unwrap();
        assert_eq!(fork.snapshot(), before);
        assert_eq!(fork.call_log(), Vec::<String>::new());
        assert_eq!(role(&fork, "b").await.status, 200);
        assert_eq!(logs(&fork, "PutLogEvents", one_event("second")).await.status, 200);
        assert_eq!(emulator.snapshot(), before, "changes to the fork do not affect the original");
        assert_eq!(messages(&fork).await, ["first", "second"]);
        assert_eq!(messages(&emulator).await, ["first"]);
    }
}

#[tokio::test]
async fn the_events_of_a_deleted_stream_are_not_restored() {
    let folder = tempfile::tempdir().unwrap();
    let emulator = Emulator::open(folder.path(), Settings::default()).unwrap();
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
        assert_eq!(logs(&emulator, operation, members).await.status, 200);
    }
    drop(emulator);
    let emulator = Emulator::open(folder.path(), Settings::default()).unwrap();
    assert_eq!(messages(&emulator).await, ["new"]);
}

/// What a killed process leaves is what the system has: the files, as another process reads them.
#[tokio::test]
async fn a_call_is_saved_before_its_response() {
    let folder = tempfile::tempdir().unwrap();
    let emulator = Emulator::open(folder.path(), Settings::default()).unwrap();
    for name in ["a", "b", "c"] {
        role(&emulator, name).await;
        s3(&emulator, &format!("PUT /{name}-bucket"), &[], LOCATION).await;
        s3(&emulator, &format!("PUT /{name}-bucket/object"), &[], "body").await;
        let killed = copy(folder.path());
        let reopened = Emulator::open(killed.path(), Settings::default()).unwrap();
        assert_eq!(reopened.snapshot(), emulator.snapshot());
        assert_eq!(s3(&reopened, &format!("GET /{name}-bucket/object"), &[], "").await.body(), "body");
    }
}

#[tokio::test]
async fn a_change_that_cannot_be_saved_is_an_error_and_is_saved_with_the_next_one() {
    let folder = tempfile::tempdir().unwrap();
    let (blobs, away) = (folder.path().join("blobs"), folder.path().join("away"));
    let emulator = Emulator::open(folder.path(), Settings::default()).unwrap();
    assert_eq!(s3(&emulator, "PUT /states", &[], LOCATION).await.status(), 200);
    std::fs::rename(&blobs, &away).unwrap();
    let reply = s3(&emulator, "PUT /states/a", &[], "body").await;
    let text = String::from_utf8(reply.body().to_vec()).unwrap();
    assert_eq!(reply.status(), 500);
    assert!(text.contains("<Message>the local emulator could not save its state: "), "{text}");
    std::fs::rename(&away, &blobs).unwrap();
    assert_eq!(role(&emulator, "a").await.status, 200);
    let reopened = Emulator::open(copy(folder.path()).path(), Settings::default()).unwrap();
    assert_eq!(reopened.snapshot(), emulator.snapshot());
}

#[test]
fn the_folder_is_private() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("new");
    let _emulator = Emulator::open(&dir, Settings::default()).unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&dir), mode(&dir.join("blobs"))), (0o700, 0o700));
    for name in ["lock", "emulator.sqlite3", "emulator.sqlite3-wal"] {
        assert_eq!(mode(&dir.join(name)), 0o600, "{name}");
    }
}

#[tokio::test]
async fn the_folder_of_version_0_1_is_migrated() {
    let old = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/folder-of-0.1");
    let document: Value = serde_json::from_slice(&std::fs::read(old.join("world.json")).unwrap()).unwrap();
    let folder = copy(&old);
    for _ in 0..2 {
        let emulator = Emulator::open(folder.path(), Settings::default()).unwrap();
        let snapshot = emulator.snapshot();
        for service in ["iam", "cognito", "lambda", "apigateway", "s3"] {
            assert_contains(&snapshot[service], &document["world"][service]);
        }
        let group = json!({ "logGroupName": "/aws/lambda/store-old-dev-test" });
        let mut request = targeted("Logs_20140328.FilterLogEvents", &group);
        request.headers_mut().insert("authorization", SIGNATURE.replace("eu-west-1", "us-west-2").parse().unwrap());
        let events = send(&emulator, request).await.unwrap().json();
        assert_eq!(events["events"].as_array().unwrap().len(), EVENTS_OF_0_1, "{events}");
        let left = ["world.json", "events.jsonl"].map(|name| folder.path().join(name).exists());
        assert_eq!(left, [false, false], "what was migrated is removed");
        assert_eq!(std::fs::read_dir(folder.path().join("blobs")).unwrap().count(), 1);
    }
}

#[tokio::test]
async fn a_folder_is_locked_by_one_running_emulator() {
    let folder = tempfile::tempdir().unwrap();
    let _running = Emulator::open(folder.path(), Settings::default()).unwrap();
    let refused = Emulator::open(folder.path(), Settings::default()).unwrap_err();
    assert_eq!(refused.to_string(), format!("another local emulator is running in {}", folder.path().display()));
}

#[tokio::test]
async fn a_folder_in_a_newer_format_is_not_changed() {
    let advice = "use the newer version of stackctl, or remove the folder to start with an empty emulator";
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("world.json");
    let world = json!({ "format": 7, "world": Emulator::new(Settings::default()).snapshot() }).to_string();
    std::fs::write(&file, &world).unwrap();
    let error = Emulator::open(folder.path(), Settings::default()).unwrap_err();
    let known = "but this version reads formats up to";
    assert_eq!(error.to_string(), format!("{}: written in format 7, {known} 3: {advice}", file.display()));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), world);

    let folder = tempfile::tempdir().unwrap();
    drop(Emulator::open(folder.path(), Settings::default()).unwrap());
    let file = folder.path().join("emulator.sqlite3");
    let mut bytes = std::fs::read(&file).unwrap();
    // The user version of SQLite's header.
    bytes[60..64].copy_from_slice(&5_u32.to_be_bytes());
    std::fs::write(&file, &bytes).unwrap();
    let error = Emulator::open(folder.path(), Settings::default()).unwrap_err();
    assert_eq!(error.to_string(), format!("{}: written in format 5, {known} 4: {advice}", file.display()));
    assert_eq!(std::fs::read(&file).unwrap(), bytes);
}

#[tokio::test]
async fn a_world_written_before_s3_loads_and_accepts_buckets() {
    let folder = tempfile::tempdir().unwrap();
    let before = emulator();
    role(&before, "a").await;
    let mut world = before.snapshot();
    world.as_object_mut().unwrap().remove("s3").unwrap();
    let file = folder.path().join("world.json");
    std::fs::write(&file, json!({ "format": 1, "world": world }).to_string()).unwrap();
    let emulator = Emulator::open(folder.path(), Settings::default()).unwrap();
    assert_eq!(emulator.snapshot(), before.snapshot());
    assert_eq!(s3(&emulator, "PUT /states", &[], LOCATION).await.status(), 200);
}

#[tokio::test]
async fn groups_stored_without_a_region_load_into_their_regions() {
    let folder = tempfile::tempdir().unwrap();
    let before = emulator();
    for (operation, members) in [("CreateLogGroup", json!({ "logGroupName": "g" })), ("CreateLogStream", one_stream())]
    {
        assert_eq!(logs(&before, operation, members).await.status, 200);
    }
    let mut world = before.snapshot();
    let group = world["logs"]["groups"]["eu-west-1:g"].take();
    world["logs"]["groups"] = json!({ "g": group });
    let event = json!({
        "number": 1, "group": group["id"], "stream": "s", "timestamp": 1, "ingestion": i64::MAX, "message": "kept"
    });
    std::fs::write(folder.path().join("world.json"), json!({ "format": 2, "world": world }).to_string()).unwrap();
    std::fs::write(folder.path().join("events.jsonl"), format!("{event}\n")).unwrap();
    let emulator = Emulator::open(folder.path(), Settings::default()).unwrap();
    assert_eq!(emulator.snapshot(), before.snapshot());
    assert_eq!(messages(&emulator).await, ["kept"]);
}

#[tokio::test]
async fn objects_and_their_versions_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let emulator = Emulator::open(folder.path(), Settings::default()).unwrap();
    assert_eq!(s3(&emulator, "PUT /states", &[], LOCATION).await.status(), 200);
    let versioning = [("content-md5", "8qj8HSeDu3APPMQZVG06WQ==")];
    let enabled = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    assert_eq!(s3(&emulator, "PUT /states?versioning", &versioning, enabled).await.status(), 200);
    let first = s3(&emulator, "PUT /states/a", &[], "first").await;
    assert_eq!(s3(&emulator, "PUT /states/a", &[], "second").await.status(), 200);
    let before = emulator.snapshot();
    drop(emulator);
    let emulator = Emulator::open(folder.path(), Settings::default()).unwrap();
    assert_eq!(emulator.snapshot(), before);
    assert_eq!(s3(&emulator, "GET /states/a", &[], "").await.body(), "second");
    let id = first.headers()["x-amz-version-id"].to_str().unwrap();
    assert_eq!(s3(&emulator, &format!("GET /states/a?versionId={id}"), &[], "").await.body(), "first");
}

/// A read loads a blob from the folder, and a save writes the world there. Different lock orders would deadlock.
#[test]
fn a_read_and_a_save_do_not_deadlock() {
    let folder = tempfile::tempdir().unwrap();
    let emulator = Emulator::open(folder.path(), Settings::default()).unwrap();
    let (done, ended) = std::sync::mpsc::channel();
    let once = |what: &str, emulator: &Emulator, body| {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(s3(emulator, what, &[], body)).status().as_u16()
    };
    assert_eq!(once("PUT /states", &emulator, LOCATION), 200);
    assert_eq!(once("PUT /states/read", &emulator, "body"), 200);
    let calls = ["GET /states/read", "PUT /states/written"];
    for what in calls.into_iter().cycle().take(6) {
        let (emulator, done) = (emulator.clone(), done.clone());
        std::thread::spawn(move || {
            for _ in 0..200 {
                assert_eq!(once(what, &emulator, ""), 200);
            }
            done.send(what).unwrap();
        });
    }
    for _ in 0..6 {
        ended.recv_timeout(std::time::Duration::from_mins(1)).expect("no deadlock");
    }
}

/// A copy of a folder.
fn copy(folder: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    std::fs::create_dir(copy.path().join("blobs")).unwrap();
    for entry in ["", "blobs"].into_iter().flat_map(|inner| std::fs::read_dir(folder.join(inner)).unwrap()) {
        let path = entry.unwrap().path();
        if path.is_file() {
            std::fs::copy(&path, copy.path().join(path.strip_prefix(folder).unwrap())).unwrap();
        }
    }
    copy
}

/// Asserts that a document has everything that another one has. Versions since then may have added members.
fn assert_contains(document: &Value, part: &Value) {
    match part {
        Value::Object(members) => members.iter().for_each(|(name, member)| assert_contains(&document[name], member)),
        _ => assert_eq!(document, part),
    }
}

async fn messages(emulator: &Emulator) -> Vec<String> {
    let reply = logs(emulator, "FilterLogEvents", json!({ "logGroupName": "g" })).await.json();
    let events = reply["events"].as_array().unwrap().iter();
    events.map(|event| event["message"].as_str().unwrap().to_owned()).collect()
}

fn one_stream() -> serde_json::Value {
    json!({ "logGroupName": "g", "logStreamName": "s" })
}

fn one_event(message: &str) -> serde_json::Value {
    let now = jiff::Timestamp::now().as_millisecond();
    json!({ "logGroupName": "g", "logStreamName": "s", "logEvents": [{ "timestamp": now, "message": message }] })
}
