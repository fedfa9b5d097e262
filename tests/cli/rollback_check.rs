//! Rollbacks that are refused, checked and rolled forward.

use std::fs;

use serde_json::{Value, json};
use stackctl_local::Settings;

use super::{
    emulator::Emulator,
    rollback::{touch, transcript},
    sandbox::Sandbox,
    scripted,
};

#[test]
fn a_release_that_is_not_available_is_passed_over() {
    let sandbox = Sandbox::new().up();
    let (functions, routes) = (r#""functions": { "hello""#, r#""GET /hello""#);
    let more = r#""functions": { "more": { "source": "hello", "handler": "bootstrap", "runtime": "provided.al2023" }, "hello""#;
    let route = r#""GET /more": { "function": "more" }, "GET /hello""#;
    sandbox.edit(functions, more);
    touch(&sandbox, routes, route);
    sandbox.edit(more, functions);
    sandbox.edit(route, routes);
    touch(&sandbox, r#""provided.al2023" }"#, r#""provided.al2023", "timeout": 7 }"#);
    insta::assert_snapshot!(transcript(&sandbox, "rollback --local --quiet"), @r"
    exit code 0
    ");
}

/// Two releases, whose function fails from now on.
fn broken() -> Sandbox {
    let sandbox = Sandbox::scripted();
    break_down(&sandbox, "up --local --quiet");
    sandbox
}

/// Deploys two releases with this command, and lets the function fail then.
fn break_down(sandbox: &Sandbox, up: &str) {
    let status = format!("wanted = 500 if os.path.exists('{}')", sandbox.path("broken").display());
    let code = scripted::BOOTSTRAP.replace("wanted = query", &format!("{status} else query"));
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
fn a_rollback_whose_check_fails_is_rolled_forward() {
    let sandbox = broken();
    let (live, plan) = (sandbox.events("history --local")[0].clone(), "plan --local --detailed-exitcode");
    insta::assert_snapshot!(transcript(&sandbox, "rollback --local --quiet"), @r"
    exit code 1
    error: GET /items as a user: the answer is 500, not 200
      | as you like it
      `items` has logged:
        hello from /items
    hint: rolled forward: what was live before the rollback is live again
    ");
    assert_eq!((sandbox.events("history --local")[0].clone(), sandbox.run(plan).code), (live, 0));
    let events = sandbox.events("rollback --local --quiet");
    let forward = events.iter().find(|event| event["event"] == "rolled_forward").unwrap();
    let expected = json!({ "v": 1, "event": "rolled_forward", "back_to": 1, "restored": ["lambda_function.items"] });
    assert_eq!(*forward, expected);
    insta::assert_snapshot!(transcript(&sandbox, "rollback --local --quiet --no-check"), @r"
    exit code 0
    ");
    let rows = transcript(&sandbox, "history --local");
    insta::assert_snapshot!(rows.lines().filter(|row| row.contains("MOMENT")).collect::<Vec<_>>().join("\n"), @r"
    * 3  MOMENT  WHO, back to 1, not checked
      2  MOMENT  WHO
      1  MOMENT  WHO
    ");
}

#[test]
fn a_check_that_was_edited_since_is_left_out() {
    let sandbox = broken();
    sandbox.edit(r#""check": {}"#, r#""check": { "status": 201 }"#);
    insta::assert_snapshot!(transcript(&sandbox, "rollback --local"), @r"
    exit code 0
    shop, stage dev, eu-west-1, on the local cloud at http://127.0.0.1:PORT

    back to release 1 of MOMENT: lambda_function.items: 2 → 1
    not checked, because the `check` in the config is not that of the release: GET /items
    checked with 6 requests in TIME

    release 3 serves what release 1 did; `stackctl up --local` deploys the config again
    ");
}

#[test]
fn a_rollback_that_fails_says_how_to_resume() {
    let aws = Emulator::new(Settings::default());
    let sandbox = aws.empty();
    sandbox.write("config.json", scripted::CONFIG);
    break_down(&sandbox, "up --yes --quiet");
    // The move back is the first call, and the move forward the second one.
    aws.refuse_later("lambda:UpdateAlias", 1);
    insta::assert_snapshot!(sandbox.transcript("rollback --yes --quiet"), @r"
    exit code 4
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
    fs::remove_file(sandbox.path("broken")).unwrap();
    sandbox.done("rollback --yes --quiet");
    let events = sandbox.events("history");
    let last = &events[0]["releases"][0];
    assert_eq!((&last["served"], &last["release"]["back_to"]), (&Value::from(true), &Value::from(1)));
}
