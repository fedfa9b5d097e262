//! The state lock: errors, waits, locks of killed runs, and `stackctl unlock`.

use std::{
    fs::{self, File},
    thread,
    time::Duration,
};

use rustix::process::Signal;
use serde_json::{Value, json};
use stackctl::state::{Backend as _, FileStore, Guard, Holder, LockRequest};
use stackctl_local::Settings;

use super::{
    emulator::{ServedEmulator, slow},
    pty::Pty,
    sandbox::{Ran, Sandbox},
};

/// Locks the sandbox's state as Bob until the guard is dropped.
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
fn a_locked_state_is_an_error_with_the_lock_holder() {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = aws.sandbox();
    let guard = bob(&sandbox);
    insta::assert_snapshot!(sandbox.transcript("up --yes --quiet"), @r"
    exit code 5
    error: state/shop.dev.json: the state is locked by `stackctl up` of bob on desk (process PID) since 2026-11-23T09:00:00Z
    hint: `--lock-timeout 5m` waits for it to end; a lock of a process that died is released by itself
    hint: `stackctl unlock` takes it away from one that does not end
    ");
    assert_eq!(sandbox.run("plan").code, 0, "reading needs no lock");
    drop(guard);
    sandbox.done("up --yes");
}

#[test]
fn with_a_timeout_a_lock_is_waited_for_and_its_holder_named_once() {
    let aws = ServedEmulator::new(Settings::default());
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
fn a_lock_timeout_is_an_event_and_then_an_error() {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = aws.sandbox().with("STACKCTL_LOCK_TIMEOUT", "1s");
    let _guard = bob(&sandbox);
    let events = sandbox.events("up --yes");
    let lock: Vec<&Value> = events.iter().filter(|event| event["event"] == "lock").collect();
    let holder = json!({
        "pid": 7, "host": "desk", "user": "bob", "command": "up", "since": "2026-11-23T09:00:00Z"
    });
    let news = json!({
        "v": 3, "event": "lock", "status": "waiting", "place": "state/shop.dev.json", "holder": holder,
        "at_most_seconds": 1
    });
    assert_eq!(lock, [&news]);
    assert_eq!(events.last().unwrap()["exit"], 5);
}

#[test]
fn a_killed_run_leaves_no_lock_behind() {
    let aws = ServedEmulator::new(slow());
    let sandbox = aws.sandbox();
    let mut up = sandbox.start(&mut sandbox.command("up --yes"));
    up.until("  created  ");
    let pid = up.id();
    up.signal(Signal::KILL);
    up.end();
    let signature = fs::read(sandbox.path("state/shop.dev.lock")).unwrap();
    let dead: Holder = serde_json::from_slice(&signature).unwrap();
    assert!(dead.is_gone() && dead.pid == pid, "{dead}");

    // Another process takes the lock, but has not written the holder yet.
    let lock = File::open(sandbox.path("state/shop.dev.lock")).unwrap();
    lock.lock().unwrap();
    let refused = sandbox.run("up --yes");
    assert_eq!(refused.code, 5);
    assert!(refused.err.contains("\nerror: state/shop.dev.json: the state is locked\n"), "{}", refused.err);
    drop(lock);
    aws.resumes(&sandbox);
}

#[test]
fn a_lock_of_a_killed_run_in_a_bucket_is_taken_over_at_once() {
    let (aws, sandbox) = ServedEmulator::with_bucket(slow());
    let mut up = sandbox.start(&mut sandbox.command("up --yes"));
    up.until("  created  ");
    up.signal(Signal::KILL);
    up.end();
    let unlock = sandbox.run("unlock").err;
    assert!(unlock.contains("\nthe lock holder has exited: the next command takes over the lock\n"), "{unlock}");
    let next = sandbox.done("up --yes");
    let taken_over = next.err.lines().find(|line| line.contains("taken over")).unwrap();
    let (holder, reason) = taken_over.split_once(" of ann on ").unwrap();
    assert_eq!(holder, "s3://states/stackctl/shop.dev.json was locked by `stackctl up`");
    assert!(reason.ends_with("; taken over, because its process has ended"), "{taken_over}");
    aws.resumes(&sandbox);
}

#[test]
fn an_unlocked_state_needs_no_unlock() {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = aws.sandbox();
    insta::assert_snapshot!(sandbox.transcript("unlock"), @r"
    exit code 0
    state/shop.dev.json is not locked: nothing to do
    ");
    sandbox.done("up --yes");
    let before = aws.cloud.call_log().len();
    sandbox.done("unlock --json");
    assert_eq!(aws.cloud.call_log()[before..], [""; 0], "a local state needs no API call");
}

#[test]
fn a_lock_is_released_only_after_confirmation() {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = aws.sandbox();
    let _guard = bob(&sandbox);
    insta::assert_snapshot!(sandbox.transcript("unlock --stage dev"), @r"
    exit code 2
    state/shop.dev.json is locked
      command  stackctl up
      user     bob
      host     desk
      process  7
      since    2026-11-23T09:00:00Z

    warning: cannot determine whether it is still running; check on bob
      once the state is unlocked it can save nothing more: it stops, and the next command finds what it did
    hint: `--lock-timeout 5m` waits for it to end
    error: cannot ask for confirmation: not a terminal. Nothing was changed.
    hint: `stackctl unlock --stage dev --yes` force-releases it
    ");
    for (answer, code, told) in [
        ("n\n", 1, "error: not confirmed. Nothing was changed.\n"),
        ("\u{3}", 130, "^C\nerror: interrupted, before anything was changed\n"),
    ] {
        let mut person = Pty::of_its_own(&sandbox, "unlock");
        person.sees("\nForce-release the state lock of shop, stage dev, at state/shop.dev.json? [y/N] ");
        person.presses(answer);
        let (ended, _, screen) = person.ends();
        assert_eq!(ended, code, "{screen}");
        assert!(screen.ends_with(told), "{screen}");
    }
    assert_eq!(sandbox.run("up --yes").code, 5);
    let mut person = Pty::new(sandbox.command("unlock"));
    person.sees("? [y/N] ");
    person.types("y");
    let (code, _, screen) = person.ends();
    assert_eq!(code, 0, "{screen}");
    assert!(screen.ends_with("\nunlocked state/shop.dev.json\n"), "{screen}");
    sandbox.done("up --yes");
}

#[test]
fn the_lock_holder_is_an_event() {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = aws.sandbox();
    let _guard = bob(&sandbox);
    let events = sandbox.events("unlock --yes");
    let holder = json!({
        "pid": 7, "host": "desk", "user": "bob", "command": "up", "since": "2026-11-23T09:00:00Z"
    });
    let locked = json!({
        "v": 3, "event": "lock_holder", "place": "state/shop.dev.json", "holder": holder, "given_up": false
    });
    assert_eq!(events[1], locked);
    let names: Vec<&str> = events.iter().map(|event| event["event"].as_str().unwrap()).collect();
    assert_eq!(names, ["target", "lock_holder", "warning", "unlocked", "done"]);
}

#[test]
fn a_run_whose_lock_was_released_stops_and_the_next_one_resumes() {
    let aws = ServedEmulator::new(slow());
    let sandbox = aws.sandbox();
    let mut run = sandbox.start(&mut sandbox.command("up --yes --parallel 1"));
    run.until("  created  ");
    let unlock = sandbox.done("unlock --yes");
    let pid = run.id();
    let at_work = format!("\nwarning: it is at work: process {pid} of this machine is running\n");
    assert!(unlock.err.contains(&at_work), "{}", unlock.err);
    let way_out = format!("\nhint: `kill -TERM {pid}` lets it finish what is under way");
    assert!(unlock.err.contains(&way_out), "{}", unlock.err);
    let ran = run.end();
    assert_eq!(ran.code, 5, "{}", ran.err);
    let removed = "\nerror: state/shop.dev.json: the lock of the state was ";
    let changed = "\nerror: state/shop.dev.json: somebody else has changed the state since it was read\n";
    assert!(ran.err.contains(removed) || ran.err.contains(changed), "{}", ran.err);
    aws.resumes(&sandbox);
}

/// The number of races in `cargo test`; `.ci/run` has `MANY`.
const FEW: usize = 4;

const MANY: usize = 50;

#[test]
fn of_two_ups_at_once_one_does_the_work() {
    race(FEW, in_a_folder);
    race(FEW, in_a_bucket);
}

#[test]
#[ignore = "it takes minutes: `.ci/run`"]
fn of_many_ups_at_once_none_creates_a_second_pool() {
    race(MANY, in_a_folder);
    race(MANY, in_a_bucket);
}

fn in_a_folder() -> (ServedEmulator, Sandbox) {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = aws.sandbox();
    (aws, sandbox)
}

fn in_a_bucket() -> (ServedEmulator, Sandbox) {
    ServedEmulator::with_bucket(Settings::default())
}

/// Starts two runs at once, several times.
fn race(rounds: usize, begin: impl Fn() -> (ServedEmulator, Sandbox)) {
    let mut refused = 0;
    for round in 1..=rounds {
        let (aws, sandbox) = begin();
        // With a timeout the second run waits for the first one. Without a timeout it may fail.
        let timeout = if round % 2 == 0 { " --lock-timeout 5m" } else { "" };
        let both = at_once(&sandbox, &format!("up --yes{timeout}"));
        let losers: Vec<&Ran> = both.iter().filter(|ran| ran.code != 0).collect();
        assert!(losers.len() < 2, "round {round}: both failed: {both:?}");
        assert!(losers.is_empty() || timeout.is_empty(), "round {round}: one did not wait: {losers:?}");
        for loser in losers {
            let holder = "the state is locked by `stackctl up` of ann on ";
            assert!(loser.code == 5 && loser.err.contains(holder), "round {round}: {loser:?}");
            refused += 1;
        }
        let calls = aws.cloud.call_counts();
        for create in ["cognito-idp:CreateUserPool", "cognito-idp:CreateUserPoolClient", "apigateway:CreateRestApi"] {
            assert_eq!(calls[create], 1, "round {round}: {create}");
        }
        assert_eq!(sandbox.run("plan --detailed-exitcode").code, 0, "round {round}");
    }
    println!("{rounds} rounds: {refused} refused, {} waited or came after", rounds - refused);
}

/// Two runs of one command line that start together.
fn at_once(sandbox: &Sandbox, line: &str) -> [Ran; 2] {
    thread::scope(|scope| [(), ()].map(|()| scope.spawn(|| sandbox.run(line))).map(|run| run.join().unwrap()))
}
