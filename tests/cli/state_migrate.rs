//! `stackctl state migrate`: moves the state from a folder to a bucket and back after an edit of `state` in the config.

use std::fs;

use super::{emulator::ServedEmulator, sandbox::Sandbox};
/// The setting for a state in a bucket.
const BUCKET: &str = r#""state": { "s3": { "bucket": "states" } },
  "functions""#;

fn to_bucket(sandbox: &Sandbox) {
    sandbox.edit("\"functions\"", BUCKET);
}

fn to_folder(sandbox: &Sandbox) {
    sandbox.edit(BUCKET, "\"functions\"");
}

/// A stack whose state is in the folder, and a bucket for it.
fn deployed() -> (ServedEmulator, Sandbox) {
    let (aws, sandbox) = ServedEmulator::deployed();
    aws.create_bucket("states");
    (aws, sandbox)
}

/// Expects that the stack is unchanged, nothing was created twice, and `down` works.
fn is_whole(aws: &ServedEmulator, sandbox: &Sandbox) {
    let plan = sandbox.run("plan --detailed-exitcode");
    assert_eq!(plan.code, 0, "{}{}", plan.out, plan.err);
    assert_eq!(aws.cloud.call_counts()["cognito-idp:CreateUserPool"], 1);
    sandbox.done("down --yes");
}

#[test]
fn a_state_moves_from_a_folder_to_a_bucket_and_back() {
    let (aws, sandbox) = deployed();
    to_bucket(&sandbox);
    insta::assert_snapshot!(sandbox.transcript("plan --stage dev --quiet"), @r"
    exit code 1
    error: s3://states/stackctl/shop.dev.json: state not found, but there is one at state/shop.dev.json
    hint: `stackctl state migrate --stage dev` moves it
    hint: if the stack does not need it, move the file away
    ");
    for line in ["up --yes", "down --yes", "status", "outputs"] {
        let refused = sandbox.run(line);
        assert!(refused.code == 1 && refused.err.contains("state not found, but there is one at"), "{}", refused.err);
    }
    insta::assert_snapshot!(sandbox.transcript("state migrate"), @r"
    exit code 0
    moved the state from state/shop.dev.json to s3://states/stackctl/shop.dev.json
    the note at the old place can be deleted when no checkout uses that place any more
    ");
    insta::assert_snapshot!(sandbox.transcript("state migrate"), @r"
    exit code 0
    the state was already moved from state/shop.dev.json to s3://states/stackctl/shop.dev.json: nothing to do
    ");
    sandbox.done("plan --detailed-exitcode");
    to_folder(&sandbox);
    insta::assert_snapshot!(sandbox.transcript("up --yes --quiet"), @r"
    exit code 1
    error: state/shop.dev.json: the state is not here any more: it was moved to s3://states/stackctl/shop.dev.json
    hint: set `state` in the config to its present place
    hint: or move it back: `stackctl state migrate --from s3://states/stackctl/shop.dev.json`
    hint: use `--from-region` and `--from-owner` for a bucket in another Region or account
    ");
    assert_eq!(sandbox.transcript("state show --quiet"), sandbox.transcript("up --yes --quiet"));
    insta::assert_snapshot!(sandbox.transcript("state migrate --from s3://states"), @r"
    exit code 0
    moved the state from s3://states/stackctl/shop.dev.json to state/shop.dev.json
    the note at the old place can be deleted when no checkout uses that place any more
    ");
    is_whole(&aws, &sandbox);
}

#[test]
fn an_invalid_place_or_one_without_a_state_is_rejected() {
    let (aws, sandbox) = deployed();
    let lines = [
        "state migrate",
        "state migrate --from state",
        "state migrate --from state/shop.dev.json",
        "state migrate --from https://states/shop.json",
        "state migrate --from state --from-region eu-west-1",
        "state migrate --from-region eu-west-1",
        "state migrate --from elsewhere",
        "state migrate --from s3://states",
        "state migrate --from s3://nowhere",
    ];
    insta::assert_snapshot!(sandbox.session(&lines), @r"
    $ state migrate
    exit code 2
    error: it is not said where the state is to come from
    hint: name the place, as `stackctl state migrate --from s3://BUCKET/KEY` or `--from FOLDER`

    $ state migrate --from state
    exit code 2
    error: state/shop.dev.json is where the configuration keeps the state
    hint: `--from` names the place that it is to come from

    $ state migrate --from state/shop.dev.json
    exit code 2
    error: state/shop.dev.json is a file, and `--from` names its folder
    hint: `--from state`

    $ state migrate --from https://states/shop.json
    exit code 2
    error: invalid value 'https://states/shop.json' for '--from <PLACE>': expected a folder or s3://BUCKET/KEY

    For more information, try '--help'.

    $ state migrate --from state --from-region eu-west-1
    exit code 2
    error: `--from-region` and `--from-owner` speak of a bucket, and `--from` of a folder

    $ state migrate --from-region eu-west-1
    exit code 2
    error: the following required arguments were not provided:
      --from <PLACE>

    Usage: stackctl state migrate --from <PLACE> --from-region <REGION>

    For more information, try '--help'.

    $ state migrate --from elsewhere
    exit code 1
    error: elsewhere/shop.dev.json: no state to move to state/shop.dev.json
    hint: `--from` names the place where the state is now

    $ state migrate --from s3://states
    exit code 1
    error: s3://states/stackctl/shop.dev.json: no state to move to state/shop.dev.json
    hint: `--from` names the place where the state is now

    $ state migrate --from s3://nowhere
    exit code 1
    error: s3://nowhere/stackctl/shop.dev.json: the state cannot be read
      s3:GetObject: NoSuchBucket: The specified bucket does not exist
      request id REQUEST
    hint: `--from` names the bucket in which the state is now
    ");
    let refused = sandbox.transcript("state migrate --from state");
    for spelling in ["state/", "state/.", "state/../state"] {
        assert_eq!(sandbox.transcript(&format!("state migrate --from {spelling}")), refused, "{spelling}");
    }
    assert!(!sandbox.path("elsewhere").exists());
    is_whole(&aws, &sandbox);
}

#[test]
fn a_state_that_is_left_in_the_folder_and_cannot_be_used_is_reported() {
    let (aws, sandbox) = deployed();
    to_bucket(&sandbox);
    let path = sandbox.path("state/shop.dev.json");
    sandbox.write("state/shop.dev.json", "torn");
    insta::assert_snapshot!(sandbox.transcript("up --yes --stage dev --quiet"), @r"
    exit code 1
    error: s3://states/stackctl/shop.dev.json: state not found, and state/shop.dev.json cannot be used
      state/shop.dev.json: the state is damaged: it is not JSON: line 1 column 2
    hint: an earlier version is kept as state/shop.dev.previous.json: copy that one over state/shop.dev.json
    hint: if the stack does not need it, move the file away
    ");
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    insta::assert_snapshot!(sandbox.transcript("up --yes --stage dev --quiet"), @r"
    exit code 1
    error: s3://states/stackctl/shop.dev.json: state not found, and state/shop.dev.json cannot be used
      state/shop.dev.json: the state cannot be read: `state/shop.dev.json` is not a regular file
    hint: move `state/shop.dev.json` away, then run the command again
    hint: if the stack does not need it, move the file away
    ");
    fs::remove_dir(&path).unwrap();
    sandbox.done("recover --yes");
    assert_eq!(aws.cloud.call_counts()["cognito-idp:CreateUserPool"], 1);
}

#[test]
fn a_file_in_the_place_of_the_old_folder_is_no_obstacle() {
    let (_aws, sandbox) = deployed();
    sandbox.done("down --yes");
    to_bucket(&sandbox);
    fs::remove_dir_all(sandbox.path("state")).unwrap();
    sandbox.write("state", "California");
    sandbox.done("up --yes");
}
