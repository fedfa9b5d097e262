//! Processes: kept warm, one request at a time, ended when needed.

use std::{
    fs,
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{Method, Request};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{answered, failed, test};
use crate::{
    Settings,
    testing::{TestEmulator, function, zip},
};

const COUNTER: &str = "
import os, time
calls = 0
def handler(event, context):
    global calls
    calls += 1
    time.sleep(event.get('sleep', 0))
    return {'pid': os.getpid(), 'calls': calls}
";

/// The ids, as this machine sees them, of the running processes that have this id in their own view.
fn on_this_machine(pid: &Value) -> Vec<u32> {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    ids.filter(|id| {
        let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
        let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        let own = field("NSpid:").split_whitespace().next_back();
        own == Some(&pid.to_string()) && !field("State:").contains('Z')
    })
    .collect()
}

/// Whether a process of this id exists and is not a zombie.
fn is_alive(pid: &Value) -> bool {
    !on_this_machine(pid).is_empty()
}

#[track_caller]
fn dies(pid: &Value) {
    let patience = Instant::now();
    while is_alive(pid) {
        assert!(patience.elapsed() < Duration::from_secs(5), "process {pid} is still running");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[tokio::test]
async fn a_process_is_kept_warm_until_the_code_or_configuration_changes() {
    let test = test().await;
    test.make_function("hello", ("main.py", COUNTER), json!({})).await;
    let first = answered(test.invoke("hello", &json!({})).await);
    let second = answered(test.invoke("hello", &json!({})).await);
    assert_eq!((&second["pid"], &second["calls"]), (&first["pid"], &json!(2)));
    let settings = json!({ "Environment": { "Variables": { "KEY": "new" } } });
    test.call(Method::PUT, "/2015-03-31/functions/hello/configuration", &settings).await.done();
    let third = answered(test.invoke("hello", &json!({})).await);
    assert_eq!(third["calls"], 1);
    dies(&first["pid"]);
    let code = json!({ "ZipFile": STANDARD.encode(zip(&[("main.py", "def handler(e, c): return 'new code'")])) });
    test.call(Method::PUT, "/2015-03-31/functions/hello/code", &code).await.done();
    assert_eq!(answered(test.invoke("hello", &json!({})).await), "new code");
    dies(&third["pid"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_process_handles_one_request_at_a_time() {
    let test = test().await;
    test.make_function("hello", ("main.py", COUNTER), json!({})).await;
    let slow = json!({ "sleep": 0.4 });
    let (one, other) = tokio::join!(test.invoke("hello", &slow), test.invoke("hello", &slow));
    let (one, other) = (answered(one), answered(other));
    assert_ne!(one["pid"], other["pid"]);
    let next = answered(test.invoke("hello", &json!({})).await);
    assert_eq!(next["calls"], 2);
}

#[tokio::test]
async fn a_request_that_times_out_is_killed_with_its_descendants() {
    let test = test().await;
    let source = "
import subprocess, time
def handler(event, context):
    child = subprocess.Popen(['sleep', '300'], start_new_session=True)
    print(child.pid)
    time.sleep(event['sleep'])
    return 'done'
";
    test.make_function("hello", ("main.py", source), json!({ "Timeout": 1 })).await;
    let began = Instant::now();
    let reply = test.invoke("hello", &json!({ "sleep": 30 })).await;
    assert!(began.elapsed() < Duration::from_secs(15));
    let request_id = reply.header("x-amzn-requestid");
    let wanted = json!({
        "errorType": "Sandbox.Timedout",
        "errorMessage": format!("RequestId: {request_id} Error: Task timed out after 1.00 seconds"),
    });
    assert_eq!(failed(&reply), wanted);
    let log = String::from_utf8(STANDARD.decode(reply.header("x-amz-log-result")).unwrap()).unwrap();
    assert!(log.contains(&format!("{request_id} Task timed out after 1.00 seconds\n")), "{log}");
    assert!(log.contains("\tStatus: timeout\n"), "{log}");
    let descendant = log.lines().find(|line| line.parse::<u32>().is_ok()).unwrap();
    dies(&descendant.parse().unwrap());
    assert_eq!(answered(test.invoke("hello", &json!({ "sleep": 0 })).await), "done");
}

#[tokio::test]
async fn a_crash_is_reported_and_the_next_request_gets_a_new_process() {
    let test = test().await;
    let source = "
import os
def handler(event, context):
    if 'exit' in event:
        os._exit(event['exit'])
    if 'kill' in event:
        os.kill(os.getpid(), 9)
    return os.getpid()
";
    test.make_function("hello", ("main.py", source), json!({})).await;
    let first = answered(test.invoke("hello", &json!({})).await);
    for (payload, words) in [
        (json!({ "exit": 3 }), "Runtime exited with error: exit status 3"),
        (json!({ "exit": 0 }), "Runtime exited without providing a reason"),
        (json!({ "kill": 1 }), "Runtime exited with error: signal: killed"),
    ] {
        let reply = test.invoke("hello", &payload).await;
        let wanted = format!("RequestId: {} Error: {words}", reply.header("x-amzn-requestid"));
        assert_eq!(failed(&reply), json!({ "errorType": "Runtime.ExitError", "errorMessage": wanted }));
    }
    assert_ne!(answered(test.invoke("hello", &json!({})).await), first);
}

#[tokio::test]
async fn an_idle_process_that_died_is_not_reused() {
    let test = test().await;
    test.make_function("hello", ("main.py", COUNTER), json!({})).await;
    let first = answered(test.invoke("hello", &json!({})).await);
    let pid = on_this_machine(&first["pid"])[0].to_string();
    std::process::Command::new("kill").args(["-9", &pid]).status().unwrap();
    dies(&first["pid"]);
    assert_eq!(answered(test.invoke("hello", &json!({})).await)["calls"], 1);
}

#[tokio::test]
async fn deleting_a_version_ends_its_processes_and_no_others() {
    let test = test().await;
    test.make_function("hello", ("main.py", COUNTER), json!({ "Publish": true })).await;
    let latest = answered(test.invoke("hello", &json!({})).await)["pid"].clone();
    let first = answered(test.invoke("hello:1", &json!({})).await)["pid"].clone();
    assert_ne!(first, latest);
    test.call(Method::DELETE, "/2015-03-31/functions/hello?Qualifier=1", &Value::Null).await.done();
    dies(&first);
    assert!(is_alive(&latest));
}

#[tokio::test]
async fn deleting_the_function_and_dropping_the_emulator_end_the_processes() {
    let test = test().await;
    test.make_function("one", ("main.py", COUNTER), json!({})).await;
    test.make_function("other", ("main.py", COUNTER), json!({})).await;
    let one = answered(test.invoke("one", &json!({})).await)["pid"].clone();
    let other = answered(test.invoke("other", &json!({})).await)["pid"].clone();
    assert!(is_alive(&one) && is_alive(&other));
    test.call(Method::DELETE, "/2015-03-31/functions/one", &Value::Null).await.done();
    dies(&one);
    assert!(is_alive(&other));
    drop(test);
    dies(&other);
}

#[tokio::test]
async fn processes_idle_for_long_are_ended() {
    let test = test().await;
    test.make_function("hello", ("main.py", COUNTER), json!({})).await;
    let first = answered(test.invoke("hello", &json!({})).await);
    test.emulator.runtime().workshop.pools.reap(Duration::from_mins(1));
    assert!(is_alive(&first["pid"]));
    test.emulator.runtime().workshop.pools.reap(Duration::ZERO);
    dies(&first["pid"]);
    assert_eq!(answered(test.invoke("hello", &json!({})).await)["calls"], 1);
}

#[tokio::test]
async fn a_paused_clock_does_not_time_out_a_function() {
    let test = test().await;
    test.make_function("hello", ("main.py", COUNTER), json!({})).await;
    tokio::time::pause();
    assert_eq!(answered(test.invoke("hello", &json!({ "sleep": 0.2 })).await)["calls"], 1);
}

#[tokio::test]
async fn a_provided_function_runs_its_own_bootstrap() {
    let test = test().await;
    let source = r#"#!/usr/bin/env python3
import http.client, os, sys
client = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
while True:
    client.request("GET", "/2018-06-01/runtime/invocation/next")
    request = client.getresponse()
    body, id = request.read(), request.headers["Lambda-Runtime-Aws-Request-Id"]
    print(os.environ["_HANDLER"], "AWS_EXECUTION_ENV" in os.environ, flush=True)
    client.request("POST", f"/2018-06-01/runtime/invocation/{id}/response", b'{"got":' + body + b"}")
    client.getresponse().read()
"#;
    let mut members = function("hello", &[("bootstrap", source)]);
    members["Runtime"] = json!("provided.al2023");
    members["Handler"] = json!("my.handler");
    test.call(Method::POST, "/2015-03-31/functions", &members).await.done();
    let reply = test.invoke("hello", &json!([1])).await;
    let log = String::from_utf8(STANDARD.decode(reply.header("x-amz-log-result")).unwrap()).unwrap();
    assert!(log.contains("\nmy.handler False\n"), "{log}");
    assert_eq!(answered(reply), json!({ "got": [1] }));
}

#[tokio::test]
async fn invoking_a_function_of_an_unsupported_runtime_is_rejected() {
    let test = test().await;
    test.make_function("hello", ("main.py", ""), json!({ "Runtime": "java21" })).await;
    let (status, _, message) = test.invoke("hello", &json!({})).await.refused();
    assert_eq!(status, 501);
    assert!(message.contains("the local emulator does not run java21"), "{message}");
    test.make_function("bare", ("main.py", ""), json!({ "Runtime": "provided.al2023" })).await;
    assert_eq!(failed(&test.invoke("bare", &json!({})).await)["errorType"], "Runtime.InvalidEntrypoint");
}

fn invocation(test: &TestEmulator, kind: &'static str) -> impl Future<Output = crate::testing::Reply> {
    let request = Request::post("/2015-03-31/functions/hello/invocations")
        .header("authorization", "AWS4-HMAC-SHA256 Credential=A/20260101/eu-west-1/lambda/aws4_request, Signature=0")
        .header("x-amz-invocation-type", kind)
        .body("{}".into())
        .unwrap();
    test.send(request)
}

#[tokio::test]
async fn an_event_returns_before_it_is_processed_and_a_dry_run_does_nothing() {
    let test = test().await;
    test.make_log_group("/aws/lambda/hello").await;
    test.make_function("hello", ("main.py", "def handler(e, c): print('worked')"), json!({})).await;
    assert_eq!(invocation(&test, "DryRun").await.status, 204);
    let reply = invocation(&test, "Event").await;
    assert_eq!((reply.status, reply.text.as_str()), (202, ""));
    let patience = Instant::now();
    while !test.logged("/aws/lambda/hello").await.contains(&"worked".to_owned()) {
        assert!(patience.elapsed() < Duration::from_secs(10), "the event was lost");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_runs_at_once_within_the_limit_and_callers_who_stop_waiting_leave_the_queue() {
    let test = TestEmulator::new(Settings { concurrency: 6, ..Settings::default() });
    test.make_role("worker", &json!({ "Effect": "Allow", "Action": "logs:*", "Resource": "*" })).await;
    test.make_log_group("/aws/lambda/hello").await;
    test.make_function("hello", ("main.py", COUNTER), json!({ "Timeout": 30 })).await;
    let invoke = |seconds: f64| {
        let test = TestEmulator { emulator: test.emulator.clone() };
        async move { test.invoke("hello", &json!({ "sleep": seconds })).await }
    };
    let began = Instant::now();
    let mut replies = (0..8).map(|_| invoke(3.0)).collect::<JoinSet<_>>().join_all().await;
    replies.retain(|reply| reply.status != 200);
    assert_eq!(replies.len(), 2, "of 8 requests, 6 may run");
    for reply in replies {
        let throttled = (429, "TooManyRequestsException".to_owned(), "Rate Exceeded.".to_owned());
        assert_eq!(reply.refused(), throttled);
    }
    assert!(began.elapsed() < Duration::from_secs(15), "one after the other they take 18 seconds");
    let runtime = test.emulator.runtime();
    runtime.workshop.pools.reap(Duration::ZERO);
    let starts = &runtime.workshop.starts;
    let turns = starts.acquire_many(u32::try_from(starts.available_permits()).unwrap()).await.unwrap();
    let waiting = tokio::spawn(invoke(0.0));
    until(|| runtime.running.load(Ordering::SeqCst) == 1).await;
    waiting.abort();
    until(|| runtime.running.load(Ordering::SeqCst) == 0).await;
    drop(turns);
}

async fn until(condition: impl Fn() -> bool) {
    let began = Instant::now();
    while !condition() {
        assert!(began.elapsed() < Duration::from_secs(10), "the condition is not met");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn output_without_end_neither_delays_the_timeout_nor_fills_the_memory() {
    let test = test().await;
    let source = "def handler(event, context):\n    while True: print('x' * 1000)";
    test.make_function("hello", ("main.py", source), json!({ "Timeout": 1 })).await;
    let began = Instant::now();
    assert_eq!(failed(&test.invoke("hello", &json!({})).await)["errorType"], "Sandbox.Timedout");
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}
