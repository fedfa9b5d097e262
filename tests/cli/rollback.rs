//! A rollback that is refused, checked, and rolled forward.

use serde_json::{Value, json};
use stackctl_local::Settings;

use super::{
    cloud::Served,
    history::{touch, transcript},
    obedient,
    sandbox::Sandbox,
};

/// The function `hello` is called `hallo` now.
fn rename(sandbox: &Sandbox) {
    sandbox.edit(r#""functions": { "hello""#, r#""functions": { "hallo""#);
    sandbox.edit(r#""GET /hello": { "function": "hello""#, r#""GET /hello": { "function": "hallo""#);
    touch(sandbox, r#"/{name}": { "function": "hello""#, r#"/{name}": { "function": "hallo""#);
}

#[test]
#[expect(clippy::too_many_lines, reason = "it is one session, to be read from top to bottom")]
fn a_release_whose_function_was_renamed_is_not_available_and_says_why() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.run("up --local --quiet").code, 0);
    rename(&sandbox);
    let live = sandbox.events("history --local")[0]["releases"][0]["release"]["serves"].clone();
    insta::assert_snapshot!(transcript(&sandbox, "history --local"), @r"
    exit code 0
    --- stdout
    * 2  MOMENT  WHO
          updated api_routes.main: routes.GET /hello, routes.POST /hello/{name}
          created iam_role.hallo
          deleted iam_role.hello
          created lambda_function.hallo
          deleted lambda_function.hello
          created lambda_permission.hallo
          created log_group.hallo
          deleted log_group.hello
          updated stage.main: fingerprint
      1  MOMENT  WHO
          not available: deleted since: iam_role.hello, lambda_function.hello, lambda_permission.hello
          created api_routes.main
          created authorizer.main
          created iam_role.hello
          created lambda_function.hello
          created lambda_permission.hello
          created log_group.hello
          created rest_api.main
          created stage.main
          created user_pool.main
          created user_pool_client.main
    --- stderr
    ");
    insta::assert_snapshot!(sandbox.transcript("rollback --local"), @r"
    exit code 1
    --- stdout
    --- stderr
    shop, stage dev, eu-west-1, on the local cloud at http://127.0.0.1:PORT

    error: nothing to roll back to: no earlier release is available
      release 1: deleted since: iam_role.hello, lambda_function.hello, lambda_permission.hello
    hint: restore the config and code of that release, and run `stackctl up --local`
    hint: `stackctl history --local` shows which releases are available
    ");
    insta::assert_snapshot!(sandbox.transcript("rollback 1 --local"), @r"
    exit code 1
    --- stdout
    --- stderr
    shop, stage dev, eu-west-1, on the local cloud at http://127.0.0.1:PORT

    error: release 1 is not available
      deleted since: iam_role.hello, lambda_function.hello, lambda_permission.hello
    hint: restore the config and code of that release, and run `stackctl up --local`
    hint: `stackctl history --local` shows which releases are available
    ");
    assert_eq!(sandbox.events("history --local")[0]["releases"][0]["release"]["serves"], live, "nothing has moved");
    // With one more release there is one to roll back to, and the first one is passed over.
    touch(&sandbox, r#""provided.al2023" }"#, r#""provided.al2023", "timeout": 7 }"#);
    assert_eq!(sandbox.run("rollback --local").code, 0);
    insta::assert_snapshot!(sandbox.transcript("rollback --local"), @r"
    exit code 1
    --- stdout
    --- stderr
    shop, stage dev, eu-west-1, on the local cloud at http://127.0.0.1:PORT

    error: nothing to roll back to: no earlier release is available
      release 1: deleted since: iam_role.hello, lambda_function.hello, lambda_permission.hello
    hint: restore the config and code of that release, and run `stackctl up --local`
    hint: `stackctl history --local` shows which releases are available
    ");
    let events = sandbox.events("history --local");
    let obstacles = &events[0]["releases"][3]["obstacles"];
    let deleted = |kind: &str| json!({ "reason": "deleted", "key": format!("{kind}.hello") });
    assert_eq!(*obstacles, json!(["iam_role", "lambda_function", "lambda_permission"].map(deleted)));
}

#[test]
fn a_release_that_is_not_available_is_passed_over() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.run("up --local --quiet").code, 0);
    let (functions, routes) = (r#""functions": { "hello""#, r#""GET /hello""#);
    let more = r#""functions": { "more": { "source": "hello", "handler": "bootstrap", "runtime": "provided.al2023" }, "hello""#;
    let route = r#""GET /more": { "function": "more" }, "GET /hello""#;
    sandbox.edit(functions, more);
    touch(&sandbox, routes, route);
    sandbox.edit(more, functions);
    sandbox.edit(route, routes);
    touch(&sandbox, r#""provided.al2023" }"#, r#""provided.al2023", "timeout": 7 }"#);
    insta::assert_snapshot!(transcript(&sandbox, "rollback --local"), @r"
    exit code 0
    --- stdout
    --- stderr
    shop, stage dev, eu-west-1, on the local cloud at http://127.0.0.1:PORT

    release 2 is not available: deleted since: iam_role.more, lambda_function.more, lambda_permission.more
    back to release 1 of MOMENT: lambda_function.hello: 2 → 1
    checked with 2 requests in TIME

    release 4 serves what release 1 did; `stackctl up --local` deploys the config again
    ");
    sandbox.edit(r#""timeout": 7"#, r#""timeout": 8"#);
    assert_eq!(sandbox.run("up --local --quiet").code, 0);
    assert_eq!(sandbox.run("rollback 1 --local").code, 0);
    let events = sandbox.events("rollback 2 --local");
    let error = events.iter().find(|event| event["event"] == "error").unwrap();
    let gone = "deleted since: iam_role.more, lambda_function.more, lambda_permission.more";
    assert_eq!(error["errors"][0]["details"], json!([gone]));
}

/// Two releases, whose function fails from now on.
fn broken() -> Sandbox {
    let sandbox = Sandbox::obedient();
    break_down(&sandbox, "up --local --quiet");
    sandbox
}

/// Brings up two releases with this command, and has the function fail then.
fn break_down(sandbox: &Sandbox, up: &str) {
    let status = format!("wanted = 500 if os.path.exists('{}')", sandbox.path("broken").display());
    let code = obedient::BOOTSTRAP.replace("wanted = query", &format!("{status} else query"));
    sandbox.write("items/bootstrap", &code);
    sandbox.edit("    \"GET /admin\": { \"function\": \"items\", \"auth\": { \"scopes\": [\"shop/admin\"] } },\n", "");
    sandbox.edit(r#""POST /echo": { "function": "items", "auth": "none" },"#, "");
    sandbox.edit(r#""GET /items": { "function": "items" }"#, r#""GET /items": { "function": "items", "check": {} }"#);
    assert_eq!(sandbox.run(up).code, 0);
    sandbox.edit(r#""timeout": 10 },"#, r#""timeout": 11 },"#);
    assert_eq!(sandbox.run(up).code, 0);
    sandbox.write("broken", "");
}

#[test]
fn a_rollback_whose_check_fails_is_rolled_forward_unless_nobody_checks() {
    let sandbox = broken();
    let (live, plan) = (sandbox.events("history --local")[0].clone(), "plan --local --detailed-exitcode");
    insta::assert_snapshot!(transcript(&sandbox, "rollback --local"), @r"
    exit code 1
    --- stdout
    --- stderr
    shop, stage dev, eu-west-1, on the local cloud at http://127.0.0.1:PORT

    back to release 1 of MOMENT: lambda_function.items: 2 → 1
    checked with 7 requests, 1 with a wrong answer in TIME

    error: GET /items as a user: the answer is 500, not 200
      | as you like it
      `items` has logged:
        hello from /items
    hint: rolled forward: what was live before the rollback is live again
    ");
    assert_eq!((sandbox.events("history --local")[0].clone(), sandbox.run(plan).code), (live, 0));
    let events = sandbox.events("rollback --local");
    let forward = events.iter().find(|event| event["event"] == "rolled_forward").unwrap();
    let expected = json!({ "v": 1, "event": "rolled_forward", "back_to": 1, "restored": ["lambda_function.items"] });
    assert_eq!(*forward, expected);
    insta::assert_snapshot!(transcript(&sandbox, "rollback --local --no-check"), @r"
    exit code 0
    --- stdout
    --- stderr
    shop, stage dev, eu-west-1, on the local cloud at http://127.0.0.1:PORT

    back to release 1 of MOMENT: lambda_function.items: 2 → 1
    release 3 serves what release 1 did; `stackctl up --local` deploys the config again
    ");
    insta::assert_snapshot!(transcript(&sandbox, "history --local"), @r"
    exit code 0
    --- stdout
    * 3  MOMENT  WHO, back to 1, not checked
      2  MOMENT  WHO
          updated lambda_function.items: timeout
      1  MOMENT  WHO
          created api_routes.main
          created authorizer.main
          created iam_role.items
          created iam_role.other
          created lambda_function.items
          created lambda_function.other
          created lambda_permission.items
          created log_group.items
          created log_group.other
          created rest_api.main
          created stage.main
          created user_pool.main
          created user_pool_client.main
    --- stderr
    ");
}

#[test]
fn a_check_that_was_edited_since_is_left_out_and_told() {
    let sandbox = broken();
    sandbox.edit(r#""check": {}"#, r#""check": { "status": 201 }"#);
    insta::assert_snapshot!(transcript(&sandbox, "rollback --local"), @r"
    exit code 0
    --- stdout
    --- stderr
    shop, stage dev, eu-west-1, on the local cloud at http://127.0.0.1:PORT

    back to release 1 of MOMENT: lambda_function.items: 2 → 1
    not checked, because the `check` in the config is not that of the release: GET /items
    checked with 6 requests in TIME

    release 3 serves what release 1 did; `stackctl up --local` deploys the config again
    ");
}

#[test]
fn a_rollback_that_does_not_come_to_its_end_says_how_to_go_on() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.empty();
    sandbox.write("config.json", obedient::CONFIG);
    break_down(&sandbox, "up --yes --quiet");
    // The move back is the first call, and the move forward the second one.
    aws.refuse_later("lambda:UpdateAlias", 1);
    insta::assert_snapshot!(sandbox.transcript("rollback --yes --quiet"), @r"
    exit code 4
    --- stdout
    --- stderr
    error: GET /items as a user: the answer is 500, not 200
      | as you like it
      `items` has logged:
        hello from /items
    error: lambda_function.items: not rolled forward
      lambda:UpdateAlias: AccessDeniedException: User: arn:aws:iam::000000000000:user/ann is not authorized
      request id REQUEST
    hint: the caller needs `lambda:UpdateAlias`
    hint: `stackctl up` deploys the config again
    ");
    aws.refuse("cognito-idp:AdminCreateUser");
    insta::assert_snapshot!(sandbox.transcript("rollback --yes --quiet"), @r"
    exit code 1
    --- stdout
    --- stderr
    error: what is served cannot be checked as a user
      stackctl-check-TOKEN: not created
      cognito-idp:AdminCreateUser: AccessDeniedException: User: arn:aws:iam::000000000000:user/ann is not authorized
      request id REQUEST
    hint: the caller needs `cognito-idp:AdminCreateUser`
    hint: the rollback stays as it is, unchecked; `stackctl rollback 1` checks it again
    ");
    std::fs::remove_file(sandbox.path("broken")).unwrap();
    insta::assert_snapshot!(transcript(&sandbox, "rollback --yes --quiet"), @r"
    exit code 0
    --- stdout
    --- stderr
    ");
    let events = sandbox.events("history");
    let last = &events[0]["releases"][0];
    assert_eq!((&last["served"], &last["release"]["back_to"]), (&Value::from(true), &Value::from(1)));
}
