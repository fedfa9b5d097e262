//! Post-deploy checks: passed, failed and rolled back, not possible, and responses that browsers block.

use rustix::process::Signal;
use stackctl_local::Settings;

use super::{emulator::ServedEmulator, sandbox::Sandbox};
use crate::harness::port::Port;

/// A stack of scripted functions, with a check as a user and one without a token.
fn checked() -> Sandbox {
    let sandbox = Sandbox::scripted();
    sandbox.edit(
        r#""POST /echo": { "function": "items", "auth": "none" }"#,
        r#""POST /echo": { "function": "other", "auth": "none", "check": { "body": "ping", "bodyMatch": { "body": "ping" } } }"#,
    );
    sandbox.edit(
        r#""GET /items": { "function": "items" }"#,
        r#""GET /items": { "function": "items", "check": { "bodyMatch": { "token": "id" } } }"#,
    );
    sandbox
}

/// Makes the function return this status to the check as a user.
fn answer(sandbox: &Sandbox, status: u16) {
    sandbox.edit(
        r#""check": { "bodyMatch": { "token": "id" } }"#,
        &format!(r#""check": {{ "query": {{ "as": "{status}" }} }}"#),
    );
}

/// Changes a setting of the function behind `GET /items`.
fn touch(sandbox: &Sandbox) {
    sandbox.edit(r#""timeout": 10 },"#, r#""timeout": 11 },"#);
}

#[test]
fn a_check_that_passes_is_one_line_before_the_deletions_that_follow() {
    let sandbox = Sandbox::new();
    let (hello, other) = (r#""functions": { "hello""#, r#""functions": { "other": OTHER, "hello""#);
    let other =
        other.replace("OTHER", r#"{ "source": "hello", "handler": "bootstrap", "runtime": "provided.al2023" }"#);
    sandbox.edit(hello, &other);
    sandbox.done("up --local --quiet");
    sandbox.edit(&other, hello);
    sandbox.edit(r#""GET /hello""#, r#""GET /hallo""#);
    let up = sandbox.transcript("up --local");
    insta::assert_snapshot!(&up[up.find("plan: ").unwrap()..up.find("next:").unwrap()], @r"
    plan: 2 to update, 3 to delete; 8 unchanged
      api_routes.main          updated  TIME
      stage.main               updated  TIME
    checked with 2 requests in TIME

      lambda_function.other    deleted  TIME
      log_group.other          deleted  TIME
      iam_role.other           deleted  TIME

    2 updated, 3 deleted in TIME
    ");
    let events = sandbox.events("up --local");
    assert!(events.iter().all(|event| event["event"] != "checked"), "nothing is checked without a change");
    assert_eq!(sandbox.run("user list --local").out, "0 users\n");
}

#[test]
fn a_change_whose_check_fails_is_rolled_back_and_planned_again() {
    let sandbox = checked().up();
    touch(&sandbox);
    answer(&sandbox, 500);
    insta::assert_snapshot!(sandbox.transcript("up --local --quiet"), @r"
    exit code 1
    error: GET /items?as=500 as a user: the response is 500, not 200
      | as you like it
      `items` has logged:
        hello from /items
    hint: rolled back: lambda_function.items
    hint: everything else is as configured; `stackctl up --local` plans the change again
    ");
    let plan = sandbox.transcript("plan --local --quiet");
    insta::assert_snapshot!(plan, @r#"
    exit code 0
    --- stdout
      ~ lambda_function.items    shop-dev-items
          alias: "version 1" → "new version"  (rolled back)

    plan: 1 to update; 13 unchanged
    "#);
    sandbox.edit(r#""as": "500""#, r#""as": "200""#);
    sandbox.done("up --local");
    sandbox.done("plan --local --detailed-exitcode");
}

#[test]
fn the_event_of_a_check_has_what_failed() {
    let sandbox = checked();
    answer(&sandbox, 503);
    let events = sandbox.events("up --local");
    let checked = events.iter().find(|event| event["event"] == "checked").unwrap();
    let finding = &checked["failed"][0];
    assert_eq!(
        (checked["passed"].as_u64(), finding["request"].as_str()),
        (Some(9), Some("GET /items?as=503 as a user"))
    );
    assert_eq!(finding["wrong"][0], "the response is 503, not 200");
    assert_eq!((finding["body"].as_str(), finding["function"].as_str()), (Some("as you like it"), Some("items")));
    assert_eq!(finding["logs"][0], "hello from /items");
    assert_eq!(events.last().unwrap()["exit"], 1);
}

#[test]
fn a_first_deploy_whose_check_fails_stays_and_is_checked_until_it_passes() {
    let sandbox = checked();
    answer(&sandbox, 404);
    insta::assert_snapshot!(sandbox.transcript("up --local --quiet"), @r"
    exit code 1
    error: GET /items?as=404 as a user: the response is 404, not 200
      | as you like it
      `items` has logged:
        hello from /items
    hint: there was no live version before, so there is nothing to roll back to; `stackctl up --local` checks it again
    ");
    assert_eq!(sandbox.run("history --local").out, "* the live version is not confirmed yet\n");
    let again = sandbox.transcript("up --local");
    insta::assert_snapshot!(&again[again.find("nothing to change").unwrap()..again.find("error: ").unwrap()], @r"
    nothing to change
    the last change has not passed its check yet: `stackctl up --local` checks the live version
    checked with 10 requests, 1 failed in TIME
    ");
    sandbox.done("up --local --no-check");
    assert!(sandbox.events("up --local").iter().all(|event| event["event"] != "checked"), "the change is confirmed");
}

#[test]
fn without_a_rollback_a_change_whose_check_fails_stays() {
    let sandbox = checked().up();
    touch(&sandbox);
    answer(&sandbox, 500);
    let ran = sandbox.run("up --local --quiet --no-rollback");
    insta::assert_snapshot!(ran.err.lines().last().unwrap(), @r"
    hint: the live version stays, unchecked; `stackctl up --local` checks it again
    ");
    sandbox.done("plan --local --detailed-exitcode");
    let ran = sandbox.run("up --local --quiet");
    assert!(ran.err.contains("rolled back: lambda_function.items"), "{}", ran.err);
}

#[test]
fn the_temporary_user_of_a_killed_check_is_deleted_by_the_next_run() {
    let port = Port::open();
    for last in ["up --local --quiet --no-check", "down --local --yes --quiet"] {
        let sandbox = checked();
        sandbox.edit(r#""bodyMatch": { "token": "id" }"#, &format!(r#""query": {{ "knock": "{}" }}"#, port.number()));
        let run = sandbox.start(&mut sandbox.command("up --local"));
        let _connection = port.accept();
        run.signal(Signal::KILL);
        assert_eq!(run.end().signal, Some(9));
        let users = sandbox.run("user list --local").out;
        assert!(users.contains("stackctl-check-"), "{users}");
        let show = sandbox.run("state show --local").out;
        assert!(show.contains("is a temporary user of a check; the next `up` or `down` deletes it"), "{show}");
        let ran = sandbox.run(last);
        assert_eq!(ran.code, 0, "{}", ran.err);
        if last.starts_with("up") {
            assert_eq!(sandbox.run("user list --local").out, "0 users\n");
        } else {
            assert_eq!(sandbox.run("status --local").out, "shop, stage dev: not deployed\n");
            assert!(!ran.err.contains("user"), "it does not count as a user: {}", ran.err);
        }
    }
}

/// Edits the function, and adds a check as a user.
fn change(sandbox: &Sandbox) {
    sandbox.edit(r#""provided.al2023" }"#, r#""provided.al2023", "timeout": 7 }"#);
    let check = r#""POST /hello/{name}": { "function": "hello", "check": { "path": { "name": "ada" } } }"#;
    sandbox.edit(r#""POST /hello/{name}": { "function": "hello" }"#, check);
}

#[test]
fn a_check_that_cannot_be_made_leaves_the_change_unchecked() {
    let (aws, sandbox) = ServedEmulator::deployed();
    change(&sandbox);
    aws.refuse("cognito-idp:AdminCreateUser");
    insta::assert_snapshot!(sandbox.transcript("up --yes --quiet"), @r#"
    exit code 1
    error: the live version cannot be checked as a user
      stackctl-check-TOKEN: not created
      cognito-idp:AdminCreateUser: AccessDeniedException: User: arn:aws:iam::000000000000:user/ann is not authorized
      request id REQUEST
    hint: the caller needs `cognito-idp:AdminCreateUser`: see the statement `UserPools` of `stackctl policy`
    hint: the live version stays, unchecked; `stackctl up` checks it again
    "#);
    insta::assert_snapshot!(sandbox.transcript("plan"), @r"
    exit code 0
    --- stdout
    nothing to change
    --- stderr
    shop, stage dev, eu-west-1, at http://127.0.0.1:PORT, which stands in for AWS

    the last change has not passed its check yet: `stackctl up` checks the live version
    ");
}

#[test]
fn a_failed_check_is_reported_although_the_state_cannot_be_saved() {
    let (aws, sandbox) = ServedEmulator::with_bucket(Settings::default());
    sandbox.done("up --yes --quiet");
    change(&sandbox);
    // The saves: lock, intents, results, temporary user, and its deletion, which fails.
    aws.refuse_later("s3:PutObject", 4);
    insta::assert_snapshot!(sandbox.transcript("up --yes --quiet"), @r#"
    exit code 1
    error: POST /hello/ada as a user: the response is 502, not 200; `hello` exited while it handled the request: without a reason
      | {"message": "Internal server error"}
      `hello` has logged:
        RequestId: ID Error: Runtime exited without providing a reason
        Runtime.ExitError
    error: s3://states/stackctl/shop.dev.json: the state cannot be saved
      s3:PutObject: AccessDeniedException: User: arn:aws:iam::000000000000:user/ann is not authorized
      request id REQUEST
    hint: the caller needs `s3:PutObject` and `s3:GetObject`: see the statement `State` of `stackctl policy`
    hint: the live version stays, unchecked; `stackctl up` checks it again
    "#);
    // The saves: lock, deletion of the last user, the next user, its deletion, and the rollback, which fails.
    aws.refuse_later("s3:PutObject", 4);
    let err = sandbox.run("up --yes --quiet").err;
    assert!(err.contains(": the state cannot be saved\n"), "{err}");
    assert!(
        err.contains("rolled back: lambda_function.hello\n") && !err.contains("unchecked"),
        "it is rolled back: {err}"
    );
}

const ORIGIN: &str = "https://app.example.com";

/// A stack with CORS whose functions return no headers for it.
fn unmarked() -> Sandbox {
    let sandbox = Sandbox::scripted();
    let cors = format!(r#"{{ "allowedOrigins": ["{ORIGIN}", "https://*.preview.example.com"] }}"#);
    sandbox.edit(r#""routes": {"#, &format!(r#""cors": {cors}, "routes": {{"#));
    sandbox.edit(
        r#""POST /echo": { "function": "items", "auth": "none" }"#,
        r#""GET /health": { "function": "other", "auth": "none" },
    "GET /version": { "function": "other", "auth": "none" },
    "POST /echo": { "function": "items", "auth": "none" }"#,
    );
    sandbox
}

/// The exit code and the report of the check.
fn report(sandbox: &Sandbox) -> String {
    let text = sandbox.transcript("up --local");
    let code = text.lines().next().unwrap().to_owned();
    let rest = &text[text.find("checked with").unwrap()..];
    format!("{code}\n{}", rest.split("\nnext:").next().unwrap())
}

#[test]
fn functions_whose_responses_browsers_block_are_named_with_their_routes() {
    let sandbox = unmarked();
    insta::assert_snapshot!(report(&sandbox), @r"
    exit code 0
    checked with 18 requests in TIME

    warning: browsers block the response of function `other`: it has no `access-control-allow-origin`, which was to be `https://app.example.com`
      GET /health without a token
      GET /version without a token
    hint: API Gateway does not add them: return them from the function, as the example of `stackctl init` does
    CORS was not checked on GET /admin, POST /echo, GET /items and 2 more: add a `check` to the route
    ");
    sandbox.edit(r#""timeout": 10 },"#, r#""timeout": 11 },"#);
    let events = sandbox.events("up --local");
    let checked = events.iter().find(|event| event["event"] == "checked").unwrap();
    let blocked = checked["cors_blocked"].as_array().unwrap();
    assert_eq!(blocked.len(), 2, "{checked}");
    assert_eq!(
        (&blocked[0]["function"], &blocked[0]["request"]),
        (&"other".into(), &"GET /health without a token".into())
    );
    assert_eq!(checked["cors_not_checked"].as_array().unwrap().len(), 5);
}

#[test]
fn a_check_that_sends_an_origin_fails_when_a_page_cannot_read_the_response() {
    let sandbox = unmarked();
    let check = format!(r#""function": "items", "auth": "none", "check": {{ "headers": {{ "Origin": "{ORIGIN}" }} }}"#);
    sandbox.edit(r#""function": "items", "auth": "none""#, &check);
    insta::assert_snapshot!(report(&sandbox), @r#"
    exit code 1
    checked with 17 requests, 1 failed in TIME

    error: POST /echo without a token: it has no `access-control-allow-origin`, which was to be `https://app.example.com`
      | {"headers": {"Content-Type": null, "X-Amount": null}, "query": null, "parameters": null, "body": null, "token": null}
      `items` has logged:
        hello from /echo
    hint: there was no live version before, so there is nothing to roll back to; `stackctl up --local` checks it again
    "#);
}

#[test]
fn the_example_is_read_by_pages_of_its_allowed_origins() {
    let sandbox = Sandbox::empty();
    sandbox.done("init");
    let cors =
        format!(r#""cors": {{ "allowedOrigins": ["{ORIGIN}", "https://*.preview.example.com"] }}, "functions": {{"#);
    sandbox.edit(r#""functions": {"#, &cors);
    let origins = format!(r#""environment": {{ "ALLOWED_ORIGINS": "{ORIGIN} https://*.preview.example.com" }}"#);
    sandbox.edit(r#""timeout": 29 }"#, &format!(r#""timeout": 29, {origins} }}"#));
    let check = |origin: &str| format!(r#""check": {{ "headers": {{ "origin": "{origin}" }} }}"#);
    sandbox.edit(r#""auth": "none""#, &format!(r#""auth": "none", {}"#, check(ORIGIN)));
    let other = check("https://x.preview.example.com");
    sandbox.edit(r#""function": "test_auth" }"#, &format!(r#""function": "test_auth", {other} }}"#));
    insta::assert_snapshot!(report(&sandbox), @r"
    exit code 0
    checked with 7 requests in TIME
    ");
}
