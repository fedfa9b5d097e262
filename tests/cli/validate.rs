//! `stackctl init`, and what `validate` and `up` report about the config and the packages of functions.

use std::fs;

use stackctl_local::Settings;

use super::{emulator::ServedEmulator, sandbox::Sandbox};

#[test]
fn init_writes_an_example_that_is_valid() {
    let sandbox = Sandbox::empty();
    insta::assert_snapshot!(sandbox.transcript("validate"), @r"
    exit code 2
    error: config.json: file not found
    hint: `stackctl init` creates an example project; pass `--config` for another file
    ");
    insta::assert_snapshot!(sandbox.transcript("init notes --name notes --region eu-west-1"), @r"
    exit code 0
    --- stdout
    wrote notes/config.json
    wrote notes/schema/config.schema.json
    wrote notes/lambdas/test/test.py
    wrote notes/.gitignore
    --- stderr
    state/ records the ids of what you deploy and is not committed to git; a team keeps it in S3 (`state.s3` in the config)

    next:
      cd notes
      stackctl up --local    # deploy to the local emulator, without an account
    ");
    insta::assert_snapshot!(sandbox.transcript("validate -c notes/config.json"), @r"
    exit code 0
    --- stdout
    notes/config.json is valid: 2 functions, 2 routes
    ");
}

#[test]
fn init_never_writes_over_a_file() {
    let sandbox = Sandbox::empty();
    sandbox.write("lambdas/test/test.py", "mine");
    let before = sandbox.files();
    insta::assert_snapshot!(sandbox.transcript("init"), @r"
    exit code 2
    error: files of the example exist already, so nothing was written
      lambdas/test/test.py exists
    hint: run `stackctl init DIR` to create the project in another folder
    ");
    assert_eq!(sandbox.files(), before);
}

#[test]
fn init_works_in_a_repository_and_adds_to_its_gitignore() {
    let sandbox = Sandbox::empty();
    sandbox.write(".gitignore", "node_modules\n/state/");
    assert_eq!(sandbox.run("init").code, 0);
    let ignored = fs::read_to_string(sandbox.path(".gitignore")).unwrap();
    assert_eq!(ignored, "node_modules\n/state/\n/.stackctl/\n__pycache__/\n");
}

#[test]
fn every_problem_is_reported_with_its_place_and_a_hint() {
    let sandbox = Sandbox::new();
    sandbox.edit(r#""function": "hello" }"#, r#""function": "helo" }"#);
    sandbox.edit(r#""stage": "dev""#, r#""stag": "dev""#);
    insta::assert_snapshot!(sandbox.transcript("up --yes"), @r#"
    exit code 2
    error: config.json:2:65: deployment.stag: unknown key
      keys here are: serviceName, region, stage, userPoolName, clientName, accountId, tags
    hint: did you mean `stage`?
    error: config.json:6:41: routes."POST /hello/{name}".function: no function is named `helo`
      functions are: hello
    hint: did you mean `hello`?
    "#);
    sandbox.edit(r#""stag": "dev""#, r#""stage": "dev""#);
    let events = sandbox.events("validate");
    let place = &events[1]["errors"][0]["location"];
    assert_eq!((&place["file"], &place["line"]), (&"config.json".into(), &6.into()));
    assert_eq!((&events[1]["event"], &events[1]["exit"]), (&"error".into(), &2.into()));
    assert_eq!((&events[2]["event"], &events[2]["exit"], events.len()), (&"done".into(), &2.into(), 3));
}

#[test]
fn a_warning_stops_nothing_and_quiet_silences_it() {
    let sandbox = Sandbox::new();
    sandbox.edit(
        r#""POST /hello/{name}": { "function": "hello" }"#,
        r#""POST /hello": { "function": "hello", "auth": "none" }"#,
    );
    insta::assert_snapshot!(sandbox.transcript("validate"), @r#"
    exit code 0
    --- stdout
    config.json is valid: 1 function, 2 routes
    --- stderr
    warning: config.json:6:51: routes."POST /hello".auth: this route is public, and `POST` changes data
    hint: leave `auth` out to ask for a signed-in user
    "#);
    assert_eq!(sandbox.run("validate --quiet").err, "");
}

const CONFIG: &str = r#"{
  "deployment": { "serviceName": "shop", "region": "eu-west-1" },
  "functions": {
    "hello": { "source": "hello", "handler": "main.handler", "runtime": "python3.13", "architecture": "arm64" },
    "report": { "source": "hello", "handler": "main.handler", "runtime": "python3.13", "architecture": "arm64" }
  },
  "routes": {}
}
"#;

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::empty();
    sandbox.write("config.json", CONFIG);
    sandbox.write("hello/main.py", "def handler(event, context):\n    return {}\n");
    sandbox
}

#[test]
fn files_that_are_left_out_or_cannot_be_loaded_are_named_once() {
    let sandbox = sandbox();
    sandbox.write("hello/.env", "TOKEN=abc\n");
    sandbox.write("hello/_core.cpython-311-x86_64-linux-gnu.so", "");
    insta::assert_snapshot!(sandbox.transcript("validate"), @"
    exit code 0
    --- stdout
    config.json is valid: 2 functions, 0 routes
    --- stderr
    left out of the package of `hello`, because they may contain secrets: `.env`; a line `!.env` in `hello/.lambdaignore` includes it
    warning: functions.hello.source: 1 compiled file cannot be loaded, because the function runs Python 3.13 on Linux arm64
      _core.cpython-311-x86_64-linux-gnu.so: for Python 3.11 on Linux x86_64
      also in the package of `report`
    hint: install for Lambda: `pip install --platform manylinux_2_28_aarch64 --platform manylinux2014_aarch64 --python-version 3.13 --only-binary=:all: --upgrade --target hello -r requirements.txt`
    hint: or name in `.lambdaignore` what the function does not use
    ");
    sandbox.write("hello/.lambdaignore", "!.env\n*.so\n");
    insta::assert_snapshot!(sandbox.transcript("validate"), @"
    exit code 0
    --- stdout
    config.json is valid: 2 functions, 0 routes
    ");
}

#[test]
fn a_bootstrap_that_cannot_run_on_lambda_may_run_on_this_machine() {
    let sandbox = Sandbox::new();
    fs::write(sandbox.path("hello/bootstrap"), b"\xcf\xfa\xed\xfe\x0c\0\0\x01\0\0\0\0\x02\0\0\0").unwrap();
    insta::assert_snapshot!(sandbox.transcript("validate"), @"
    exit code 2
    error: functions.hello.source: `bootstrap` is for macOS arm64, and the function runs on Linux x86_64
    hint: build it for that: `cargo lambda build --release`, or `GOOS=linux GOARCH=amd64 CGO_ENABLED=0 go build -o bootstrap`
    ");
    let plan = sandbox.done("plan --local").err;
    let warning = "\nwarning: functions.hello.source: `bootstrap` is for macOS arm64, and the function runs on Linux x86_64\nhint: ";
    assert!(format!("\n{plan}").contains(warning), "{plan}");
}

#[test]
fn a_function_may_be_in_the_folder_of_the_config() {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = aws.sandbox();
    sandbox.write("bootstrap", "#!/bin/sh\n");
    sandbox.edit("\"source\": \"hello\"", "\"source\": \".\"");
    sandbox.done("up --yes --no-check");
    assert!(sandbox.path("state/shop.dev.json").is_file());
    assert_eq!(sandbox.run("plan --detailed-exitcode").code, 0, "what a deploy writes is no code");
}

#[test]
fn every_stage_is_validated_and_each_problem_reported_once() {
    let sandbox = Sandbox::new();
    sandbox.edit(
        "\"routes\": {",
        r#""stages": {
    "prod": { "routes": { "GET /more": { "function": "helo" } } },
    "test": { "functions": { "more": { "source": "more", "handler": "bootstrap", "runtime": "provided.al2023" } } }
  },
  "routes": {"#,
    );
    insta::assert_snapshot!(sandbox.transcript("validate"), @r#"
    exit code 2
    error: config.json:5:54: stages.prod.routes."GET /more".function: no function is named `helo`
      functions are: hello
    hint: did you mean `hello`?
    error: config.json:6:50: stages.test.functions.more.source: folder `more` not found
      the path starts from the folder of this file
    "#);
    assert!(!sandbox.run("validate --stage test").err.contains("stages.prod"));
    sandbox.edit("helo", "hello");
    sandbox.write("more/bootstrap", "#!/bin/sh\n");
    insta::assert_snapshot!(sandbox.transcript("validate"), @r"
    exit code 0
    --- stdout
    config.json is valid in every stage:
      dev: 1 function, 2 routes
      prod: 1 function, 3 routes
      test: 2 functions, 2 routes
    ");
    assert_eq!(sandbox.events("validate")[1]["stages"][1]["routes"], 3);
}
