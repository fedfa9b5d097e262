//! Commands that only read write nothing, and commands require only the parts of the config that they use.

use std::fs;

use stackctl_local::Settings;

use super::{emulator::ServedEmulator, sandbox::Sandbox};

/// The commands that only read.
const READ_ONLY: [&str; 13] = [
    "validate",
    "plan",
    "plan --detailed-exitcode --json",
    "status",
    "status --detailed-exitcode --json",
    "outputs",
    "outputs --json",
    "outputs --env",
    "plan -vv",
    "state show",
    "state show --json",
    "state pull",
    "unlock --yes",
];

/// Runs all of them, and returns their exit codes.
fn exit_codes(aws: &ServedEmulator, sandbox: &Sandbox) -> Vec<i32> {
    let (world, files) = (aws.cloud.snapshot().to_string(), sandbox.files());
    let mut codes = Vec::new();
    for line in READ_ONLY {
        let before = aws.cloud.call_log().len();
        codes.push(sandbox.run(line).code);
        assert_eq!(aws.cloud.snapshot().to_string(), world, "{line} has changed the emulator");
        assert_eq!(sandbox.files(), files, "{line} has changed files");
        assert_eq!(aws.writes_since(before), [""; 0], "{line}");
    }
    codes
}

#[test]
fn reading_writes_nothing_whatever_there_is() {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = aws.sandbox();
    assert_eq!(exit_codes(&aws, &sandbox), [0, 0, 3, 0, 3, 1, 1, 1, 0, 1, 1, 1, 0], "nothing");
    aws.refuse("lambda:CreateFunction");
    assert_eq!(sandbox.run("up --yes").code, 4);
    assert_eq!(exit_codes(&aws, &sandbox), [0, 0, 3, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0], "an interrupted run");
    sandbox.done("up --yes");
    assert_eq!(exit_codes(&aws, &sandbox), [0; 13], "a stack in sync");
    aws.by_hand(async |cloud| {
        let role = "shop-dev-hello-eu-west-1";
        cloud.iam.update_role().role_name(role).description("by hand").send().await.unwrap();
    });
    sandbox.edit(r#""GET /hello""#, r#""GET /hallo""#);
    assert_eq!(exit_codes(&aws, &sandbox), [0, 0, 3, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0], "drift and a pending change");
    let state = fs::read_to_string(sandbox.path("state/shop.dev.json")).unwrap();
    sandbox.write("state/shop.dev.json", &state[..state.len() / 2]);
    assert_eq!(exit_codes(&aws, &sandbox), [0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0], "a damaged state");
}

/// The commands that do not deploy, in an order in which each one succeeds.
const USES: &[&str] = &[
    "outputs",
    "outputs invoke_url",
    "outputs --env",
    "history",
    "state show",
    "state pull",
    "user list",
    "invoke items",
    "call POST /echo",
    "logs items",
    "unlock --yes",
    "rollback 1",
];

#[test]
fn commands_that_deploy_nothing_require_no_variable_no_folder_and_no_valid_function() {
    let sandbox = Sandbox::scripted();
    sandbox.edit(r#""timeout": 10 },"#, r#""timeout": 10, "environment": { "KEY": "${env:SECRET_KEY}" } },"#);
    for timeout in [10, 11] {
        sandbox.edit(r#""timeout": 10 }"#, &format!(r#""timeout": {timeout} }}"#));
        let ran = sandbox.ran(sandbox.command("up --local --quiet").env("SECRET_KEY", "sk_test"));
        assert_eq!(ran.code, 0, "{}", ran.err);
    }
    assert_eq!(sandbox.run("plan --local").code, 2, "the variable is not set");
    fs::remove_dir_all(sandbox.path("items")).unwrap();
    let config = fs::read_to_string(sandbox.path("config.json")).unwrap();
    sandbox.edit(r#""runtime": "provided.al2023", "timeout": 10,"#, r#""runtime": 3, "timeout": "10", "memroy": 1,"#);
    sandbox.edit(r#""GET /mine""#, r#""FETCH /mine""#);
    insta::assert_snapshot!(sandbox.run("call POST /echo --local").err, @r#"
    warning: config.json: left out, because of errors: `routes."FETCH /mine"`
    hint: `stackctl validate` shows them
    "#);
    for line in USES {
        let ran = sandbox.run(&format!("{line} --local --quiet"));
        assert_eq!(ran.code, 0, "{line}: {}", ran.err);
    }
    sandbox.write("config.json", &config);
    fs::remove_dir_all(sandbox.path(".stackctl/local/state")).unwrap();
    sandbox.done("recover --local");
    sandbox.done("down --local --yes");
}

#[test]
fn status_compares_what_is_known_and_names_the_rest() {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = aws.sandbox();
    let function = r#""runtime": "provided.al2023", "environment": { "KEY": "${env:SECRET_KEY}", "BB": "b" } }"#;
    sandbox.edit(r#""runtime": "provided.al2023" }"#, function);
    let ran = sandbox.ran(sandbox.command("up --yes --quiet").env("SECRET_KEY", "sk_test"));
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(sandbox.done("status --detailed-exitcode").out.contains("\n10 in sync\n"));
    sandbox.edit(r#""BB": "b""#, r#""BB": "c""#);
    fs::remove_dir_all(sandbox.path("hello")).unwrap();
    let status = sandbox.transcript("status --detailed-exitcode --quiet");
    let function = &status[status.find("lambda_function").unwrap()..status.find("rest_api").unwrap()];
    insta::assert_snapshot!(function, @r"
    lambda_function.hello    pending change  shop-dev-hello
        environment.BB: (secret, differs)
        environment.KEY: not compared: the environment variable `SECRET_KEY` is not set
        source_hash: not compared: folder `./hello` not found
    ");
    let events = sandbox.events("status");
    let row = events[1]["resources"].as_array().unwrap().iter().find(|row| !row["not_compared"].is_null()).unwrap();
    assert_eq!(row["not_compared"][0]["field"], "environment.KEY");
}
