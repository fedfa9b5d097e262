//! boto3 on the local emulator: a script creates a user without stackctl, and the deployed API accepts the ID token.

use std::{path::Path, process::Command};

use super::{emulator::programs, example::Example, http};
use crate::harness::process::Process;

/// Runs a script of this folder with boto3, expects success, and returns its output.
pub(super) fn ran(example: &Example, script: &str, arguments: &[&str], input: &str) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance").join(script);
    let mut command = Command::new(programs().join("python"));
    command.arg(script).args(arguments);
    command.env("AWS_DEFAULT_REGION", example.output("region")).envs(example.variables());
    let ran = Process::run_with(&mut command, input);
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.out.trim().to_owned()
}

/// The ID token of a user whom the script creates.
fn signed_in_by_boto3(example: &Example, name: &str, password: &str) -> String {
    let (pool, client) = (example.output("user_pool_id"), example.output("client_id"));
    ran(example, "sign_in.py", &[&pool, &client, name], &format!("{password}\n"))
}

#[test]
#[ignore = "needs the boto3 that tests/conformance/run installs"]
fn a_user_created_and_signed_in_by_boto3_can_call_the_api() {
    let example = Example::new();
    let token = signed_in_by_boto3(&example, "ada@example.com", "Engine1842");
    let url = format!("{}/test_auth", example.output("path_url"));
    let answer = http::get(&url, Some(&token)).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(answer.body.contains("Hello ada@example.com"), "{}", answer.body);
    for wrong in [None, Some("forged"), Some(format!("{token}x").as_str())] {
        assert_eq!(http::get(&url, wrong).unwrap().status, 401, "{wrong:?}");
    }
    let told = example.stackctl("user show ada@example.com --local");
    assert!(told.contains("CONFIRMED"), "{told}");
}
