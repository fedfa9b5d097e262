//! Ctrl-C while a lock is released, which in a bucket takes a call.

use std::time::Duration;

use stackctl_local::{Settings, Weather};

use super::{Served, Watching, replace, wait_until};
use crate::cli::{bucket::served, pty::Pty, sandbox::Sandbox};

/// A stack that is up, with its state in a bucket, where every call takes a while.
fn up_in_a_bucket() -> (Served, Sandbox) {
    let weather = Weather { latency: Duration::from_millis(250), ..Weather::default() };
    let (aws, sandbox) = served(Settings { weather, ..Settings::default() });
    assert_eq!(sandbox.run("up --yes").code, 0);
    assert_eq!(releases(&aws), 1);
    (aws, sandbox)
}

/// How often a lock was released, or was about to be.
fn releases(aws: &Served) -> usize {
    aws.cloud.call_log().iter().filter(|call| *call == "s3:DeleteObject").count()
}

fn assert_there_is_no_lock(aws: &Served) {
    aws.settle();
    let keys: Vec<String> = aws.objects("states").into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys, ["stackctl/shop.dev.json"]);
}

#[test]
fn an_end_waits_until_the_lock_of_the_beginning_is_released() {
    let (aws, sandbox) = up_in_a_bucket();
    let watching = Watching::begin(&sandbox, "");
    wait_until(|| releases(&aws) == 2);
    assert_eq!(watching.interrupted().0, 0);
    assert_there_is_no_lock(&aws);
}

#[test]
fn an_end_waits_until_the_lock_of_a_change_is_released() {
    let (aws, sandbox) = up_in_a_bucket();
    let watching = Watching::new(&sandbox, "");
    replace(&sandbox, "hello/bootstrap", "#!/bin/sh\n# one\n");
    wait_until(|| releases(&aws) == 3);
    let (code, rest) = watching.interrupted();
    let cycle = rest.iter().find(|event| event["event"] == "cycle").unwrap();
    assert_eq!((code, &cycle["outcome"]), (0, &"deployed".into()));
    assert_there_is_no_lock(&aws);
}

#[test]
fn whoever_has_ended_it_is_asked_nothing() {
    let (aws, sandbox) = up_in_a_bucket();
    let mut person = Pty::new(sandbox.shell("exec stackctl watch 1>&2"));
    person.sees("Ctrl-C ends it");
    sandbox.edit("\"GET /hello\":", "\"GET /more\": { \"function\": \"hello\" }, \"GET /hello\":");
    wait_until(|| releases(&aws) == 3);
    person.interrupt();
    person.sees("config.json: left as it was");
    let (code, _, screen) = person.ends();
    assert_eq!((code, screen.contains("Deploy it?")), (0, false), "{screen}");
    assert_there_is_no_lock(&aws);
}
