//! Whose token goes along, and how it is come by.

use std::fs::File;

use serde_json::Value;

use super::{refused, up};

#[test]
fn a_user_signs_in_and_sends_the_token_that_the_route_asks_for() {
    let sandbox = up().with("STACKCTL_PASSWORD", "Engine-1842");
    assert_eq!(sandbox.run("user create ann --local --quiet").code, 0);
    for (route, token) in [("/items/7", "id"), ("/mine", "access")] {
        let ran = sandbox.run(&format!("call GET {route} --as ann --local"));
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{route}");
        let seen: Value = serde_json::from_str(&ran.out).unwrap();
        assert_eq!(seen["token"], token, "{route}");
    }
    insta::assert_snapshot!(sandbox.transcript("call GET /admin --as ann --local"), @r"
    exit code 1
    --- stdout
    --- stderr
    error: GET /admin cannot be called by somebody who signs in with a password
      the route asks for one of the scopes `shop/admin`, and signing in gives only `aws.cognito.signin.user.admin`
    hint: other scopes come from the OAuth endpoints of the pool's domain: put such a token into STACKCTL_TOKEN
    ");
    insta::assert_snapshot!(sandbox.transcript("call GET /items --as bob --local"), @r"
    exit code 1
    --- stdout
    --- stderr
    error: there is no user `bob`
    hint: `stackctl user list --local` shows who is there, `stackctl user create bob --local` makes them
    ");
    // A public route is called at once: nobody signs in for it.
    let events = sandbox.events("call POST /echo --as bob --local");
    assert_eq!(events[0]["message"], "everybody may call this route: no token is sent");
    assert_eq!(events.last().unwrap()["calls"], serde_json::json!({}));
}

#[test]
fn a_password_comes_from_stdin_where_the_body_does_not() {
    let sandbox = up();
    sandbox.write("password", "Engine-1842\n");
    let with_password = |line: &str| {
        let mut command = sandbox.command(line);
        command.stdin(File::open(sandbox.path("password")).unwrap());
        command
    };
    let created = sandbox.ran(&mut with_password("user create ann --local --quiet --password-stdin"));
    assert_eq!(created.code, 0);
    let called = sandbox.ran(&mut with_password("call GET /items/7 --as ann --local --password-stdin"));
    assert!(called.out.contains(r#""token": "id""#));
    let lines = [
        "GET /items --as ann",
        "GET /items --as ann --password-stdin --data -",
        "GET /items --as ann --token-stdin",
        "GET /items --password-stdin",
    ];
    insta::assert_snapshot!(refused(&sandbox, &lines), @r"
    $ stackctl call GET /items --as ann
    error: there is no password, and nobody is here to type one
    hint: give it in the first line of stdin with `--password-stdin`, or in STACKCTL_PASSWORD

    $ stackctl call GET /items --as ann --password-stdin --data -
    error: the password and the body cannot both come from stdin
    hint: the password can come in STACKCTL_PASSWORD, the body from a file: `--data @FILE`

    $ stackctl call GET /items --as ann --token-stdin
    error: the argument '--as <USER>' cannot be used with '--token-stdin'

    Usage: stackctl call --local --as <USER> <METHOD> <PATH>

    For more information, try '--help'.

    $ stackctl call GET /items --password-stdin
    error: the following required arguments were not provided:
      --as <USER>

    Usage: stackctl call --as <USER> --local --password-stdin <METHOD> <PATH>

    For more information, try '--help'.
    ");
}

#[test]
fn a_token_comes_from_a_variable_or_from_stdin() {
    let sandbox = up().with("STACKCTL_TOKEN", "hunter2");
    insta::assert_snapshot!(sandbox.transcript("call GET /items --local"), @r#"
    exit code 0
    --- stdout
    {"message":"Unauthorized"}--- stderr
    warning: GET /items: API Gateway refused it (401 Unauthorized)
      what was sent is not a token of a user pool
    hint: `--as mail@example.com` signs in and sends the right one
    "#);
    let mut call = sandbox.command("call GET /items --local --token-stdin");
    let token = File::open(sandbox.path("config.json")).unwrap();
    insta::assert_snapshot!(sandbox.transcript_of(call.stdin(token)), @r#"
    exit code 0
    --- stdout
    {"message":"Unauthorized"}--- stderr
    warning: GET /items: API Gateway refused it (401 Unauthorized)
      what was sent is not a token of a user pool
    hint: `--as mail@example.com` signs in and sends the right one
    "#);
    // Whoever may call without a token gets none to see.
    assert!(!sandbox.run("call POST /echo --local").out.contains("hunter2"));
    let mut call = sandbox.command("call GET /items --local -H");
    insta::assert_snapshot!(sandbox.transcript_of(call.arg("Authorization: mine")), @r#"
    exit code 0
    --- stdout
    {"message":"Unauthorized"}--- stderr
    warning: GET /items: API Gateway refused it (401 Unauthorized)
      what was sent is not a token of a user pool
    hint: `--as mail@example.com` signs in and sends the right one
    "#);
}
