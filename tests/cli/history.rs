//! What was served since when, and the way back to it.

use serde_json::{Value, json};
use stackctl_local::Settings;

use super::{bucket, sandbox::Sandbox};

/// A transcript without the moments and the machine that are on record.
pub(super) fn transcript(sandbox: &Sandbox, line: &str) -> String {
    let local = if line.contains("--local") { " --local" } else { "" };
    let events = sandbox.events(&format!("history{local}"));
    let releases = events[0]["releases"].as_array().unwrap().clone();
    let mut text = sandbox.transcript(line);
    for row in releases {
        for (member, word) in [("at", "MOMENT"), ("by", "WHO")] {
            text = text.replace(row["release"][member].as_str().unwrap(), word);
        }
        text = text.replace(row["release"]["serves"]["stage.main"].as_str().unwrap(), "DEPLOYMENT");
    }
    text
}

/// Edits the configuration and brings it up.
pub(super) fn touch(sandbox: &Sandbox, from: &str, to: &str) {
    sandbox.edit(from, to);
    assert_eq!(sandbox.run("up --local --quiet").code, 0);
}

fn three_releases() -> Sandbox {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.run("up --local --quiet").code, 0);
    touch(&sandbox, r#""provided.al2023" }"#, r#""provided.al2023", "timeout": 7 }"#);
    touch(&sandbox, r#""GET /hello""#, r#""GET /hallo""#);
    sandbox
}

#[test]
#[expect(clippy::too_many_lines, reason = "it is one session, to be read from top to bottom")]
fn releases_are_told_and_gone_back_to() {
    let sandbox = three_releases();
    insta::assert_snapshot!(transcript(&sandbox, "history --local"), @r#"
    exit code 0
    --- stdout
    * 3  MOMENT  WHO
          updated api_routes.main: + routes.GET /hallo, - routes.GET /hello
          updated stage.main: fingerprint
      2  MOMENT  WHO
          updated lambda_function.hello: timeout
      1  MOMENT  WHO
          created api_routes.main
          created authorizer.main
          created iam_role.hello
          created lambda_function.hello
          created lambda_permission.hello
          created log_group.hello
          created rest_api.main
          created stage.main
          created user_pool.main
          created user_pool_client.main
    --- stderr
    "#);
    insta::assert_snapshot!(transcript(&sandbox, "rollback --local"), @r"
    exit code 0
    --- stdout
    --- stderr
    shop, stage dev, eu-west-1, on the local cloud at http://127.0.0.1:PORT

    back to release 2 of MOMENT: stage.main: DEPLOYMENT → DEPLOYMENT
    checked with 2 requests in TIME

    release 4 serves what release 2 did; `stackctl up --local` deploys the config again
    ");
    let code = |line: &str| sandbox.run(line).code;
    assert_eq!((code("call GET /hallo --local --fail"), code("plan --local --detailed-exitcode")), (1, 3));
    insta::assert_snapshot!(transcript(&sandbox, "rollback 1 --local"), @r"
    exit code 0
    --- stdout
    --- stderr
    shop, stage dev, eu-west-1, on the local cloud at http://127.0.0.1:PORT

    back to release 1 of MOMENT: lambda_function.hello: 2 → 1
    checked with 2 requests in TIME

    release 5 serves what release 1 did; `stackctl up --local` deploys the config again
    ");
    insta::assert_snapshot!(transcript(&sandbox, "rollback 1 --local"), @r#"
    exit code 0
    --- stdout
    --- stderr
    shop, stage dev, eu-west-1, on the local cloud at http://127.0.0.1:PORT

    what was served with release 1 is served already
    "#);
    insta::assert_snapshot!(transcript(&sandbox, "history --local"), @r#"
    exit code 0
    --- stdout
    * 5  MOMENT  WHO, back to 1
      4  MOMENT  WHO, back to 2
      3  MOMENT  WHO
          updated api_routes.main: + routes.GET /hallo, - routes.GET /hello
          updated stage.main: fingerprint
      2  MOMENT  WHO
          updated lambda_function.hello: timeout
      1  MOMENT  WHO
          created api_routes.main
          created authorizer.main
          created iam_role.hello
          created lambda_function.hello
          created lambda_permission.hello
          created log_group.hello
          created rest_api.main
          created stage.main
          created user_pool.main
          created user_pool_client.main
    --- stderr
    "#);
    assert_eq!((code("up --local"), code("plan --local --detailed-exitcode")), (0, 0));
}

#[test]
fn what_does_not_come_back_and_what_stays_is_told() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.run("up --local --quiet").code, 0);
    let (hello, other) = (r#""functions": { "hello""#, r#""functions": { "other": OTHER, "hello""#);
    let other =
        other.replace("OTHER", r#"{ "source": "hello", "handler": "bootstrap", "runtime": "provided.al2023" }"#);
    touch(&sandbox, hello, &other);
    sandbox.edit(&other, hello);
    touch(&sandbox, r#""GET /hello""#, r#""GET /hallo""#);
    insta::assert_snapshot!(transcript(&sandbox, "rollback 2 --local"), @r"
    exit code 0
    --- stdout
    --- stderr
    shop, stage dev, eu-west-1, on the local cloud at http://127.0.0.1:PORT

    back to release 2 of MOMENT: stage.main: DEPLOYMENT → DEPLOYMENT
    removed since, and does not come back: lambda_function.other
    checked with 2 requests in TIME

    release 4 serves what release 2 did, but for lambda_function.other; `stackctl up --local` deploys the config again
    ");
    insta::assert_snapshot!(transcript(&sandbox, "rollback 2 --local"), @r#"
    exit code 0
    --- stdout
    --- stderr
    shop, stage dev, eu-west-1, on the local cloud at http://127.0.0.1:PORT

    what is left of what was served with release 2 is served already
    removed since, and does not come back: lambda_function.other
    "#);
    sandbox.edit(hello, &other);
    touch(&sandbox, r#""GET /hallo""#, r#""GET /hi""#);
    insta::assert_snapshot!(transcript(&sandbox, "rollback 2 --local"), @r"
    exit code 0
    --- stdout
    --- stderr
    shop, stage dev, eu-west-1, on the local cloud at http://127.0.0.1:PORT

    back to release 2 of MOMENT: stage.main: DEPLOYMENT → DEPLOYMENT
    made since, and stays as it is: lambda_function.other
    checked with 2 requests in TIME

    release 6 serves what release 2 did, but for lambda_function.other; `stackctl up --local` deploys the config again
    ");
}

#[test]
fn a_machine_reads_what_a_rollback_has_done_and_may_ask_for_it_again() {
    let sandbox = Sandbox::new();
    let timeout = |seconds: u32| format!(r#""provided.al2023", "timeout": {seconds} }}"#);
    sandbox.edit(r#""provided.al2023" }"#, &timeout(1));
    assert_eq!(sandbox.run("up --local --quiet").code, 0);
    (1..5).for_each(|seconds| touch(&sandbox, &timeout(seconds), &timeout(seconds + 1)));
    let events = sandbox.events("rollback 1 --local");
    let done = events.iter().find(|event| event["event"] == "rolled_back").unwrap();
    assert_eq!(
        *done,
        json!({
            "v": 1,
            "event": "rolled_back",
            "release": 6,
            "back_to": 1,
            "moves": [{ "key": "lambda_function.hello", "from": "5", "to": "1" }],
            "gone": [],
            "later": [],
            "checked": true,
        })
    );
    // It was the oldest of five, and the new release took its place.
    assert_eq!(sandbox.run("rollback 1 --local").code, 0);
    insta::assert_snapshot!(sandbox.transcript("rollback 1 --local"), @r"
    exit code 0
    --- stdout
    --- stderr
    shop, stage dev, eu-west-1, on the local cloud at http://127.0.0.1:PORT

    what was served with release 1 is served already
    ");
}

#[test]
fn there_is_no_way_to_what_is_not_on_record() {
    let sandbox = Sandbox::new();
    insta::assert_snapshot!(sandbox.transcript("history --local"), @r"
    exit code 1
    --- stdout
    --- stderr
    error: shop, stage dev: not deployed
      no state at .stackctl/local/state/shop.dev.json, and the local emulator has no data
    hint: `stackctl up --local` deploys it
    ");
    assert_eq!(sandbox.run("up --local --quiet").code, 0);
    insta::assert_snapshot!(sandbox.transcript("rollback --local"), @r"
    exit code 1
    --- stdout
    --- stderr
    shop, stage dev, eu-west-1, on the local cloud at http://127.0.0.1:PORT

    error: nothing to roll back to: no earlier release differs from the live one
    hint: `stackctl history --local` shows the releases
    ");
    insta::assert_snapshot!(sandbox.transcript("rollback 7 --local"), @r"
    exit code 2
    --- stdout
    --- stderr
    shop, stage dev, eu-west-1, on the local cloud at http://127.0.0.1:PORT

    error: release 7 not found
    hint: `stackctl history --local` shows the releases
    ");
    assert_eq!(sandbox.run("down --local --yes").code, 0);
    assert_eq!(sandbox.run("history --local").code, 1, "what was served is gone");
}

#[test]
fn a_version_that_somebody_deleted_is_told() {
    let sandbox = three_releases();
    let version = sandbox.events("history --local")[0]["releases"][2]["release"]["serves"].clone();
    assert_eq!(version["lambda_function.hello"], Value::from("1"));
    let endpoint = sandbox.run("outputs endpoint --local").out;
    let function = format!("{}/2015-03-31/functions/shop-dev-hello?Qualifier=1", endpoint.trim());
    let delete = format!("curl -sf -X DELETE '{function}' --aws-sigv4 aws:amz:eu-west-1:lambda --user local:local");
    let deleted = sandbox.ran(&mut sandbox.shell(&delete));
    assert_eq!(deleted.code, 0, "{deleted:?}");
    insta::assert_snapshot!(transcript(&sandbox, "rollback 1 --local"), @r"
    exit code 1
    --- stdout
    --- stderr
    shop, stage dev, eu-west-1, on the local cloud at http://127.0.0.1:PORT

    error: release 1 is not available
      deleted since: `1` of lambda_function.hello
    hint: restore the config and code of that release, and run `stackctl up --local`
    hint: `stackctl history --local` shows which releases are available
    ");
    assert_eq!(sandbox.run("up --local").code, 0);
}

#[test]
fn what_is_put_back_and_cannot_be_recorded_is_told_and_the_next_goes_on() {
    let (aws, sandbox) = bucket::served(Settings::default());
    assert_eq!(sandbox.run("up --yes --quiet").code, 0);
    sandbox.edit(r#""provided.al2023" }"#, r#""provided.al2023", "timeout": 7 }"#);
    sandbox.edit(r#""GET /hello""#, r#""GET /hallo""#);
    assert_eq!(sandbox.run("up --yes --quiet").code, 0);
    aws.refuse("lambda:UpdateAlias");
    aws.refuse_later("s3:PutObject", 2);
    insta::assert_snapshot!(transcript(&sandbox, "rollback --yes --quiet"), @r"
    exit code 4
    --- stdout
    --- stderr
    error: lambda_function.hello: not rolled back
      lambda:UpdateAlias: AccessDeniedException: User: arn:aws:iam::000000000000:user/ann is not authorized
      request id REQUEST
    hint: the caller needs `lambda:UpdateAlias`
    error: s3://states/stackctl/shop.dev.json: the state cannot be saved
      s3:PutObject: AccessDeniedException: User: arn:aws:iam::000000000000:user/ann is not authorized
      request id REQUEST
    hint: the caller needs `s3:PutObject` and `s3:GetObject`
    hint: rolled forward: what was live before the rollback is live again
    hint: what was done is not recorded; `stackctl rollback 1` goes on
    ");
    aws.refuse_later("s3:PutObject", 1);
    insta::assert_snapshot!(transcript(&sandbox, "rollback --yes --quiet"), @r#"
    exit code 1
    --- stdout
    --- stderr
    error: s3://states/stackctl/shop.dev.json: the state cannot be saved
      s3:PutObject: AccessDeniedException: User: arn:aws:iam::000000000000:user/ann is not authorized
      request id REQUEST
    hint: the caller needs `s3:PutObject` and `s3:GetObject`
    "#);
    insta::assert_snapshot!(transcript(&sandbox, "rollback --yes"), @r"
    exit code 0
    --- stdout
    --- stderr
    shop, stage dev, eu-west-1, at http://127.0.0.1:PORT, which stands in for AWS

    back to release 1 of MOMENT: lambda_function.hello: 2 → 1, stage.main: DEPLOYMENT → DEPLOYMENT
    checked with 2 requests in TIME

    release 3 serves what release 1 did; `stackctl up` deploys the config again
    ");
}

#[test]
fn nobody_is_asked_without_a_terminal() {
    let aws = super::cloud::Served::new(Settings::default());
    let sandbox = aws.sandbox();
    assert_eq!(sandbox.run("up --yes --quiet").code, 0);
    sandbox.edit(r#""provided.al2023" }"#, r#""provided.al2023", "timeout": 7 }"#);
    assert_eq!(sandbox.run("up --yes --quiet").code, 0);
    let ran = sandbox.run("rollback");
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("cannot ask for confirmation: not a terminal. Nothing was changed."), "{}", ran.err);
    assert_eq!(sandbox.run("rollback --yes").code, 0);
    let rows = sandbox.events("history")[0]["releases"].clone();
    let (row, by) = (&rows[0], &rows[0]["release"]["by"]);
    assert_eq!((&row["served"], &row["release"]["back_to"]), (&Value::from(true), &Value::from(1)));
    assert_eq!(by, "arn:aws:iam::000000000000:user/local", "as AWS knows them");
}
