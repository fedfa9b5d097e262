//! Two runs and one state: who is refused, who waits, and what a killed one leaves. AWS is played by a local cloud in
//! this process.

use std::{
    fs::{self, File},
    time::Duration,
};

use rustix::process::Signal;
use serde_json::{Value, json};
use stackctl::state::{Backend as _, FileStore, Guard, Holder, LockRequest};
use stackctl_local::{Settings, Weather};

use super::{cloud::Served, sandbox::Sandbox};

/// Bob, who works on the sandbox's state until the guard is dropped.
pub(super) fn bob(sandbox: &Sandbox) -> Guard {
    let store = FileStore::new(&sandbox.path("state"), "shop", "dev");
    let holder = Holder {
        pid: 7,
        host: "desk".into(),
        user: "bob".into(),
        command: "up".into(),
        since: "2026-11-23T09:00:00Z".into(),
        process: None,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let request = LockRequest { holder: &holder, at_most: Duration::ZERO, tell: &|_| {} };
    runtime.block_on(store.lock(&request)).unwrap()
}

#[test]
fn a_state_that_somebody_works_on_is_refused_with_their_name() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    let guard = bob(&sandbox);
    insta::assert_snapshot!(sandbox.transcript("up --yes"), @r"
    exit code 5
    --- stdout
    --- stderr
    shop, stage dev, eu-west-1, at http://127.0.0.1:PORT, which stands in for AWS

    error: state/shop.dev.json: the state is locked by `stackctl up` of bob on desk (process PID) since 2026-11-23T09:00:00Z
    hint: `--lock-timeout 5m` waits for it to end; a lock of a process that died is released by itself
    hint: `stackctl unlock` takes it away from one that does not end
    ");
    assert_eq!(sandbox.run("plan").code, 0, "whoever only looks needs no lock");
    drop(guard);
    assert_eq!(sandbox.run("up --yes").code, 0);
}

#[test]
fn with_a_timeout_it_is_waited_for_and_told_once_for_whom() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    let guard = bob(&sandbox);
    let mut up = sandbox.start(&mut sandbox.command("up --yes --lock-timeout 10m"));
    assert_eq!(
        up.until("waiting at most"),
        "state/shop.dev.json is locked by `stackctl up` of bob on desk (process 7) since 2026-11-23T09:00:00Z; \
         waiting at most 600 s"
    );
    drop(guard);
    let ran = up.end();
    assert_eq!((ran.code, ran.err.contains("waiting at most")), (0, false));
}

#[test]
fn a_wait_in_vain_is_an_event_and_then_a_refusal() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox().with("STACKCTL_LOCK_TIMEOUT", "1s");
    let _guard = bob(&sandbox);
    let events = sandbox.events("up --yes");
    let lock: Vec<&Value> = events.iter().filter(|event| event["event"] == "lock").collect();
    let holder = json!({
        "pid": 7, "host": "desk", "user": "bob", "command": "up", "since": "2026-11-23T09:00:00Z"
    });
    let news = json!({
        "v": 1, "event": "lock", "status": "waiting", "place": "state/shop.dev.json", "holder": holder,
        "at_most_seconds": 1
    });
    assert_eq!(lock, [&news]);
    assert_eq!(events.last().unwrap()["exit"], 5);
}

#[test]
fn a_duration_without_a_unit_is_refused() {
    insta::assert_snapshot!(Sandbox::new().transcript("up --lock-timeout 5"), @r"
    exit code 2
    --- stdout
    --- stderr
    error: invalid value '5' for '--lock-timeout <DURATION>': a duration is a whole number with its unit, such as 30s, 5m or 1h

    For more information, try '--help'.
    ");
}

#[test]
fn a_killed_run_leaves_no_lock_and_no_name_in_the_way() {
    let weather = Weather { latency: Duration::from_millis(100), ..Weather::default() };
    let aws = Served::new(Settings { weather, ..Settings::default() });
    let sandbox = aws.sandbox();
    let mut up = sandbox.start(&mut sandbox.command("up --yes"));
    up.until("  created  ");
    let pid = up.id();
    up.signal(Signal::KILL);
    up.end();
    let signature = fs::read(sandbox.path("state/shop.dev.lock")).unwrap();
    let dead: Holder = serde_json::from_slice(&signature).unwrap();
    assert!(dead.is_gone() && dead.pid == pid, "{dead}");

    // Somebody takes the lock and has not signed yet.
    let lock = File::open(sandbox.path("state/shop.dev.lock")).unwrap();
    lock.lock().unwrap();
    let refused = sandbox.run("up --yes");
    assert_eq!(refused.code, 5);
    assert!(refused.err.contains("\nerror: state/shop.dev.json: the state is locked\n"), "{}", refused.err);
    drop(lock);

    assert_eq!(sandbox.run("up --yes").code, 0);
    assert_eq!(sandbox.run("plan --detailed-exitcode").code, 0);
    assert_eq!(aws.cloud.call_counts()["cognito-idp:CreateUserPool"], 1);
}
