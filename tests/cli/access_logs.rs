//! `api.accessLogs`, and `stackctl logs --api`. The check after an `up` makes requests, too, so there is none here.

use stackctl_local::Settings;

use super::{cloud::Served, sandbox::Sandbox};

const OFF: &str = "\"routes\": {";
const ON: &str = "\"api\": { \"accessLogs\": {} }, \"routes\": {";

#[test]
fn requests_are_shown_beside_what_their_functions_logged() {
    let sandbox = Sandbox::obedient();
    sandbox.edit(OFF, ON);
    assert_eq!(sandbox.run("up --local --no-check").code, 0);
    assert_eq!(sandbox.run("call POST /echo --query as=200 --local").code, 0);
    assert_eq!(sandbox.run("call GET /items --local").code, 0);
    assert_eq!(sandbox.run("call POST /echo --query as=nonsense --local").code, 0);
    insta::assert_snapshot!(sandbox.transcript("logs --api items --local --filter -REPORT"), @r"
    exit code 0
    --- stdout
    MOMENT items ID START RequestId: ID Version: 1
    MOMENT items ID hello from /echo
    MOMENT [api] ID POST /dev/echo  200  N ms  127.0.0.1  ID
    MOMENT [api] ID GET /dev/items  401  UNAUTHORIZED: Unauthorized  N ms  127.0.0.1  ID
    MOMENT items ID START RequestId: ID Version: 1
    MOMENT items ID hello from /echo
    MOMENT [api] ID POST /dev/echo  502  INTEGRATION_FAILURE  N ms  127.0.0.1  ID
    --- stderr
    ");
    insta::assert_snapshot!(sandbox.transcript("logs --api --local --filter 401"), @r"
    exit code 0
    --- stdout
    MOMENT [api] ID GET /dev/items  401  UNAUTHORIZED: Unauthorized  N ms  127.0.0.1  ID
    --- stderr
    ");
    let lines = sandbox.events("logs --api --local");
    let line = lines.iter().find(|event| event["event"] == "log_line").unwrap();
    assert_eq!(line["function"], serde_json::Value::Null);
    let told: serde_json::Value = serde_json::from_str(line["message"].as_str().unwrap()).unwrap();
    assert_eq!(line["request_id"], told["functionRequestId"]);
    assert_eq!(sandbox.run("plan --local --detailed-exitcode").code, 0);
}

#[test]
fn whoever_has_no_access_log_is_told_how_to_get_one() {
    let sandbox = Sandbox::obedient();
    assert_eq!(sandbox.run("up --local --no-check").code, 0);
    insta::assert_snapshot!(sandbox.transcript("logs --api --local"), @r#"
    exit code 2
    --- stdout
    --- stderr
    error: the API writes no access log: `api.accessLogs` of the config is not set
    hint: put `"accessLogs": {}` into `api`, and run `stackctl up --local`
    "#);
    sandbox.edit(OFF, ON);
    insta::assert_snapshot!(sandbox.transcript("logs --api --local"), @r"
    exit code 1
    --- stdout
    --- stderr
    error: the API has no log group
    hint: `stackctl up --local` deploys it
    ");
    assert_eq!(sandbox.run("up --local --no-check").code, 0);
    insta::assert_snapshot!(sandbox.transcript("logs --api --local --since 2026-01-01T00:00:00Z"), @r"
    exit code 0
    --- stdout
    --- stderr
    nothing was logged since 2026-01-01T00:00:00Z; `--since` looks further back
    ");
    sandbox.edit(ON, OFF);
    let steps = sandbox.events("up --local --no-check");
    let plan = steps.iter().find(|event| event["event"] == "plan").unwrap();
    assert_eq!((&plan["counts"]["delete"], &plan["counts"]["update"]), (&1.into(), &1.into()), "{plan}");
    assert_eq!(sandbox.run("plan --local --detailed-exitcode").code, 0);
}

#[test]
fn an_account_without_a_role_for_logs_is_refused_before_anything_is_changed() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    sandbox.edit(OFF, ON);
    let plan = sandbox.run("plan");
    insta::assert_snapshot!(sandbox.pinned(&plan.err), @r"
    shop, stage dev, eu-west-1, at http://127.0.0.1:PORT, which stands in for AWS

    warning: stage.main: API Gateway has no role to write its access log with
    hint: make a role that `apigateway.amazonaws.com` may assume, with the policy `arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs`
    hint: then run `aws apigateway update-account --patch-operations op=replace,path=/cloudwatchRoleArn,value=<its ARN>`: it is one for all APIs of the account in this Region, so only you set it
    hint: or leave out `api.accessLogs`
    ");
    assert_eq!(plan.code, 0);
    insta::assert_snapshot!(sandbox.transcript("up --yes"), @r"
    exit code 1
    --- stdout
    --- stderr
    shop, stage dev, eu-west-1, at http://127.0.0.1:PORT, which stands in for AWS

    error: stage.main: API Gateway has no role to write its access log with
    hint: make a role that `apigateway.amazonaws.com` may assume, with the policy `arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs`
    hint: then run `aws apigateway update-account --patch-operations op=replace,path=/cloudwatchRoleArn,value=<its ARN>`: it is one for all APIs of the account in this Region, so only you set it
    hint: or leave out `api.accessLogs`
    ");
    let calls = aws.cloud.call_counts();
    let writes = |call: &&String| [":Create", ":Put", ":Update", ":Tag"].iter().any(|verb| call.contains(verb));
    assert_eq!(calls.keys().find(writes), None, "{calls:?}");
}
