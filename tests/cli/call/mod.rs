//! `stackctl call`: requests, answers, and what is not sent.

mod causes;
mod refusals;
mod tokens;

use rustix::process::Signal;

use super::sandbox::Sandbox;
use crate::harness::port::Port;

/// A stack that is up on the local cloud.
fn up() -> Sandbox {
    let sandbox = Sandbox::obedient();
    let ran = sandbox.run("up --local");
    assert_eq!(ran.code, 0, "{}", ran.err);
    sandbox
}

#[test]
fn the_body_of_the_answer_is_all_that_stdout_has() {
    let sandbox = up();
    let mut call = sandbox.command("call post /echo?a=1&b --local --query");
    let call = call.args(["c d=e&f", "-H", "X-Amount: 7", "--data", r#"{"x": 1}"#]);
    insta::assert_snapshot!(sandbox.transcript_of(call), @r#"
    exit code 0
    --- stdout
    {"headers": {"Content-Type": "application/json", "X-Amount": "7"}, "query": {"a": "1", "b": "", "c d": "e&f"}, "parameters": null, "body": "{\"x\": 1}", "token": null}--- stderr
    "#);
    sandbox.write("note.txt", "plain");
    insta::assert_snapshot!(sandbox.transcript("call POST /echo --local --data @note.txt"), @r#"
    exit code 0
    --- stdout
    {"headers": {"Content-Type": "text/plain; charset=utf-8", "X-Amount": null}, "query": null, "parameters": null, "body": "plain", "token": null}--- stderr
    "#);
}

#[test]
fn the_head_comes_before_the_body_when_asked_for() {
    let out = up().run("call POST /echo?as=404 --local --include").out;
    let (head, body) = out.split_once("\n\n").unwrap();
    assert_eq!((head.lines().next(), body), (Some("HTTP 404 Not Found"), "as you like it"));
    assert!(head.contains("\ncontent-type: application/json\n"), "{head}");
}

/// What is said of requests that are not sent, one after the other.
fn refused(sandbox: &Sandbox, lines: &[&str]) -> String {
    let said = lines.iter().map(|line| {
        let ran = sandbox.run(&format!("call --local {line}"));
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{line}");
        format!("$ stackctl call {line}\n{}", ran.err)
    });
    said.collect::<Vec<_>>().join("\n")
}

#[test]
fn what_no_route_answers_is_not_sent() {
    let said =
        refused(&up(), &["GET /itmes", "POST /items", "GET /items/{id}", "GTE /items", "ANY /items", "GET items"]);
    insta::assert_snapshot!(said, @r"
    $ stackctl call GET /itmes
    error: no route of the config answers `GET /itmes`
      routes are:
        GET /admin
        POST /echo
        GET /items
        GET /items/{id}
        GET /mine
    hint: did you mean `GET /items`?

    $ stackctl call POST /items
    error: no route of the config answers POST on `/items`
      its methods are: GET

    $ stackctl call GET /items/{id}
    error: `{id}` in the path stands for a value
    hint: as in `stackctl call GET /items/1 --local`

    $ stackctl call GTE /items
    error: `GTE` is not a method of HTTP
      methods are: GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS
    hint: did you mean `GET`?

    $ stackctl call ANY /items
    error: `ANY` is not a method of HTTP
      methods are: GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS

    $ stackctl call GET items
    error: the path `items` does not begin with `/`
    hint: it is the path of a route, without the stage and what comes before it
    ");
}

#[test]
fn what_cannot_be_part_of_a_request_is_not_sent() {
    let sandbox = up();
    let lines = [
        "GET /items --header hunter2",
        "GET /items --header (hunter2):",
        "GET /items --query nonsense",
        "GET /items --token-stdin",
        "GET /items --token-stdin --data -",
    ];
    insta::assert_snapshot!(refused(&sandbox, &lines), @r"
    $ stackctl call GET /items --header hunter2
    error: -H: there is no colon in it
    hint: a header is written -H 'Name: value'

    $ stackctl call GET /items --header (hunter2):
    error: -H: no header may be called so
    hint: a header is written -H 'Name: value'

    $ stackctl call GET /items --query nonsense
    error: invalid value 'nonsense' for '--query <NAME=VALUE>': a parameter is written `name=value`

    For more information, try '--help'.

    $ stackctl call GET /items --token-stdin
    error: no token came from stdin

    $ stackctl call GET /items --token-stdin --data -
    error: the token and the body cannot both come from stdin
    hint: the token can come in STACKCTL_TOKEN, the body from a file: `--data @FILE`
    ");
    insta::assert_snapshot!(sandbox.transcript("call POST /echo --local --data @none.txt"), @r"
    exit code 1
    --- stdout
    --- stderr
    error: none.txt: the data cannot be read
      No such file or directory (os error 2)
    ");
}

#[test]
fn a_machine_gets_one_event_with_status_headers_and_body() {
    let sandbox = up();
    let events = sandbox.events("call GET /items/7 --local");
    let names: Vec<&str> = events.iter().map(|event| event["event"].as_str().unwrap()).collect();
    assert_eq!(names, ["answer", "done"]);
    let answer = &events[0];
    assert_eq!((answer["status"].as_u64(), answer["route"].as_str()), (Some(401), Some("GET /items/{id}")));
    assert_eq!(answer["headers"]["x-amzn-errortype"][0], "UnauthorizedException");
    assert_eq!(
        (answer["body"].as_str(), answer["base64"].as_bool()),
        (Some(r#"{"message":"Unauthorized"}"#), Some(false))
    );
    assert_eq!(answer["explanation"]["message"], "GET /items/7: API Gateway refused it (401 Unauthorized)");
    let failed = sandbox.events("call GET /items/7 --local --fail");
    assert_eq!((failed[1]["event"].as_str(), failed[2]["exit"].as_u64()), (Some("error"), Some(1)));
    assert!(sandbox.events("call POST /echo --local")[0]["explanation"].is_null());
}

#[test]
fn this_machine_is_asked_without_a_proxy() {
    let sandbox = up().with("HTTP_PROXY", "http://127.0.0.1:1").with("http_proxy", "http://127.0.0.1:1");
    assert_eq!(sandbox.run("call POST /echo?as=201 --local").out, "as you like it");
}

#[test]
fn without_a_stack_or_a_server_it_is_said_to_be_so() {
    let sandbox = Sandbox::obedient();
    insta::assert_snapshot!(sandbox.transcript("call POST /echo --stage test"), @r"
    exit code 1
    --- stdout
    --- stderr
    error: shop, stage test: no state at state/shop.test.json, and its resources cannot be looked up
    error: AWS cannot be used
      sts:GetCallerIdentity: there are no AWS credentials
    hint: sign in (`aws configure`, `aws sso login`), choose `--profile`, or try without an account: `--local`
    ");
    assert_eq!(sandbox.run("up --local").code, 0);
    assert_eq!(sandbox.run("local stop").code, 0);
    insta::assert_snapshot!(sandbox.transcript("call POST /echo?as=201 --local"), @r"
    exit code 0
    --- stdout
    as you like it--- stderr
    started the local cloud at http://127.0.0.1:PORT; `stackctl local stop` ends it
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
            hint: it may have been received all the same: look before you send it again
            ");
        });
    }
}
