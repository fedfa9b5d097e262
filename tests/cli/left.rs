//! What is left in the folder of the state when the configuration has a bucket by now.

use std::fs;

use stackctl::state::{Arriving, Backend as _, Document, FileStore};

use super::{
    migrate::{deployed, to_bucket},
    sandbox::Sandbox,
};
use crate::harness::of_the_future;

/// What `up` says of the folder while the bucket is empty.
fn refused(sandbox: &Sandbox) -> String {
    let transcript = sandbox.transcript("up --yes --stage dev");
    let (_, told) = transcript.split_once("AWS\n\n").unwrap();
    told.to_owned()
}

/// Puts an announcement from another bucket in the place of the state.
fn announce(sandbox: &Sandbox) {
    let store = FileStore::new(&sandbox.path("state"), "shop", "dev");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let state = store.load().await.unwrap().unwrap();
        let from = "s3://others/shop.dev.json".to_owned();
        store.document().await.unwrap();
        store.replace(&Document::Arriving(Arriving { from, state })).await.unwrap();
    });
}

#[test]
fn what_looks_at_the_state_alone_tells_of_the_one_that_is_left_too() {
    let (_aws, sandbox) = deployed();
    to_bucket(&sandbox);
    insta::assert_snapshot!(sandbox.transcript("state show --stage dev"), @r"
    exit code 1
    --- stdout
    --- stderr
    error: s3://states/stackctl/shop.dev.json: there is no state, and one is left at state/shop.dev.json
    hint: `stackctl state migrate --stage dev` moves it
    hint: if the stack does not need it, move the file away
    ");
    assert_eq!(sandbox.transcript("state pull --stage dev"), sandbox.transcript("state show --stage dev"));
}

#[test]
fn what_is_left_and_cannot_be_used_is_not_taken_for_nothing() {
    let (aws, sandbox) = deployed();
    to_bucket(&sandbox);
    let path = sandbox.path("state/shop.dev.json");
    let whole = fs::read_to_string(&path).unwrap();
    sandbox.write("state/shop.dev.json", "torn");
    let damaged = refused(&sandbox);
    sandbox.write("state/shop.dev.json", &of_the_future(&whole));
    let newer = refused(&sandbox);
    sandbox.write("state/shop.dev.json", &whole);
    announce(&sandbox);
    let arriving = refused(&sandbox);
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    let unreadable = refused(&sandbox);
    insta::assert_snapshot!([damaged, newer, arriving, unreadable].join("\n"), @r"
    error: s3://states/stackctl/shop.dev.json: there is no state, and state/shop.dev.json cannot be used
      state/shop.dev.json: the state is damaged: it is not JSON: line 1 column 2
    hint: an earlier version is kept as state/shop.dev.previous.json: copy that one over state/shop.dev.json
    hint: if the stack does not need it, move the file away

    error: s3://states/stackctl/shop.dev.json: there is no state, and state/shop.dev.json cannot be used
      state/shop.dev.json: the state has format 4, and this version of stackctl knows formats up to 3
    hint: use stackctl 7.1.0 or newer
    hint: if the stack does not need it, move the file away

    error: s3://states/stackctl/shop.dev.json: there is no state, and state/shop.dev.json cannot be used
      state/shop.dev.json: the state is on its way here from s3://others/shop.dev.json
    hint: `stackctl state migrate --from s3://others/shop.dev.json --stage dev` goes on with that, while the configuration names this place
    hint: `--from-region` and `--from-owner` tell of a bucket that is not in the stack's Region and account
    hint: if the stack does not need it, move the file away

    error: s3://states/stackctl/shop.dev.json: there is no state, and state/shop.dev.json cannot be used
      state/shop.dev.json: the state cannot be read: `state/shop.dev.json` is not a regular file
    hint: move `state/shop.dev.json` away, then run the command again
    hint: if the stack does not need it, move the file away
    ");
    assert_eq!(sandbox.run("state show").code, 1);
    fs::remove_dir(&path).unwrap();
    assert_eq!(sandbox.run("recover --yes").code, 0, "what is moved away is in the way of nothing");
    assert_eq!(aws.cloud.call_counts()["cognito-idp:CreateUserPool"], 1);
}

#[test]
fn a_file_that_has_the_name_of_the_folder_is_none_of_ours() {
    let (_aws, sandbox) = deployed();
    assert_eq!(sandbox.run("down --yes").code, 0);
    to_bucket(&sandbox);
    fs::remove_dir_all(sandbox.path("state")).unwrap();
    sandbox.write("state", "California");
    assert_eq!(sandbox.run("up --yes").code, 0);
}

#[test]
fn the_hints_of_a_state_that_cannot_be_used_mean_the_same_stack() {
    let (_aws, sandbox) = deployed();
    sandbox.write("state/shop.dev.json", "torn");
    insta::assert_snapshot!(sandbox.transcript("status --stage dev"), @r"
    exit code 1
    --- stdout
    --- stderr
    error: state/shop.dev.json: the state is damaged: it is not JSON: line 1 column 2
    hint: an earlier version is kept as state/shop.dev.previous.json: copy that one over state/shop.dev.json
    hint: `stackctl recover --stage dev` rebuilds the state from what AWS has
    ");
}
