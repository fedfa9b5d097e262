//! Commands need only what they use of the configuration: what a deploy needs besides stops nobody who looks at a stack,
//! goes back or removes it.

use stackctl_local::Settings;

use super::{cloud::Served, sandbox::Sandbox};

/// Every command that deploys nothing, in an order in which each of them can be done.
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
    "down --yes",
];

/// A stack with two releases whose functions have a variable from the environment.
fn deployed() -> Sandbox {
    let sandbox = Sandbox::obedient();
    sandbox.edit(r#""timeout": 10 },"#, r#""timeout": 10, "environment": { "KEY": "${env:SECRET_KEY}" } },"#);
    up(&sandbox);
    sandbox.edit(r#""timeout": 10 }"#, r#""timeout": 11 }"#);
    up(&sandbox);
    sandbox
}

fn up(sandbox: &Sandbox) {
    let ran = sandbox.ran(sandbox.command("up --local --quiet").env("SECRET_KEY", "sk_test"));
    assert_eq!(ran.code, 0, "{}", ran.err);
}

fn all_can_be_used(sandbox: &Sandbox) {
    for line in USES {
        let ran = sandbox.run(&format!("{line} --local --quiet"));
        assert_eq!(ran.code, 0, "{line}: {}", ran.err);
    }
}

#[test]
fn a_variable_that_only_a_deploy_needs_may_be_unset() {
    let sandbox = deployed();
    assert_eq!(sandbox.run("plan --local").code, 2);
    all_can_be_used(&sandbox);
}

#[test]
fn the_folder_of_a_function_may_be_gone() {
    let sandbox = deployed();
    std::fs::remove_dir_all(sandbox.path("items")).unwrap();
    all_can_be_used(&sandbox);
}

#[test]
fn a_broken_edit_stops_no_emergency() {
    let sandbox = deployed();
    sandbox.edit(r#""runtime": "provided.al2023", "timeout": 10,"#, r#""runtime": 3, "timeout": "10", "memroy": 1,"#);
    sandbox.edit(r#""GET /mine""#, r#""FETCH /mine""#);
    insta::assert_snapshot!(sandbox.run("call POST /echo --local").err, @r#"
    warning: config.json: left out, because of errors: `routes."FETCH /mine"`
    hint: `stackctl validate --local` shows them
    "#);
    all_can_be_used(&sandbox);
}

#[test]
fn status_compares_what_is_known_and_says_what_is_not() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    let function = r#""runtime": "provided.al2023", "environment": { "KEY": "${env:SECRET_KEY}", "BB": "b" } }"#;
    sandbox.edit(r#""runtime": "provided.al2023" }"#, function);
    let ran = sandbox.ran(sandbox.command("up --yes --quiet").env("SECRET_KEY", "sk_test"));
    assert_eq!(ran.code, 0, "{}", ran.err);
    insta::assert_snapshot!(sandbox.transcript("status --detailed-exitcode --quiet"), @"
    exit code 0
    --- stdout
    iam_role.hello           in sync  arn:aws:iam::000000000000:role/stackctl/shop/dev/shop-dev-hello-eu-west-1
    log_group.hello          in sync  /aws/lambda/shop-dev-hello
    lambda_function.hello    in sync  shop-dev-hello
        environment.KEY: not compared: the environment variable `SECRET_KEY` is not set
    rest_api.main            in sync  <rest_api.main#id>
    lambda_permission.hello  in sync  shop-dev-hello:live/<lambda_permission.hello#statement_id>
    user_pool.main           in sync  <user_pool.main#id>
    authorizer.main          in sync  <authorizer.main#id>
    api_routes.main          in sync  <rest_api.main#id>
    stage.main               in sync  <rest_api.main#id>/dev
    user_pool_client.main    in sync  <user_pool_client.main#id>

    10 in sync
    --- stderr
    ");
    sandbox.edit(r#""BB": "b""#, r#""BB": "c""#);
    std::fs::remove_dir_all(sandbox.path("hello")).unwrap();
    insta::assert_snapshot!(sandbox.transcript("status --detailed-exitcode --quiet"), @"
    exit code 3
    --- stdout
    iam_role.hello           in sync  arn:aws:iam::000000000000:role/stackctl/shop/dev/shop-dev-hello-eu-west-1
    log_group.hello          in sync  /aws/lambda/shop-dev-hello
    lambda_function.hello    drifted  shop-dev-hello
        environment.BB: (secret, differs)
        environment.KEY: not compared: the environment variable `SECRET_KEY` is not set
        source_hash: not compared: there is no folder `./hello`
    rest_api.main            in sync  <rest_api.main#id>
    lambda_permission.hello  in sync  shop-dev-hello:live/<lambda_permission.hello#statement_id>
    user_pool.main           in sync  <user_pool.main#id>
    authorizer.main          in sync  <authorizer.main#id>
    api_routes.main          in sync  <rest_api.main#id>
    stage.main               in sync  <rest_api.main#id>/dev
    user_pool_client.main    in sync  <user_pool_client.main#id>

    9 in sync, 1 drifted
    --- stderr
    ");
    let events = sandbox.events("status");
    let row = events[1]["resources"].as_array().unwrap().iter().find(|row| !row["not_compared"].is_null()).unwrap();
    assert_eq!(row["not_compared"][0]["field"], "environment.KEY");
}

#[test]
fn a_lost_state_is_rebuilt_without_what_a_deploy_needs() {
    let sandbox = deployed();
    std::fs::remove_dir_all(sandbox.path(".stackctl/local/state")).unwrap();
    std::fs::remove_dir_all(sandbox.path("items")).unwrap();
    let ran = sandbox.run("recover --local");
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(sandbox.run("down --local --yes").code, 0);
}
