//! `stackctl watch` at a terminal, and Ctrl-C while the lock of a state in a bucket is released.

use std::{fs, time::Duration};

use stackctl_local::{Settings, Weather};

use super::{
    emulator::ServedEmulator,
    pty::Pty,
    sandbox::Sandbox,
    watch::{Watching, replace, wait_until},
};

const CODE: &str = "hello/bootstrap";
const ROUTE: &str = "\"GET /hello\":";
const MORE: &str = "\"GET /more\": { \"function\": \"hello\" }, \"GET /hello\":";

#[test]
fn a_save_withdraws_the_prompt() {
    let (_aws, sandbox) = ServedEmulator::deployed();
    let sandbox = sandbox.with("TZ", "UTC").with("NO_COLOR", "1");
    let route = |name: &str| format!("\"GET /{name}\": {{ \"function\": \"hello\" }}, \"GET /hello\":");
    let mut person = Pty::new(sandbox.shell("exec stackctl watch 1>&2"));
    person.sees("Ctrl-C ends it");
    sandbox.edit("\"GET /hello\":", &route("more"));
    person.sees("? [y/N] ");
    sandbox.edit("GET /more", "GET /other");
    person.sees("+ GET /other");
    person.sees("? [y/N] ");
    person.types("n");
    person.sees("left as it was");
    replace(&sandbox, CODE, "#!/bin/sh\n# one\n");
    person.sees("? [y/N] ");
    person.types("y");
    person.sees(": 3 updated  ");
    person.sees("s\r\n");
    replace(&sandbox, CODE, "#!/bin/sh\n# two\n");
    person.sees(": updated hello  ");
    person.sees("s\r\n");
    fs::remove_file(sandbox.path(CODE)).unwrap();
    person.sees(": not deployed  ");
    person.sees("s\r\n");
    person.interrupt();
    let (code, out, screen) = person.ends();
    assert_eq!(code, 0);
    insta::assert_snapshot!(sandbox.pinned(&format!("{screen}--- stdout\n{out}")), @r"
    shop, stage dev, eu-west-1, at http://127.0.0.1:PORT, which stands in for AWS

    nothing to change

    watching config.json, hello; Ctrl-C ends it
      http://127.0.0.1:PORT/_aws/execute-api/<rest_api.main#id>/dev

      ~ api_routes.main
          + GET /more  shop-dev-hello
      ~ stage.main               dev
          fingerprint: HASH… → HASH…

    plan: 2 to update; 8 unchanged

    Deploy the changes of shop, stage dev, to account 000000000000 in eu-west-1 at http://127.0.0.1:PORT? [y/N]
      ~ api_routes.main
          + GET /other  shop-dev-hello
      ~ stage.main               dev
          fingerprint: HASH… → HASH…

    plan: 2 to update; 8 unchanged

    Deploy the changes of shop, stage dev, to account 000000000000 in eu-west-1 at http://127.0.0.1:PORT? [y/N] n
    CLOCK  config.json: left as it was  TIME
      ~ lambda_function.hello    shop-dev-hello
          source_hash: HASH… → HASH…
      ~ api_routes.main
          + GET /other  shop-dev-hello
      ~ stage.main               dev
          fingerprint: HASH… → HASH…

    plan: 3 to update; 7 unchanged

    Deploy the changes of shop, stage dev, to account 000000000000 in eu-west-1 at http://127.0.0.1:PORT? [y/N] y
    CLOCK  hello/bootstrap: 3 updated  TIME
    CLOCK  hello/bootstrap: updated hello  TIME
    error: config.json:3:83: functions.hello.runtime: file `bootstrap` not found in `hello`
      the runtime runs this file, regardless of the handler
    hint: build the program for Linux and put it there under this name
    CLOCK  hello/bootstrap: not deployed  TIME
    --- stdout
    ");
}

#[test]
fn only_what_is_typed_at_the_prompt_counts() {
    let (_aws, sandbox) = ServedEmulator::deployed();
    let mut person = Pty::new(sandbox.shell("exec stackctl watch 1>&2"));
    person.sees("Ctrl-C ends it");
    person.types("y");
    person.sees("y\r\n");
    sandbox.edit(ROUTE, MORE);
    person.sees("? [y/N] ");
    person.types("n");
    person.sees("left as it was");
    person.interrupt();
    assert_eq!(person.ends().0, 0);
}

#[test]
fn the_files_of_a_withdrawn_prompt_are_named_with_the_next_change() {
    let (_aws, sandbox) = ServedEmulator::deployed();
    let sandbox = sandbox.with("NO_COLOR", "1");
    let mut person = Pty::new(sandbox.shell("exec stackctl watch 1>&2"));
    person.sees("Ctrl-C ends it");
    sandbox.edit(ROUTE, MORE);
    person.sees("? [y/N] ");
    replace(&sandbox, CODE, "#!/bin/sh\n# one\n");
    person.sees("? [y/N] ");
    person.types("n");
    person.sees("  2 files: left as it was");
}

#[test]
fn a_problem_at_the_start_ends_a_watch() {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = aws.sandbox();
    let refused = sandbox.run("watch");
    assert_eq!(refused.code, 2);
    insta::assert_snapshot!(refused.err.split_once("10 to create\n").unwrap().1, @r"
    error: cannot ask for confirmation: not a terminal. Nothing was changed.
    hint: check the plan, then run `stackctl watch --yes`
    ");
    sandbox.edit("\"GET /hello\"", "\"GET hello\"");
    insta::assert_snapshot!(sandbox.transcript("watch"), @r#"
    exit code 2
    error: config.json:5:5: routes."GET hello": the path `hello` does not start with `/`
    hint: write `/hello`
    "#);
}

/// A deployed stack with its state in a bucket, and slow responses.
fn up_in_a_bucket() -> (ServedEmulator, Sandbox) {
    let weather = Weather { latency: Duration::from_millis(150), ..Weather::default() };
    let (aws, sandbox) = ServedEmulator::with_bucket(Settings { weather, ..Settings::default() });
    sandbox.done("up --yes");
    assert_eq!(releases(&aws), 1);
    (aws, sandbox)
}

/// The number of requests that release a lock.
fn releases(aws: &ServedEmulator) -> usize {
    aws.cloud.call_log().iter().filter(|call| *call == "s3:DeleteObject").count()
}

fn assert_there_is_no_lock(aws: &ServedEmulator) {
    aws.settle();
    let keys: Vec<String> = aws.objects("states").into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys, ["stackctl/shop.dev.json"]);
}

#[test]
fn ctrl_c_waits_until_the_lock_of_the_first_deploy_is_released() {
    let (aws, sandbox) = up_in_a_bucket();
    let watching = Watching::begin(&sandbox, "");
    wait_until(|| releases(&aws) == 2);
    assert_eq!(watching.interrupted().0, 0);
    assert_there_is_no_lock(&aws);
}

#[test]
fn ctrl_c_waits_until_the_lock_of_a_change_is_released() {
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
fn after_ctrl_c_there_is_no_prompt() {
    let (aws, sandbox) = up_in_a_bucket();
    let mut person = Pty::new(sandbox.shell("exec stackctl watch 1>&2"));
    person.sees("Ctrl-C ends it");
    sandbox.edit(ROUTE, MORE);
    wait_until(|| releases(&aws) == 3);
    person.interrupt();
    person.sees("config.json: left as it was");
    let (code, _, screen) = person.ends();
    assert_eq!((code, screen.contains("Deploy it?")), (0, false), "{screen}");
    assert_there_is_no_lock(&aws);
}
