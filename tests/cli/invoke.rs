//! `stackctl invoke`: payloads, errors and the end of the log.

use stackctl_local::Settings;

use super::{cloud::Served, sandbox::Sandbox};

#[test]
fn the_payload_is_all_that_stdout_has_and_the_log_is_on_stderr() {
    let sandbox = Sandbox::obedient();
    assert_eq!(sandbox.run("up --local").code, 0);
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
    {"got": {}}--- stderr
    "#);
    sandbox.write("event.json", r#"{ "of": "a file" }"#);
    assert_eq!(sandbox.run("invoke items --local --data @event.json").out, r#"{"got": {"of": "a file"}}"#);
}

#[test]
fn an_error_of_the_function_is_shown_as_such() {
    let sandbox = Sandbox::obedient();
    assert_eq!(sandbox.run("up --local").code, 0);
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
    assert_eq!(names, ["invoked", "error", "done"]);
    assert_eq!(
        (&events[0]["payload"]["errorMessage"], &events[0]["function_error"]),
        (&"sold_out".into(), &"Unhandled".into())
    );
    assert_eq!(events[2]["calls"]["lambda:Invoke"], 1);
}

#[test]
fn a_function_that_takes_too_long_is_told_its_limit() {
    let sandbox = Sandbox::obedient();
    sandbox.edit(r#""timeout": 10"#, r#""timeout": 1"#);
    sandbox.write("items/bootstrap", "#!/bin/sh\nexec sleep 60\n");
    assert_eq!(sandbox.run("up --local").code, 0);
    let ran = sandbox.run("invoke items --local");
    assert_eq!(ran.code, 1);
    assert!(
        ran.err.contains(" Task timed out after 1.00 seconds\nhint: `functions.items.timeout` gives it 1 s\n"),
        "{}",
        ran.err
    );
}

#[test]
fn what_cannot_be_called_is_said_before_or_after() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    assert_eq!(sandbox.run("up --yes").code, 0);
    insta::assert_snapshot!(sandbox.transcript("invoke helo"), @r"
    exit code 2
    --- stdout
    --- stderr
    error: no function is named `helo`
      functions are: hello
    hint: did you mean `hello`?
    ");
    insta::assert_snapshot!(sandbox.transcript("invoke hello --data nonsense"), @r#"
    exit code 2
    --- stdout
    --- stderr
    error: the payload is not JSON: expected ident at line 1 column 2
    hint: a text is JSON when it has quotes: --data '"text"'
    "#);
    sandbox.write("big.json", &format!("{}1", " ".repeat(7_000_000)));
    insta::assert_snapshot!(sandbox.transcript("invoke hello --data @big.json"), @r"
    exit code 2
    --- stdout
    --- stderr
    error: the payload has 7000001 bytes, and Lambda takes 6291456
    ");
    sandbox.edit(
        r#""functions": {"#,
        r#""functions": { "more": { "source": "hello", "handler": "x", "runtime": "provided.al2023" },"#,
    );
    insta::assert_snapshot!(sandbox.transcript("invoke more"), @r"
    exit code 1
    --- stdout
    --- stderr
    error: `more` is not deployed
    hint: `stackctl up` deploys it
    ");
    aws.refuse("lambda:Invoke");
    insta::assert_snapshot!(sandbox.transcript("invoke hello"), @r"
    exit code 1
    --- stdout
    --- stderr
    error: `hello` was not called
      lambda:Invoke: AccessDeniedException: User: arn:aws:iam::000000000000:user/ann is not authorized
      request id REQUEST
    hint: the caller needs `lambda:InvokeFunction`
    ");
}
