//! Runs whose state is in a bucket. AWS, S3 included, is played by a local cloud in this process.

use std::time::Duration;

use rustix::process::Signal;
use stackctl::{
    aws::{Connection, Options},
    state::{Backend as _, Holder, LockRequest, S3Store},
};
use stackctl_local::{Settings, Weather};
use tokio::runtime::Runtime;

use super::{cloud::Served, sandbox::Sandbox};
use crate::harness::process::Process;

/// A sandbox whose state is in the bucket `states`, which there need not be.
fn sandbox(aws: &Served) -> Sandbox {
    let sandbox = aws.sandbox();
    sandbox.edit("\"functions\"", "\"state\": { \"s3\": { \"bucket\": \"states\" } },\n  \"functions\"");
    sandbox
}

/// A cloud with the bucket `states`, and a sandbox whose state is in it.
pub(super) fn served(settings: Settings) -> (Served, Sandbox) {
    let aws = Served::new(settings);
    aws.make_bucket("states");
    let sandbox = sandbox(&aws);
    (aws, sandbox)
}

#[test]
fn the_state_is_in_the_bucket_and_nowhere_else() {
    let (aws, sandbox) = served(Settings::default());
    assert_eq!(sandbox.run("up --yes").code, 0);
    assert!(!sandbox.path("state").exists());
    let objects = aws.objects("states");
    assert_eq!(objects.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>(), ["stackctl/shop.dev.json"]);
    assert!(objects[0].1.contains("\"user_pool.main\""));

    assert_eq!(sandbox.run("plan --detailed-exitcode").code, 0);
    assert_eq!(sandbox.run("status --detailed-exitcode").code, 0);
    assert!(sandbox.run("outputs invoke_url").out.starts_with(&aws.url));
    assert_eq!(sandbox.run("down --yes").code, 0);
    let nothing =
        "nothing to delete: no resources are recorded at s3://states/stackctl/shop.dev.json, and no resources";
    assert!(sandbox.run("down --yes").err.contains(nothing));
}

#[test]
fn a_run_costs_few_calls_to_the_bucket() {
    let (_aws, sandbox) = served(Settings::default());
    let events = sandbox.events("up --yes");
    let calls = &events.last().unwrap()["calls"];
    // The lock, which is made sure of before the first save, the intents, the results in one group or two, and that they
    // passed the check; nothing is read that need not be.
    assert_eq!((&calls["s3:GetObject"], &calls["s3:DeleteObject"]), (&1.into(), &1.into()));
    assert!(calls["s3:PutObject"].as_u64().unwrap() <= 6, "{calls}");
    let events = sandbox.events("up --yes");
    let calls = &events.last().unwrap()["calls"];
    assert_eq!(
        (&calls["s3:PutObject"], &calls["s3:GetObject"], &calls["s3:DeleteObject"]),
        (&1.into(), &1.into(), &1.into()),
        "nothing to change"
    );
}

#[test]
fn a_bucket_that_is_not_there_is_named_with_the_way_to_make_it() {
    let aws = Served::new(Settings::default());
    insta::assert_snapshot!(sandbox(&aws).transcript("up --yes"), @r"
    exit code 1
    --- stdout
    --- stderr
    shop, stage dev, eu-west-1, at http://127.0.0.1:PORT, which stands in for AWS

    error: s3://states/stackctl/shop.dev.json: the state cannot be locked
      s3:PutObject: NoSuchBucket: The specified bucket does not exist
      request id REQUEST
    hint: `aws s3api create-bucket --bucket states --region eu-west-1 --create-bucket-configuration LocationConstraint=eu-west-1` makes it
    hint: `aws s3api put-bucket-versioning --bucket states --region eu-west-1 --versioning-configuration Status=Enabled` lets it keep earlier states
    ");
}

#[test]
fn a_state_in_a_bucket_that_somebody_works_on_is_refused_with_their_name() {
    let (aws, sandbox) = served(Settings::default());
    let runtime = Runtime::new().unwrap();
    let guard = runtime.block_on(async {
        let options = Options { region: Some("eu-west-1".into()), local: Some(aws.url.clone()), ..Options::default() };
        let connection = Connection::open(options).await.unwrap();
        let store = S3Store::new(connection.bucket("states", "eu-west-1", None), "stackctl/shop.dev.json");
        let mut holder = Holder::this("bob".into(), "desk".into(), "down");
        holder.since = "2026-11-23T09:00:00Z".into();
        store.lock(&LockRequest { holder: &holder, at_most: Duration::ZERO, tell: &|_| {} }).await.unwrap()
    });
    insta::assert_snapshot!(sandbox.transcript("up --yes"), @r"
    exit code 5
    --- stdout
    --- stderr
    shop, stage dev, eu-west-1, at http://127.0.0.1:PORT, which stands in for AWS

    error: s3://states/stackctl/shop.dev.json: the state is locked by `stackctl down` of bob on desk (process PID) since 2026-11-23T09:00:00Z
    hint: `--lock-timeout 5m` waits for it to end; a lock of a process that died is released by itself
    hint: `stackctl unlock` takes it away from one that does not end
    ");
    assert_eq!(sandbox.run("plan").code, 0, "whoever only looks needs no lock");
    runtime.block_on(guard.release()).unwrap();
    assert_eq!(sandbox.run("up --yes").code, 0);
}

/// Begins an `up` and waits until it has made something.
fn begun(sandbox: &Sandbox) -> Process {
    let mut up = sandbox.start(&mut sandbox.command("up --yes"));
    up.until("  created  ");
    up
}

fn slow() -> Settings {
    let weather = Weather { latency: Duration::from_millis(200), ..Weather::default() };
    Settings { weather, ..Settings::default() }
}

#[test]
fn a_killed_run_leaves_a_lock_that_the_next_one_takes_over_at_once() {
    let (aws, sandbox) = served(slow());
    let up = begun(&sandbox);
    up.signal(Signal::KILL);
    up.end();
    assert!(aws.objects("states").iter().any(|(key, _)| key == "stackctl/shop.dev.json.lock"));
    let next = sandbox.run("up --yes");
    assert_eq!(next.code, 0, "{}", next.err);
    let told = next.err.lines().find(|line| line.contains("taken over")).unwrap();
    assert!(told.starts_with("s3://states/stackctl/shop.dev.json was locked by `stackctl up` of ann on "), "{told}");
    assert!(told.ends_with("; taken over, because its process has ended"), "{told}");
    assert_eq!(sandbox.run("plan --detailed-exitcode").code, 0);
    assert_eq!(aws.cloud.call_counts()["cognito-idp:CreateUserPool"], 1);
}

#[test]
fn an_interrupted_run_leaves_no_lock() {
    let (aws, sandbox) = served(slow());
    let up = begun(&sandbox);
    up.signal(Signal::TERM);
    assert_eq!(up.end().code, 130);
    let keys: Vec<String> = aws.objects("states").into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys, ["stackctl/shop.dev.json"]);
    assert_eq!(sandbox.run("up --yes").code, 0);
}

#[test]
fn the_local_cloud_keeps_its_states_apart() {
    let sandbox = Sandbox::new();
    sandbox.edit("\"functions\"", "\"state\": { \"s3\": { \"bucket\": \"states\" } },\n  \"functions\"");
    assert_eq!(sandbox.run("up --local").code, 0);
    assert!(sandbox.path(".stackctl/local/state/shop.dev.json").exists());
}
