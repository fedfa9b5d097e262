//! What `validate`, `plan` and `up` say of the functions' packages.

use std::{fs, os::unix::fs::symlink};

use stackctl_local::Settings;

use super::{cloud::Served, sandbox::Sandbox};

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
fn what_is_left_out_and_what_cannot_be_loaded_is_told_once() {
    let sandbox = sandbox();
    sandbox.write("hello/.env", "TOKEN=abc\n");
    sandbox.write("hello/_core.cpython-311-x86_64-linux-gnu.so", "");
    insta::assert_snapshot!(sandbox.transcript("validate"), @"
    exit code 0
    --- stdout
    config.json is valid: 2 functions, 0 routes
    --- stderr
    left out of the package of `hello`, because they may hold secrets: `.env`; a line `!.env` in `hello/.lambdaignore` includes it
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
    --- stderr
    ");
}

#[test]
fn a_bootstrap_that_cannot_run_on_lambda_may_run_on_this_machine() {
    let sandbox = Sandbox::new();
    fs::write(sandbox.path("hello/bootstrap"), b"\xcf\xfa\xed\xfe\x0c\0\0\x01\0\0\0\0\x02\0\0\0").unwrap();
    insta::assert_snapshot!(sandbox.transcript("validate"), @"
    exit code 2
    --- stdout
    --- stderr
    error: functions.hello.source: `bootstrap` is for macOS arm64, and the function runs on Linux x86_64
    hint: build it for that: `cargo lambda build --release`, or `GOOS=linux GOARCH=amd64 CGO_ENABLED=0 go build -o bootstrap`
    ");
    insta::assert_snapshot!(sandbox.transcript("validate --local"), @"
    exit code 0
    --- stdout
    config.json is valid: 1 function, 2 routes
    --- stderr
    warning: functions.hello.source: `bootstrap` is for macOS arm64, and the function runs on Linux x86_64
    hint: build it for that: `cargo lambda build --release`, or `GOOS=linux GOARCH=amd64 CGO_ENABLED=0 go build -o bootstrap`
    ");
}

#[test]
fn a_symlink_out_of_the_folder_is_refused() {
    let sandbox = sandbox();
    sandbox.write("shared/words.py", "");
    symlink("../shared/words.py", sandbox.path("hello/words.py")).unwrap();
    insta::assert_snapshot!(sandbox.transcript("validate"), @r"
    exit code 2
    --- stdout
    --- stderr
    error: functions.hello.source: `./hello/words.py` is a symlink that leaves the folder: it points to `../shared/words.py`
      the same goes for report
    hint: put a copy into the folder, or name the symlink in `.lambdaignore`
    ");
}

#[test]
fn a_function_may_be_in_the_folder_of_the_config() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    sandbox.write("bootstrap", "#!/bin/sh\n");
    sandbox.edit("\"source\": \"hello\"", "\"source\": \".\"");
    assert_eq!(sandbox.run("up --yes --no-check").code, 0);
    assert!(sandbox.path("state/shop.dev.json").is_file());
    assert_eq!(sandbox.run("plan --detailed-exitcode").code, 0, "what a deploy writes is no code");
}
