//! What is served after a change is checked with real functions, and put back when it is not as it is to be.

use rustix::process::Signal;

use super::sandbox::Sandbox;
use crate::harness::port::Port;

/// A stack whose function answers as its caller wishes, with a check as a user and one without.
fn checked() -> Sandbox {
    let sandbox = Sandbox::obedient();
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

/// Has the check as a user get this status from the function.
fn answer(sandbox: &Sandbox, status: u16) {
    sandbox.edit(
        r#""check": { "bodyMatch": { "token": "id" } }"#,
        &format!(r#""check": {{ "query": {{ "as": "{status}" }} }}"#),
    );
}

/// A setting of the function behind `GET /items` that callers do not notice but by its version.
fn touch(sandbox: &Sandbox) {
    sandbox.edit(r#""timeout": 10 },"#, r#""timeout": 11 },"#);
}

#[test]
fn a_change_that_passes_is_told_in_a_line() {
    let sandbox = checked();
    assert_eq!(sandbox.run("up --local --quiet").code, 0);
    touch(&sandbox);
    insta::assert_snapshot!(sandbox.transcript("up --local"), @r#"
    exit code 0
    --- stdout
    invoke_url    http://127.0.0.1:PORT/_aws/execute-api/<rest_api.main#id>/dev
    rest_api_id   <rest_api.main#id>
    user_pool_id  <user_pool.main#id>
    client_id     <user_pool_client.main#id>
    region        eu-west-1
    account       000000000000
    endpoint      http://127.0.0.1:PORT

    GET /admin       http://127.0.0.1:PORT/_aws/execute-api/<rest_api.main#id>/dev/admin
    POST /echo       http://127.0.0.1:PORT/_aws/execute-api/<rest_api.main#id>/dev/echo  public
    GET /items       http://127.0.0.1:PORT/_aws/execute-api/<rest_api.main#id>/dev/items
    GET /items/{id}  http://127.0.0.1:PORT/_aws/execute-api/<rest_api.main#id>/dev/items/{id}
    GET /mine        http://127.0.0.1:PORT/_aws/execute-api/<rest_api.main#id>/dev/mine
    --- stderr
    warning: config.json:8:50: routes."POST /echo".auth: everybody may call this route, and `POST` changes data
    hint: leave `auth` out to ask for a signed-in user
    warning: config.json:11:62: routes."GET /admin".auth.scopes: no token of a sign-in by password has one of these scopes
      such a token has only `aws.cognito.signin.user.admin`
    shop, stage dev, eu-west-1, on the local cloud at http://127.0.0.1:PORT

      ~ lambda_function.items    shop-dev-items
          timeout: 10 → 11

    plan: 1 to update; 13 unchanged
      lambda_function.items    updated  TIME

    1 updated in TIME

    checked with 10 requests in TIME


    next:
      stackctl user create mail@example.com --local    # makes a user and prints an ID token
      stackctl call GET /admin --as mail@example.com --local
    "#);
    let events = sandbox.events("up --local");
    assert!(events.iter().all(|event| event["event"] != "checked"), "without a change nothing is checked");
    assert_eq!(sandbox.run("user list --local").out, "0 users\n");
}

#[test]
fn what_a_check_came_to_is_told_before_the_removals_that_follow() {
    let sandbox = Sandbox::new();
    let (hello, other) = (r#""functions": { "hello""#, r#""functions": { "other": OTHER, "hello""#);
    let other =
        other.replace("OTHER", r#"{ "source": "hello", "handler": "bootstrap", "runtime": "provided.al2023" }"#);
    sandbox.edit(hello, &other);
    assert_eq!(sandbox.run("up --local --quiet").code, 0);
    sandbox.edit(&other, hello);
    sandbox.edit(r#""GET /hello""#, r#""GET /hallo""#);
    let err = sandbox.transcript("up --local");
    let steps = &err[err.find("plan: ").unwrap()..err.find("next:").unwrap()];
    insta::assert_snapshot!(steps, @r#"
    plan: 2 to update, 3 to delete; 8 unchanged
      api_routes.main          updated  TIME
      stage.main               updated  TIME
    checked with 2 requests in TIME

      lambda_function.other    deleted  TIME
      log_group.other          deleted  TIME
      iam_role.other           deleted  TIME

    2 updated, 3 deleted in TIME
    "#);
}

#[test]
fn a_change_that_fails_is_put_back_and_planned_again() {
    let sandbox = checked();
    assert_eq!(sandbox.run("up --local --quiet").code, 0);
    touch(&sandbox);
    answer(&sandbox, 500);
    insta::assert_snapshot!(sandbox.transcript("up --local"), @r#"
    exit code 1
    --- stdout
    --- stderr
    warning: config.json:8:50: routes."POST /echo".auth: everybody may call this route, and `POST` changes data
    hint: leave `auth` out to ask for a signed-in user
    warning: config.json:11:62: routes."GET /admin".auth.scopes: no token of a sign-in by password has one of these scopes
      such a token has only `aws.cognito.signin.user.admin`
    shop, stage dev, eu-west-1, on the local cloud at http://127.0.0.1:PORT

      ~ lambda_function.items    shop-dev-items
          timeout: 10 → 11

    plan: 1 to update; 13 unchanged
      lambda_function.items    updated  TIME

    1 updated in TIME

    checked with 10 requests, 1 with a wrong answer in TIME

    error: GET /items?as=500 as a user: the answer is 500, not 200
      | as you like it
      `items` has logged:
        hello from /items
    hint: put back: lambda_function.items serves again what was served before
    hint: everything else is as configured; `stackctl up --local` plans the change again
    "#);
    insta::assert_snapshot!(sandbox.transcript("plan --local"), @r#"
    exit code 0
    --- stdout
      ~ lambda_function.items    shop-dev-items
          alias: "version 1" → "a version of these settings"

    plan: 1 to update; 13 unchanged
    --- stderr
    warning: config.json:8:50: routes."POST /echo".auth: everybody may call this route, and `POST` changes data
    hint: leave `auth` out to ask for a signed-in user
    warning: config.json:11:62: routes."GET /admin".auth.scopes: no token of a sign-in by password has one of these scopes
      such a token has only `aws.cognito.signin.user.admin`
    shop, stage dev, eu-west-1, on the local cloud at http://127.0.0.1:PORT
    "#);
    sandbox.edit(r#""as": "500""#, r#""as": "200""#);
    assert_eq!(sandbox.run("up --local").code, 0);
    assert_eq!(sandbox.run("plan --local --detailed-exitcode").code, 0);
}

#[test]
fn a_machine_reads_what_a_check_has_found() {
    let sandbox = checked();
    answer(&sandbox, 503);
    let events = sandbox.events("up --local");
    let checked = events.iter().find(|event| event["event"] == "checked").unwrap();
    let finding = &checked["failed"][0];
    assert_eq!(
        (checked["passed"].as_u64(), finding["request"].as_str()),
        (Some(9), Some("GET /items?as=503 as a user"))
    );
    assert_eq!(finding["wrong"][0], "the answer is 503, not 200");
    assert_eq!((finding["body"].as_str(), finding["function"].as_str()), (Some("as you like it"), Some("items")));
    assert_eq!(finding["logs"][0], "hello from /items");
    assert_eq!(events.last().unwrap()["exit"], 1);
}

#[test]
fn a_first_deployment_that_fails_stays_and_is_checked_until_it_passes() {
    let sandbox = checked();
    answer(&sandbox, 404);
    insta::assert_snapshot!(sandbox.transcript("up --local --quiet"), @r#"
    exit code 1
    --- stdout
    --- stderr
    error: GET /items?as=404 as a user: the answer is 404, not 200
      | as you like it
      `items` has logged:
        hello from /items
    hint: what it changes has served nothing before, so there is nothing to go back to; `stackctl up --local` checks it again
    "#);
    assert_eq!(sandbox.run("history --local").out, "* what is served now is not confirmed yet\n");
    insta::assert_snapshot!(sandbox.transcript("up --local"), @r#"
    exit code 1
    --- stdout
    --- stderr
    warning: config.json:8:50: routes."POST /echo".auth: everybody may call this route, and `POST` changes data
    hint: leave `auth` out to ask for a signed-in user
    warning: config.json:11:62: routes."GET /admin".auth.scopes: no token of a sign-in by password has one of these scopes
      such a token has only `aws.cognito.signin.user.admin`
    shop, stage dev, eu-west-1, on the local cloud at http://127.0.0.1:PORT

    nothing to change
    the last change has not passed its check yet: `stackctl up --local` checks what is served
    checked with 10 requests, 1 with a wrong answer in TIME

    error: GET /items?as=404 as a user: the answer is 404, not 200
      | as you like it
      `items` has logged:
        hello from /items
    hint: what it changes has served nothing before, so there is nothing to go back to; `stackctl up --local` checks it again
    "#);
    insta::assert_snapshot!(sandbox.transcript("up --local --no-check"), @r#"
    exit code 0
    --- stdout
    invoke_url    http://127.0.0.1:PORT/_aws/execute-api/<rest_api.main#id>/dev
    rest_api_id   <rest_api.main#id>
    user_pool_id  <user_pool.main#id>
    client_id     <user_pool_client.main#id>
    region        eu-west-1
    account       000000000000
    endpoint      http://127.0.0.1:PORT

    GET /admin       http://127.0.0.1:PORT/_aws/execute-api/<rest_api.main#id>/dev/admin
    POST /echo       http://127.0.0.1:PORT/_aws/execute-api/<rest_api.main#id>/dev/echo  public
    GET /items       http://127.0.0.1:PORT/_aws/execute-api/<rest_api.main#id>/dev/items
    GET /items/{id}  http://127.0.0.1:PORT/_aws/execute-api/<rest_api.main#id>/dev/items/{id}
    GET /mine        http://127.0.0.1:PORT/_aws/execute-api/<rest_api.main#id>/dev/mine
    --- stderr
    warning: config.json:8:50: routes."POST /echo".auth: everybody may call this route, and `POST` changes data
    hint: leave `auth` out to ask for a signed-in user
    warning: config.json:11:62: routes."GET /admin".auth.scopes: no token of a sign-in by password has one of these scopes
      such a token has only `aws.cognito.signin.user.admin`
    shop, stage dev, eu-west-1, on the local cloud at http://127.0.0.1:PORT

    nothing to change

    next:
      stackctl user create mail@example.com --local    # makes a user and prints an ID token
      stackctl call GET /admin --as mail@example.com --local
    "#);
    assert!(sandbox.events("up --local").iter().all(|event| event["event"] != "checked"), "it is confirmed");
}

#[test]
fn a_change_that_is_not_to_be_put_back_stays() {
    let sandbox = checked();
    assert_eq!(sandbox.run("up --local --quiet").code, 0);
    touch(&sandbox);
    answer(&sandbox, 500);
    let ran = sandbox.transcript("up --local --quiet --no-rollback");
    insta::assert_snapshot!(ran, @r#"
    exit code 1
    --- stdout
    --- stderr
    error: GET /items?as=500 as a user: the answer is 500, not 200
      | as you like it
      `items` has logged:
        hello from /items
    hint: what is served stays as it is, unchecked; `stackctl up --local` checks it again
    "#);
    assert_eq!(sandbox.run("plan --local --detailed-exitcode").code, 0);
    let ran = sandbox.run("up --local --quiet");
    assert!(ran.err.contains("put back: lambda_function.items"), "{}", ran.err);
}

#[test]
fn the_user_of_a_check_that_was_killed_counts_as_nobody_and_goes() {
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
        assert!(show.contains("is a user of a check and goes with the next `up` or `down`"), "{show}");
        let ran = sandbox.run(last);
        assert_eq!(ran.code, 0, "{}", ran.err);
        if last.starts_with("up") {
            assert_eq!(sandbox.run("user list --local").out, "0 users\n");
        } else {
            assert_eq!(sandbox.run("status --local").out, "shop, stage dev: not deployed\n");
            assert!(!ran.err.contains("user"), "nobody is asked to lose a user: {}", ran.err);
        }
    }
}
