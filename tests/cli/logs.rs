//! `stackctl logs`: lines of several functions, for people and for machines, once and for ever.

use rustix::process::Signal;
use serde_json::Value;
use stackctl_local::Settings;

use super::{cloud::Served, sandbox::Sandbox};
use crate::harness::process::Stream;

/// A stack on the local cloud, two of whose functions have been called in turn.
fn called() -> Sandbox {
    let sandbox = Sandbox::obedient();
    assert_eq!(sandbox.run("up --local").code, 0);
    assert_eq!(sandbox.run("invoke items --local").code, 0);
    assert_eq!(sandbox.run("invoke other --local").code, 0);
    assert_eq!(sandbox.run(r#"invoke items --local --data {"path":"here"}"#).code, 0);
    sandbox
}

#[test]
fn functions_are_shown_together_in_the_order_of_time() {
    let sandbox = called();
    insta::assert_snapshot!(sandbox.transcript("logs --local"), @r"
    exit code 0
    --- stdout
    MOMENT items ID START RequestId: ID Version: 1
    MOMENT items ID hello from nowhere
    MOMENT items ID REPORT RequestId: ID N ms, N MB of 128 MB
    MOMENT other ID START RequestId: ID Version: 1
    MOMENT other ID hello from nowhere
    MOMENT other ID REPORT RequestId: ID N ms, N MB of 128 MB
    MOMENT items ID START RequestId: ID Version: 1
    MOMENT items ID hello from here
    MOMENT items ID REPORT RequestId: ID N ms, N MB of 128 MB
    --- stderr
    ");
    insta::assert_snapshot!(sandbox.transcript("logs other --local --since 1h --filter hello"), @r"
    exit code 0
    --- stdout
    MOMENT other          hello from nowhere
    --- stderr
    ");
    let painted = sandbox.run("logs --local --filter hello --color always").out;
    let colours: Vec<bool> = painted.lines().map(|line| line.contains("\u{1b}[36mitems\u{1b}[0m")).collect();
    assert_eq!(colours, [true, false, true], "{painted}");
}

#[test]
fn a_machine_gets_every_line_whole_with_the_id_of_its_request() {
    let sandbox = called();
    let lines: Vec<Value> =
        sandbox.events("logs items --local").into_iter().filter(|event| event["event"] == "log_line").collect();
    let messages: Vec<&str> = lines.iter().map(|line| line["message"].as_str().unwrap()).collect();
    assert_eq!((messages.len(), messages[1]), (8, "hello from nowhere"), "{messages:?}");
    let starts: Vec<&str> = messages.iter().filter_map(|message| message.strip_prefix("START RequestId: ")).collect();
    for (lines, start) in lines.chunks(4).zip(starts) {
        let id = start.split(' ').next().unwrap();
        assert!(lines.iter().all(|line| line["request_id"] == id && line["function"] == "items"), "{lines:?}");
    }
}

#[test]
fn a_follower_goes_on_until_ctrl_c_which_is_no_failure() {
    let sandbox = called();
    let mut follower = sandbox.start(&mut sandbox.command("logs --local --follow --filter hello"));
    for _ in 0..3 {
        assert!(follower.line(Stream::Stdout).unwrap().contains("hello from"));
    }
    assert_eq!(sandbox.run(r#"invoke other --local --data {"path":"later"}"#).code, 0);
    assert!(follower.line(Stream::Stdout).unwrap().ends_with(" hello from later"));
    follower.signal(Signal::INT);
    let ran = follower.end();
    assert_eq!((ran.code, ran.out.as_str()), (0, ""));
}

#[test]
fn what_makes_no_sense_or_comes_to_nothing_is_said_to_be_so() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    insta::assert_snapshot!(sandbox.transcript("logs"), @r"
    exit code 1
    --- stdout
    --- stderr
    error: shop, stage dev: not deployed
      no state at state/shop.dev.json, and no resources of it in account 000000000000 in eu-west-1 at http://127.0.0.1:PORT
    hint: `stackctl up` deploys it
    ");
    assert_eq!(sandbox.run("up --yes").code, 0);
    insta::assert_snapshot!(sandbox.transcript("logs helo"), @r"
    exit code 2
    --- stdout
    --- stderr
    error: no function is named `helo`
      functions are: hello
    hint: did you mean `hello`?
    ");
    insta::assert_snapshot!(sandbox.transcript("logs --since 2026-01-01T00:00:00Z --filter x"), @r"
    exit code 0
    --- stdout
    --- stderr
    nothing that fits the filter was logged since 2026-01-01T00:00:00Z; `--since` looks further back
    ");
    insta::assert_snapshot!(sandbox.transcript("logs --since 2999-01-01T00:00:00Z"), @r"
    exit code 2
    --- stdout
    --- stderr
    error: 2999-01-01T00:00:00Z lies in the future
    ");
    insta::assert_snapshot!(sandbox.transcript("logs --since yesterday"), @r"
    exit code 2
    --- stdout
    --- stderr
    error: invalid value 'yesterday' for '--since <WHEN>': it is neither a duration such as 30s, 10m, 2h or 1d nor a time such as 2026-11-25T10:00:00Z

    For more information, try '--help'.
    ");
}

#[test]
fn what_cloudwatch_refuses_is_told_with_the_way_out() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    assert_eq!(sandbox.run("up --yes").code, 0);
    sandbox.edit(
        r#""functions": {"#,
        r#""functions": { "more": { "source": "hello", "handler": "x", "runtime": "provided.al2023" },"#,
    );
    insta::assert_snapshot!(sandbox.transcript("logs more"), @r"
    exit code 1
    --- stdout
    --- stderr
    error: `more` has no log group
    hint: `stackctl up` deploys it
    ");
    aws.refuse("logs:FilterLogEvents");
    insta::assert_snapshot!(sandbox.transcript("logs hello"), @r"
    exit code 1
    --- stdout
    --- stderr
    error: the log of `hello` cannot be read
      logs:FilterLogEvents: AccessDeniedException: User: arn:aws:iam::000000000000:user/ann is not authorized
      request id REQUEST
    hint: the caller needs `logs:FilterLogEvents`
    ");
    aws.refuse_with("logs:FilterLogEvents", "InvalidParameterException", "Invalid filter pattern");
    insta::assert_snapshot!(sandbox.transcript("logs hello --filter {"), @r"
    exit code 1
    --- stdout
    --- stderr
    error: the filter pattern is not one of CloudWatch
      logs:FilterLogEvents: InvalidParameterException: Invalid filter pattern
      request id REQUEST
    hint: see `stackctl logs --help`
    ");
}

#[test]
fn lambdas_own_lines_can_be_left_out() {
    let sandbox = called();
    insta::assert_snapshot!(sandbox.transcript("logs --local --no-system"), @r"
    exit code 0
    --- stdout
    MOMENT items ID hello from nowhere
    MOMENT other ID hello from nowhere
    MOMENT items ID hello from here
    --- stderr
    ");
}
