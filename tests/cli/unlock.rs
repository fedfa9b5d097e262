//! `stackctl unlock`: shows who holds the lock, asks, and takes it away, from a file and from a bucket.

use std::time::Duration;

use rustix::process::Signal;
use serde_json::json;
use stackctl_local::{Settings, Weather};

use super::{
    bucket,
    cloud::Served,
    locks::bob,
    pty::Pty,
    sandbox::{Ran, Sandbox},
};

#[test]
fn where_nobody_has_locked_there_is_nothing_to_do() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    insta::assert_snapshot!(sandbox.transcript("unlock"), @r"
    exit code 0
    --- stdout
    --- stderr
    state/shop.dev.json is not locked: there is nothing to do
    ");
    assert_eq!(sandbox.run("up --yes").code, 0);
    let before = aws.cloud.call_log().len();
    assert_eq!(sandbox.run("unlock --json").code, 0);
    assert_eq!(aws.cloud.call_log()[before..], [""; 0], "about a file nobody is asked");
}

#[test]
fn nobody_is_unlocked_without_a_yes() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    let _guard = bob(&sandbox);
    insta::assert_snapshot!(sandbox.transcript("unlock --stage dev"), @r"
    exit code 2
    --- stdout
    --- stderr
    state/shop.dev.json is locked
      command  stackctl up
      user     bob
      host     desk
      process  7
      since    2026-11-23T09:00:00Z

    warning: whether it is still at work cannot be told from here; bob may know
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
}

#[test]
fn a_lock_is_taken_away_with_a_yes() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    let _guard = bob(&sandbox);
    let mut person = Pty::new(sandbox.command("unlock"));
    person.sees("? [y/N] ");
    person.types("y");
    let (code, _, screen) = person.ends();
    assert_eq!(code, 0, "{screen}");
    assert!(screen.ends_with("\nunlocked state/shop.dev.json\n"), "{screen}");
    assert_eq!(sandbox.run("up --yes").code, 0);
    assert_eq!(sandbox.run("unlock").err, "state/shop.dev.json is not locked: there is nothing to do\n");
}

#[test]
fn who_holds_a_lock_is_an_event() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    let _guard = bob(&sandbox);
    let events = sandbox.events("unlock --yes");
    let holder = json!({
        "pid": 7, "host": "desk", "user": "bob", "command": "up", "since": "2026-11-23T09:00:00Z"
    });
    let locked = json!({
        "v": 1, "event": "locked", "place": "state/shop.dev.json", "holder": holder, "given_up": false
    });
    assert_eq!(events[0], locked);
    let names: Vec<&str> = events.iter().map(|event| event["event"].as_str().unwrap()).collect();
    assert_eq!(names, ["locked", "warning", "note", "done"]);
}

/// A run that is at work loses its lock, stops and says who has it; the next one goes on.
fn loses_its_lock(aws: &Served, sandbox: &Sandbox, place: &str) {
    let mut run = sandbox.start(&mut sandbox.command("up --yes --parallel 1"));
    run.until("  created  ");
    let unlock = sandbox.run("unlock --yes");
    assert_eq!(unlock.code, 0, "{}", unlock.err);
    let pid = run.id();
    let at_work = format!("\nwarning: it is at work: process {pid} of this machine is running\n");
    assert!(unlock.err.contains(&at_work), "{}", unlock.err);
    let way_out = format!("\nhint: `kill -TERM {pid}` lets it finish what is under way");
    assert!(unlock.err.contains(&way_out), "{}", unlock.err);
    let Ran { code, err: rest, .. } = run.end();
    assert_eq!(code, 5, "{rest}");
    let removed = format!("\nerror: {place}: the lock of the state was ");
    let changed = format!("\nerror: {place}: somebody else has changed the state since it was read\n");
    assert!(rest.contains(&removed) || rest.contains(&changed), "{rest}");
    let next = sandbox.run("up --yes");
    assert_eq!(next.code, 0, "{}", next.err);
    assert_eq!(sandbox.run("plan --detailed-exitcode").code, 0);
    let calls = aws.cloud.call_counts();
    assert_eq!((calls["cognito-idp:CreateUserPool"], calls["apigateway:CreateRestApi"]), (1, 1), "{calls:?}");
}

fn slow() -> Settings {
    let weather = Weather { latency: Duration::from_millis(300), ..Weather::default() };
    Settings { weather, ..Settings::default() }
}

#[test]
fn a_run_that_is_at_work_loses_the_lock_of_a_file_and_stops() {
    let aws = Served::new(slow());
    let sandbox = aws.sandbox();
    loses_its_lock(&aws, &sandbox, "state/shop.dev.json");
}

#[test]
fn a_run_that_is_at_work_loses_the_lock_of_an_object_and_stops() {
    let (aws, sandbox) = bucket::served(slow());
    loses_its_lock(&aws, &sandbox, "s3://states/stackctl/shop.dev.json");
}

#[test]
fn of_a_lock_that_a_dead_run_left_it_is_said_that_nobody_is_at_work() {
    let (aws, sandbox) = bucket::served(slow());
    let mut run = sandbox.start(&mut sandbox.command("up --yes"));
    run.until("  created  ");
    run.signal(Signal::KILL);
    run.end();
    insta::assert_snapshot!(unpinned(&sandbox.transcript("unlock --yes")), @r"
    exit code 0
    --- stdout
    --- stderr
    s3://states/stackctl/shop.dev.json is locked
      command    stackctl up
      user       ann
      host …
      process …
      since …
      last sign …

    nobody is at work any more: the next command takes the lock over by itself

    unlocked s3://states/stackctl/shop.dev.json
    ");
    assert!(aws.objects("states").iter().all(|(key, _)| !key.contains(".lock")));
    assert_eq!(sandbox.run("up --yes").code, 0);
}

/// A transcript without what is of this machine and moment.
fn unpinned(transcript: &str) -> String {
    let pinned = |line: &str| {
        let names = ["  host ", "  process ", "  since ", "  last sign "];
        names.iter().find(|name| line.starts_with(**name)).map_or_else(|| line.to_owned(), |name| format!("{name}…"))
    };
    transcript.lines().map(pinned).collect::<Vec<_>>().join("\n")
}
