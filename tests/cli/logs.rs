//! `stackctl logs`: lines of several functions and of the API, once and followed.

use rustix::process::Signal;
use serde_json::Value;
use stackctl_local::Settings;

use super::{emulator::ServedEmulator, sandbox::Sandbox};
use crate::harness::process::Stream;

/// A stack on the local emulator, with log lines of two functions.
fn called() -> Sandbox {
    let sandbox = Sandbox::scripted().up();
    sandbox.done("invoke items --local");
    sandbox.done("invoke other --local");
    assert_eq!(sandbox.run(r#"invoke items --local --data {"path":"here"}"#).code, 0);
    sandbox
}

#[test]
fn functions_are_shown_together_in_the_order_of_time() {
    let sandbox = called();
    insta::assert_snapshot!(sandbox.transcript("logs --local --filter -INIT_START"), @r"
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
    ");
    insta::assert_snapshot!(sandbox.transcript("logs other --local --since 1h --filter hello"), @r"
    exit code 0
    --- stdout
    MOMENT other          hello from nowhere
    ");
    insta::assert_snapshot!(sandbox.transcript("logs --local --no-system"), @r"
    exit code 0
    --- stdout
    MOMENT items ID hello from nowhere
    MOMENT other ID hello from nowhere
    MOMENT items ID hello from here
    ");
    let painted = sandbox.run("logs --local --filter hello --color always").out;
    let colours: Vec<bool> = painted.lines().map(|line| line.contains("\u{1b}[36mitems\u{1b}[0m")).collect();
    assert_eq!(colours, [true, false, true], "{painted}");
}

#[test]
fn every_line_is_an_event_with_its_request_id() {
    let sandbox = called();
    let lines: Vec<Value> =
        sandbox.events("logs items --local").into_iter().filter(|event| event["event"] == "log_line").collect();
    let messages: Vec<&str> = lines.iter().map(|line| line["message"].as_str().unwrap()).collect();
    assert!(messages[0].starts_with("INIT_START Runtime Version: provided:al2023.v1\t"), "{messages:?}");
    assert_eq!((messages.len(), messages[2]), (9, "hello from nowhere"), "{messages:?}");
    let starts: Vec<&str> = messages.iter().filter_map(|message| message.strip_prefix("START RequestId: ")).collect();
    for (lines, start) in lines[1..].chunks(4).zip(starts) {
        let id = start.split(' ').next().unwrap();
        assert!(lines.iter().all(|line| line["request_id"] == id && line["function"] == "items"), "{lines:?}");
    }
}

#[test]
fn following_goes_on_until_ctrl_c() {
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
fn logs_that_cannot_be_read_are_reported() {
    let (aws, sandbox) = ServedEmulator::deployed();
    sandbox.edit(
        r#""functions": {"#,
        r#""functions": { "more": { "source": "hello", "handler": "x", "runtime": "provided.al2023" },"#,
    );
    let lines = [
        "logs helo",
        "logs more",
        "logs hello --since 2026-01-01T00:00:00Z --filter x",
        "logs --since 2999-01-01T00:00:00Z",
        "logs --since yesterday",
        "logs --api",
    ];
    insta::assert_snapshot!(sandbox.session(&lines), @r#"
    $ logs helo
    exit code 2
    error: no function is named `helo`
      functions are: hello, more
    hint: did you mean `hello`?

    $ logs more
    exit code 1
    error: `more` has no log group
    hint: `stackctl up` deploys it

    $ logs hello --since 2026-01-01T00:00:00Z --filter x
    exit code 0
    no log events from nothing that fits the filter since 2026-01-01T00:00:00Z; `--since` shows older ones

    $ logs --since 2999-01-01T00:00:00Z
    exit code 2
    error: 2999-01-01T00:00:00Z is in the future

    $ logs --since yesterday
    exit code 2
    error: invalid value 'yesterday' for '--since <WHEN>': expected a duration such as 30s, 10m, 2h or 1d, or a time such as 2026-11-25T10:00:00Z

    For more information, try '--help'.

    $ logs --api
    exit code 2
    error: the API writes no access log: `api.accessLogs` of the config is not set
    hint: put `"accessLogs": {}` into `api`, and run `stackctl up`
    "#);
    aws.refuse("logs:FilterLogEvents");
    insta::assert_snapshot!(sandbox.transcript("logs hello"), @r"
    exit code 1
    error: the log of `hello` cannot be read
      logs:FilterLogEvents: AccessDeniedException: User: arn:aws:iam::000000000000:user/ann is not authorized
      request id REQUEST
    hint: the caller needs `logs:FilterLogEvents`: see the statement `LogGroups` of `stackctl policy`
    ");
    aws.refuse_with("logs:FilterLogEvents", "InvalidParameterException", "Invalid filter pattern");
    insta::assert_snapshot!(sandbox.transcript("logs hello --filter {"), @r"
    exit code 1
    error: the filter pattern is not one of CloudWatch
      logs:FilterLogEvents: InvalidParameterException: Invalid filter pattern
      request id REQUEST
    hint: see `stackctl logs --help`
    ");
}

const OFF: &str = "\"routes\": {";

const ON: &str = "\"api\": { \"accessLogs\": {} }, \"routes\": {";

#[test]
fn requests_to_the_api_are_shown_between_the_lines_of_their_functions() {
    let sandbox = Sandbox::scripted();
    sandbox.done("up --local --no-check");
    sandbox.edit(OFF, ON);
    insta::assert_snapshot!(sandbox.transcript("logs --api --local"), @r"
    exit code 1
    error: the API has no log group
    hint: `stackctl up --local` deploys it
    ");
    sandbox.done("up --local --no-check");
    sandbox.done("call POST /echo --query as=200 --local");
    sandbox.done("call GET /items --local");
    sandbox.done("call POST /echo --query as=nonsense --local");
    insta::assert_snapshot!(sandbox.transcript("logs --api items --local --filter -INIT_START"), @r"
    exit code 0
    --- stdout
    MOMENT items ID START RequestId: ID Version: 1
    MOMENT items ID hello from /echo
    MOMENT items ID REPORT RequestId: ID N ms, N MB of 128 MB
    MOMENT [api] ID POST /dev/echo  200  N ms  127.0.0.1  ID
    MOMENT [api] ID GET /dev/items  401  UNAUTHORIZED: Unauthorized  N ms  127.0.0.1  ID
    MOMENT items ID START RequestId: ID Version: 1
    MOMENT items ID hello from /echo
    MOMENT items ID REPORT RequestId: ID N ms, N MB of 128 MB
    MOMENT [api] ID POST /dev/echo  502  INTEGRATION_FAILURE  N ms  127.0.0.1  ID
    ");
    insta::assert_snapshot!(sandbox.transcript("logs --api --local --filter 401"), @r"
    exit code 0
    --- stdout
    MOMENT [api] ID GET /dev/items  401  UNAUTHORIZED: Unauthorized  N ms  127.0.0.1  ID
    ");
    let lines = sandbox.events("logs --api --local");
    let line = lines.iter().find(|event| event["event"] == "log_line").unwrap();
    assert_eq!(line["function"], serde_json::Value::Null);
    let told: serde_json::Value = serde_json::from_str(line["message"].as_str().unwrap()).unwrap();
    assert_eq!(line["request_id"], told["functionRequestId"]);
    sandbox.done("plan --local --detailed-exitcode");
}

#[test]
fn an_account_without_a_role_for_logs_is_rejected_before_any_change() {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = aws.sandbox();
    sandbox.edit(OFF, ON);
    sandbox.done("plan");
    insta::assert_snapshot!(sandbox.transcript("up --yes --quiet"), @r"
    exit code 1
    error: stage.main: API Gateway has no role to write its access log with
    hint: make a role that `apigateway.amazonaws.com` may assume, with the policy `arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs`
    hint: then run `aws apigateway update-account --patch-operations op=replace,path=/cloudwatchRoleArn,value=<its ARN>`: it is one for all APIs of the account in this Region, so only you set it
    hint: or leave out `api.accessLogs`
    ");
    let calls = aws.cloud.call_counts();
    let writes = |call: &&String| [":Create", ":Put", ":Update", ":Tag"].iter().any(|verb| call.contains(verb));
    assert_eq!(calls.keys().find(writes), None, "{calls:?}");
}
