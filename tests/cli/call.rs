//! `stackctl call` and `stackctl invoke`: requests, tokens, payloads and errors.

use std::fs::File;

use rustix::process::Signal;
use serde_json::Value;

use super::{emulator::ServedEmulator, sandbox::Sandbox};
use crate::harness::port::Port;

/// A stack of scripted functions on the local emulator.
pub(super) fn up() -> Sandbox {
    Sandbox::scripted().up()
}

#[test]
fn stdout_has_the_body_of_the_response_and_nothing_else() {
    let sandbox = up();
    let mut call = sandbox.command("call post /echo?a=1&b --local --query");
    let call = call.args(["c d=e&f", "-H", "X-Amount: 7", "--data", r#"{"x": 1}"#]);
    insta::assert_snapshot!(sandbox.transcript_of(call), @r#"
    exit code 0
    --- stdout
    {"headers": {"Content-Type": "application/json", "X-Amount": "7"}, "query": {"a": "1", "b": "", "c d": "e&f"}, "parameters": null, "body": "{\"x\": 1}", "token": null}
    "#);
    let out = sandbox.run("call POST /echo?as=404 --local --include").out;
    let (head, body) = out.split_once("\n\n").unwrap();
    assert_eq!((head.lines().next(), body), (Some("HTTP 404 Not Found"), "as you like it"));
    assert!(head.contains("\ncontent-type: application/json\n"), "{head}");
    sandbox.write("note.txt", "plain");
    insta::assert_snapshot!(sandbox.transcript("call POST /echo --local --data @note.txt"), @r#"
    exit code 0
    --- stdout
    {"headers": {"Content-Type": "text/plain; charset=utf-8", "X-Amount": null}, "query": null, "parameters": null, "body": "plain", "token": null}
    "#);
}

/// The errors of requests that are not sent, joined.
fn refused(sandbox: &Sandbox, lines: &[&str]) -> String {
    let said = lines.iter().map(|line| {
        let ran = sandbox.run(&format!("call --local {line}"));
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{line}");
        format!("$ stackctl call {line}\n{}", ran.err)
    });
    said.collect::<Vec<_>>().join("\n")
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table of messages")]
fn invalid_requests_are_rejected_before_they_are_sent() {
    let sandbox = up();
    let lines = [
        "GET /itmes",
        "POST /items",
        "GET /items/{id}",
        "GTE /items",
        "ANY /items",
        "GET items",
        "GET /items --header hunter2",
        "GET /items --header (hunter2):",
        "GET /items --query nonsense",
        "GET /items --token-stdin",
        "GET /items --token-stdin --data -",
        "GET /items --as ann",
        "GET /items --as ann --password-stdin --data -",
        "GET /items --as ann --token-stdin",
        "GET /items --password-stdin",
    ];
    insta::assert_snapshot!(refused(&sandbox, &lines), @r"
    $ stackctl call GET /itmes
    error: no route in the config for `GET /itmes`
      routes are:
        GET /admin
        POST /echo
        GET /items
        GET /items/{id}
        GET /mine
    hint: did you mean `GET /items`?

    $ stackctl call POST /items
    error: no route in the config for POST on `/items`
      its methods are: GET

    $ stackctl call GET /items/{id}
    error: `{id}` in the path is a placeholder
    hint: as in `stackctl call GET /items/1 --local`

    $ stackctl call GTE /items
    error: `GTE` is not a method of HTTP
      methods are: GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS
    hint: did you mean `GET`?

    $ stackctl call ANY /items
    error: `ANY` is not a method of HTTP
      methods are: GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS

    $ stackctl call GET items
    error: the path `items` does not start with `/`
    hint: it is the path of a route, without the stage and what comes before it

    $ stackctl call GET /items --header hunter2
    error: -H: there is no colon in it
    hint: a header is written -H 'Name: value'

    $ stackctl call GET /items --header (hunter2):
    error: -H: no header may be called so
    hint: a header is written -H 'Name: value'

    $ stackctl call GET /items --query nonsense
    error: invalid value 'nonsense' for '--query <NAME=VALUE>': expected NAME=VALUE

    For more information, try '--help'.

    $ stackctl call GET /items --token-stdin
    error: no token came from stdin

    $ stackctl call GET /items --token-stdin --data -
    error: the token and the body cannot both come from stdin
    hint: the token can come in STACKCTL_TOKEN, the body from a file: `--data @FILE`

    $ stackctl call GET /items --as ann
    error: no password, and cannot prompt for one: not a terminal
    hint: give it in the first line of stdin with `--password-stdin`, or in STACKCTL_PASSWORD

    $ stackctl call GET /items --as ann --password-stdin --data -
    error: the password and the body cannot both come from stdin
    hint: the password can come in STACKCTL_PASSWORD, the body from a file: `--data @FILE`

    $ stackctl call GET /items --as ann --token-stdin
    error: the argument '--as <USER>' cannot be used with '--token-stdin'

    Usage: stackctl call --as <USER> <METHOD> <PATH>

    For more information, try '--help'.

    $ stackctl call GET /items --password-stdin
    error: the following required arguments were not provided:
      --as <USER>

    Usage: stackctl call --as <USER> --password-stdin <METHOD> <PATH>

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(sandbox.transcript("call POST /echo --local --data @none.txt"), @r"
    exit code 1
    error: none.txt: the data cannot be read
      No such file or directory
    ");
}

#[test]
fn the_response_is_one_event_with_status_headers_and_body() {
    let sandbox = up();
    let events = sandbox.events("call GET /items/7 --local");
    let names: Vec<&str> = events.iter().map(|event| event["event"].as_str().unwrap()).collect();
    assert_eq!(names, ["target", "response", "done"]);
    let answer = &events[1];
    assert_eq!((answer["status"].as_u64(), answer["route"].as_str()), (Some(401), Some("GET /items/{id}")));
    assert_eq!(answer["headers"]["x-amzn-errortype"][0], "UnauthorizedException");
    assert_eq!(
        (answer["body"].as_str(), answer["base64"].as_bool()),
        (Some(r#"{"message":"Unauthorized"}"#), Some(false))
    );
    assert_eq!(answer["explanation"]["message"], "GET /items/7: API Gateway rejected it (401 Unauthorized)");
    let failed = sandbox.events("call GET /items/7 --local --fail");
    assert_eq!((failed[2]["event"].as_str(), failed[3]["exit"].as_u64()), (Some("error"), Some(1)));
    assert!(sandbox.events("call POST /echo --local")[1]["explanation"].is_null());
}

#[test]
fn the_local_emulator_is_called_without_a_proxy() {
    let sandbox = up().with("HTTP_PROXY", "http://127.0.0.1:1").with("http_proxy", "http://127.0.0.1:1");
    assert_eq!(sandbox.run("call POST /echo?as=201 --local").out, "as you like it");
}

#[test]
fn a_call_starts_the_local_emulator() {
    let sandbox = up();
    sandbox.done("local stop");
    insta::assert_snapshot!(sandbox.transcript("call POST /echo?as=201 --local"), @r"
    exit code 0
    --- stdout
    as you like it--- stderr
    started the local emulator at http://127.0.0.1:PORT; `stackctl local stop` stops it
    ");
}

#[test]
fn an_interrupt_says_that_the_request_may_have_been_received() {
    let sandbox = up();
    for line in ["call POST /echo?knock=PORT --local", r#"invoke items --local --data {"knock":PORT}"#] {
        let port = Port::open();
        let line = line.replace("PORT", &port.number().to_string());
        let run = sandbox.start(&mut sandbox.command(&line));
        let _connection = port.accept();
        run.signal(Signal::INT);
        let ran = run.end();
        assert_eq!(ran.code, 130, "{line}");
        insta::allow_duplicates!({
            insta::assert_snapshot!(ran.err, @r"
            error: interrupted, with the request under way
            hint: the server may have received it: check before you send it again
            ");
        });
    }
}

#[test]
fn a_user_signs_in_and_sends_the_token_that_the_route_requires() {
    let sandbox = up().with("STACKCTL_PASSWORD", "Engine-1842");
    sandbox.done("user create ann --local --quiet");
    for (route, token) in [("/items/7", "id"), ("/mine", "access")] {
        let ran = sandbox.run(&format!("call GET {route} --as ann --local"));
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{route}");
        let seen: Value = serde_json::from_str(&ran.out).unwrap();
        assert_eq!(seen["token"], token, "{route}");
    }
    insta::assert_snapshot!(sandbox.transcript("call GET /admin --as ann --local"), @r"
    exit code 1
    error: GET /admin cannot be called by a user who signs in with a password
      the route asks for one of the scopes `shop/admin`, and signing in gives only `aws.cognito.signin.user.admin`
    hint: other scopes come from the OAuth endpoints of the pool's domain: put such a token into STACKCTL_TOKEN
    ");
    insta::assert_snapshot!(sandbox.transcript("call GET /items --as bob --local"), @r"
    exit code 1
    error: user `bob` not found
    hint: `stackctl user list --local` lists the users, `stackctl user create bob --local` creates this one
    ");
    // A public route is called without signing in.
    let events = sandbox.events("call POST /echo --as bob --local");
    assert_eq!(events[1]["message"], "this route is public: no token is sent");
    assert_eq!(events.last().unwrap()["calls"], serde_json::json!({}));
}

#[test]
fn a_password_or_a_token_comes_from_stdin_or_a_variable() {
    let sandbox = up();
    sandbox.write("password", "Engine-1842\n");
    let with_stdin = |line: &str, file: &str| {
        let mut command = sandbox.command(line);
        command.stdin(File::open(sandbox.path(file)).unwrap());
        sandbox.ran(&mut command)
    };
    assert_eq!(with_stdin("user create ann --local --quiet --password-stdin", "password").code, 0);
    let called = with_stdin("call GET /items/7 --as ann --local --password-stdin", "password");
    assert!(called.out.contains(r#""token": "id""#), "{}", called.err);
    let from_stdin = with_stdin("call GET /items --local --token-stdin", "config.json").err;
    let from_header = sandbox.ran(sandbox.command("call GET /items --local -H").arg("Authorization: mine")).err;
    let sandbox = sandbox.with("STACKCTL_TOKEN", "hunter2");
    insta::assert_snapshot!(sandbox.transcript("call GET /items --local"), @r#"
    exit code 0
    --- stdout
    {"message":"Unauthorized"}--- stderr
    warning: GET /items: API Gateway rejected it (401 Unauthorized)
      what was sent is not a token of a user pool
    hint: `--as mail@example.com` signs in and sends the right one
    "#);
    let from_variable = sandbox.run("call GET /items --local").err;
    assert_eq!((&from_stdin, &from_header), (&from_variable, &from_variable));
    assert!(!sandbox.run("call POST /echo --local").out.contains("hunter2"), "no token is sent to a public route");
}

#[test]
fn an_invocation_prints_the_payload_on_stdout_and_the_log_on_stderr() {
    let sandbox = up();
    insta::assert_snapshot!(sandbox.transcript(r#"invoke items --local --data {"x":[1,"two"]}"#), @r#"
    exit code 0
    --- stdout
    {"got": {"x": [1, "two"]}}--- stderr
    START RequestId: ID Version: 1
    hello from nowhere
    REPORT RequestId: ID N ms, N MB of 128 MB
    "#);
    insta::assert_snapshot!(sandbox.transcript("invoke items --local --quiet"), @r#"
    exit code 0
    --- stdout
    {"got": {}}
    "#);
    sandbox.write("event.json", r#"{ "of": "a file" }"#);
    assert_eq!(sandbox.run("invoke items --local --data @event.json").out, r#"{"got": {"of": "a file"}}"#);
}

#[test]
fn an_error_of_an_invoked_function_is_shown() {
    let sandbox = up();
    insta::assert_snapshot!(sandbox.transcript(r#"invoke items --local --data {"raise":"sold_out"}"#), @r#"
    exit code 1
    --- stdout
    {"errorType": "ValueError", "errorMessage": "sold_out", "stackTrace": ["  File \"app.py\", line 3, in handler\n    raise ValueError()\n"]}--- stderr
    START RequestId: ID Version: 1
    hello from nowhere
    REPORT RequestId: ID N ms, N MB of 128 MB
    error: `items` failed: ValueError: sold_out
        File "app.py", line 3, in handler
          raise ValueError()
    "#);
    let events = sandbox.events(r#"invoke items --local --data {"raise":"sold_out"}"#);
    let names: Vec<&str> = events.iter().map(|event| event["event"].as_str().unwrap()).collect();
    assert_eq!(names, ["target", "invoked", "error", "done"]);
    assert_eq!(
        (&events[1]["payload"]["errorMessage"], &events[1]["function_error"]),
        (&"sold_out".into(), &"Unhandled".into())
    );
    assert_eq!(events[3]["calls"]["lambda:Invoke"], 1);
}

#[test]
fn invalid_invocations_are_rejected() {
    let (aws, sandbox) = ServedEmulator::deployed();
    sandbox.write("big.json", &format!("{}1", " ".repeat(7_000_000)));
    sandbox.edit(
        r#""functions": {"#,
        r#""functions": { "more": { "source": "hello", "handler": "x", "runtime": "provided.al2023" },"#,
    );
    let lines = ["invoke helo", "invoke hello --data nonsense", "invoke hello --data @big.json", "invoke more"];
    insta::assert_snapshot!(sandbox.session(&lines), @r#"
    $ invoke helo
    exit code 2
    error: no function is named `helo`
      functions are: hello, more
    hint: did you mean `hello`?

    $ invoke hello --data nonsense
    exit code 2
    error: the payload is not JSON: expected ident at line 1 column 2
    hint: a text is JSON when it has quotes: --data '"text"'

    $ invoke hello --data @big.json
    exit code 2
    error: the payload has 7000001 bytes, and Lambda takes 6291456

    $ invoke more
    exit code 1
    error: `more` is not deployed
    hint: `stackctl up` deploys it
    "#);
    aws.refuse("lambda:Invoke");
    insta::assert_snapshot!(sandbox.transcript("invoke hello"), @r"
    exit code 1
    error: `hello` was not called
      lambda:Invoke: AccessDeniedException: User: arn:aws:iam::000000000000:user/ann is not authorized
      request id REQUEST
    hint: the caller needs `lambda:InvokeFunction`: see the statement `Functions` of `stackctl policy`
    ");
}
