//! `stackctl state migrate`: after an edit of `state` in the configuration, from a folder to a bucket and back.

use std::fs;

use stackctl_local::{Effect, Fault, Settings};

use super::{cloud::Served, locks::bob, sandbox::Sandbox};

/// What a configuration says of the state, when it does.
const BUCKET: &str = r#""state": { "s3": { "bucket": "states" } },
  "functions""#;

pub(super) fn to_bucket(sandbox: &Sandbox) {
    sandbox.edit("\"functions\"", BUCKET);
}

fn to_folder(sandbox: &Sandbox) {
    sandbox.edit(BUCKET, "\"functions\"");
}

/// A stack whose state is in the folder, and a bucket for it.
pub(super) fn deployed() -> (Served, Sandbox) {
    let aws = Served::new(Settings::default());
    aws.make_bucket("states");
    let sandbox = aws.sandbox();
    assert_eq!(sandbox.run("up --yes").code, 0);
    (aws, sandbox)
}

/// The stack is as it was, nothing is made twice, and it can go.
fn is_whole(aws: &Served, sandbox: &Sandbox) {
    let plan = sandbox.run("plan --detailed-exitcode");
    assert_eq!(plan.code, 0, "{}{}", plan.out, plan.err);
    assert_eq!(aws.cloud.call_counts()["cognito-idp:CreateUserPool"], 1);
    assert_eq!(sandbox.run("down --yes").code, 0);
}

#[test]
fn a_state_goes_from_the_folder_to_the_bucket_and_back() {
    let (aws, sandbox) = deployed();
    to_bucket(&sandbox);
    insta::assert_snapshot!(sandbox.transcript("plan --stage dev"), @r"
    exit code 1
    --- stdout
    --- stderr
    shop, stage dev, eu-west-1, at http://127.0.0.1:PORT, which stands in for AWS

    error: s3://states/stackctl/shop.dev.json: there is no state, and one is left at state/shop.dev.json
    hint: `stackctl state migrate --stage dev` moves it
    hint: if the stack does not need it, move the file away
    ");
    for line in ["up --yes", "down --yes", "status", "outputs"] {
        let refused = sandbox.run(line);
        assert!(refused.code == 1 && refused.err.contains("there is no state, and one is left at"), "{}", refused.err);
    }
    insta::assert_snapshot!(sandbox.transcript("state migrate"), @r"
    exit code 0
    --- stdout
    --- stderr
    moved the state from state/shop.dev.json to s3://states/stackctl/shop.dev.json
    what is left at the old place says so to whoever still looks there; it can be removed when nobody does
    ");
    insta::assert_snapshot!(sandbox.transcript("state migrate"), @r"
    exit code 0
    --- stdout
    --- stderr
    the state was moved from state/shop.dev.json to s3://states/stackctl/shop.dev.json before: there is nothing to do
    ");
    assert_eq!(sandbox.run("plan --detailed-exitcode").code, 0);

    to_folder(&sandbox);
    insta::assert_snapshot!(sandbox.transcript("up --yes --quiet"), @r"
    exit code 1
    --- stdout
    --- stderr
    error: state/shop.dev.json: the state is not here any more: it was moved to s3://states/stackctl/shop.dev.json
    hint: set `state` in the configuration to where it is now
    hint: or bring it back: `stackctl state migrate --from s3://states/stackctl/shop.dev.json`
    hint: `--from-region` and `--from-owner` tell of a bucket that is not in the stack's Region and account
    ");
    assert_eq!(sandbox.transcript("state show --quiet"), sandbox.transcript("up --yes --quiet"));
    insta::assert_snapshot!(sandbox.transcript("state migrate --from s3://states"), @r"
    exit code 0
    --- stdout
    --- stderr
    moved the state from s3://states/stackctl/shop.dev.json to state/shop.dev.json
    what is left at the old place says so to whoever still looks there; it can be removed when nobody does
    ");
    is_whole(&aws, &sandbox);
}

#[test]
fn a_state_goes_to_another_folder_and_from_one_that_is_named() {
    let (aws, sandbox) = deployed();
    sandbox.edit("\"functions\"", "\"state\": { \"path\": \"records\" }, \"functions\"");
    assert_eq!(sandbox.run("state migrate --from state").code, 0);
    let names = |folder: &str| {
        let mut names: Vec<_> =
            fs::read_dir(sandbox.path(folder)).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(names("records"), ["shop.dev.json", "shop.dev.lock", "shop.dev.previous.json"]);
    assert_eq!(names("state"), ["shop.dev.json", "shop.dev.lock", "shop.dev.previous.json"]);
    is_whole(&aws, &sandbox);
}

#[test]
fn a_move_that_is_killed_at_any_write_is_finished_by_the_next() {
    for after in [false, true] {
        for write in 0.. {
            let (aws, sandbox) = deployed();
            to_bucket(&sandbox);
            let migrate = sandbox.start(&mut sandbox.command("state migrate"));
            let effect = Effect::Kill { pid: migrate.id(), after };
            aws.cloud.add_fault(Fault { operation: Some("s3:PutObject".into()), skip: write, times: 1, effect });
            let ended = migrate.end();
            if ended.signal.is_none() {
                // The lock, the announcement, and the state.
                assert!(ended.code == 0 && write >= 3, "write {write}");
                break;
            }
            let next = sandbox.run("state migrate");
            assert_eq!(next.code, 0, "write {write}: {}", next.err);
            is_whole(&aws, &sandbox);
        }
    }
}

#[test]
fn both_places_are_locked_while_a_state_moves() {
    let (aws, sandbox) = deployed();
    let guard = bob(&sandbox);
    to_bucket(&sandbox);
    insta::assert_snapshot!(sandbox.transcript("state migrate"), @r"
    exit code 5
    --- stdout
    --- stderr
    error: state/shop.dev.json: the state is locked by `stackctl up` of bob on desk (process PID) since 2026-11-23T09:00:00Z
    hint: `--lock-timeout 5m` waits for it to end; a lock of a process that died is released by itself
    hint: `stackctl unlock` takes it away from one that does not end, while the configuration names that place
    ");
    drop(guard);
    assert!(aws.objects("states").is_empty());
    let guard = bob(&sandbox);
    to_folder(&sandbox);
    fs::rename(sandbox.path("state/shop.dev.json"), sandbox.path("moved.json")).unwrap();
    fs::create_dir(sandbox.path("elsewhere")).unwrap();
    fs::rename(sandbox.path("moved.json"), sandbox.path("elsewhere/shop.dev.json")).unwrap();
    insta::assert_snapshot!(sandbox.transcript("state migrate --from elsewhere --stage dev"), @r"
    exit code 5
    --- stdout
    --- stderr
    error: state/shop.dev.json: the state is locked by `stackctl up` of bob on desk (process PID) since 2026-11-23T09:00:00Z
    hint: `--lock-timeout 5m` waits for it to end; a lock of a process that died is released by itself
    hint: `stackctl unlock --stage dev` takes it away from one that does not end
    ");
    drop(guard);
    assert_eq!(sandbox.run("state migrate --from elsewhere").code, 0);
    to_bucket(&sandbox);
    assert_eq!(sandbox.run("state migrate").code, 0);
    is_whole(&aws, &sandbox);
}

/// What these commands are told.
fn told<const N: usize>(sandbox: &Sandbox, lines: [&str; N]) -> String {
    lines.map(|line| format!("$ {line}\n{}", sandbox.transcript(line))).join("\n")
}

#[test]
fn a_place_that_makes_no_sense_is_refused() {
    let (aws, sandbox) = deployed();
    let lines = [
        "state migrate",
        "state migrate --local",
        "state migrate --from state",
        "state migrate --from state/shop.dev.json",
        "state migrate --from https://states/shop.json",
        "state migrate --from state --from-region eu-west-1",
        "state migrate --from-region eu-west-1",
    ];
    insta::assert_snapshot!(told(&sandbox, lines), @r"
    $ state migrate
    exit code 2
    --- stdout
    --- stderr
    error: it is not said where the state is to come from
    hint: name the place, as `stackctl state migrate --from s3://BUCKET/KEY` or `--from FOLDER`

    $ state migrate --local
    exit code 2
    --- stdout
    --- stderr
    error: the states of the local cloud are always in `.stackctl/`, so there is nothing to move
    hint: leave out `--local`

    $ state migrate --from state
    exit code 2
    --- stdout
    --- stderr
    error: state/shop.dev.json is where the configuration keeps the state
    hint: `--from` names the place that it is to come from

    $ state migrate --from state/shop.dev.json
    exit code 2
    --- stdout
    --- stderr
    error: state/shop.dev.json is a file, and `--from` names its folder
    hint: `--from state`

    $ state migrate --from https://states/shop.json
    exit code 2
    --- stdout
    --- stderr
    error: invalid value 'https://states/shop.json' for '--from <PLACE>': a place is a folder, or an object written as s3://BUCKET/KEY

    For more information, try '--help'.

    $ state migrate --from state --from-region eu-west-1
    exit code 2
    --- stdout
    --- stderr
    error: `--from-region` and `--from-owner` speak of a bucket, and `--from` of a folder

    $ state migrate --from-region eu-west-1
    exit code 2
    --- stdout
    --- stderr
    error: the following required arguments were not provided:
      --from <PLACE>

    Usage: stackctl state migrate --from <PLACE> --from-region <REGION>

    For more information, try '--help'.
    ");
    is_whole(&aws, &sandbox);
}

#[test]
fn the_place_of_the_state_is_known_again_however_it_is_written() {
    let (aws, sandbox) = deployed();
    let refused = sandbox.transcript("state migrate --from state");
    assert!(refused.starts_with("exit code 2\n"), "{refused}");
    for way in ["state/", "state/.", "state/../state"] {
        assert_eq!(sandbox.transcript(&format!("state migrate --from {way}")), refused, "{way}");
    }
    is_whole(&aws, &sandbox);
}

#[test]
fn a_place_without_a_state_is_named_and_left_as_it_is() {
    let (aws, sandbox) = deployed();
    let lines =
        ["state migrate --from elsewhere", "state migrate --from s3://states", "state migrate --from s3://nowhere"];
    insta::assert_snapshot!(told(&sandbox, lines), @r"
    $ state migrate --from elsewhere
    exit code 1
    --- stdout
    --- stderr
    error: elsewhere/shop.dev.json: there is no state to move to state/shop.dev.json
    hint: `--from` names the place where the state is now

    $ state migrate --from s3://states
    exit code 1
    --- stdout
    --- stderr
    error: s3://states/stackctl/shop.dev.json: there is no state to move to state/shop.dev.json
    hint: `--from` names the place where the state is now

    $ state migrate --from s3://nowhere
    exit code 1
    --- stdout
    --- stderr
    error: s3://nowhere/stackctl/shop.dev.json: the state cannot be read
      s3:GetObject: NoSuchBucket: The specified bucket does not exist
      request id REQUEST
    hint: `--from` names the bucket in which the state is now
    ");
    assert!(!sandbox.path("elsewhere").exists());
    is_whole(&aws, &sandbox);
}
