//! `stackctl history` and `stackctl rollback`.

use std::net::{SocketAddr, TcpListener};

use serde_json::{Value, json};
use stackctl_local::Settings;

use super::{emulator::ServedEmulator, sandbox::Sandbox, scripted};

/// A transcript without the recorded times and users.
fn transcript(sandbox: &Sandbox, line: &str) -> String {
    let local = if line.contains("--local") { " --local" } else { "" };
    let events = sandbox.events(&format!("history{local}"));
    let releases = events[1]["releases"].as_array().unwrap().clone();
    let mut text = sandbox.transcript(line);
    for row in releases {
        for (member, word) in [("at", "MOMENT"), ("by", "WHO")] {
            text = text.replace(row["release"][member].as_str().unwrap(), word);
        }
        text = text.replace(row["release"]["serves"]["stage.main"].as_str().unwrap(), "DEPLOYMENT");
    }
    text
}

/// Edits the config and deploys it.
fn touch(sandbox: &Sandbox, from: &str, to: &str) {
    sandbox.edit(from, to);
    sandbox.done("up --local --quiet");
}

fn three_releases() -> Sandbox {
    let sandbox = Sandbox::new().up();
    touch(&sandbox, r#""provided.al2023" }"#, r#""provided.al2023", "timeout": 7 }"#);
    touch(&sandbox, r#""GET /hello""#, r#""GET /hallo""#);
    sandbox
}

#[test]
fn releases_are_shown_and_rolled_back_to() {
    let sandbox = three_releases();
    insta::assert_snapshot!(transcript(&sandbox, "history --local"), @r"
    exit code 0
    --- stdout
       RELEASE  AT                    BY
    *  3        MOMENT  WHO
          updated api_routes.main: + routes.GET /hallo, - routes.GET /hello
          updated stage.main: fingerprint
       2        MOMENT  WHO
          updated lambda_function.hello: timeout
       1        MOMENT  WHO
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
    ");
    insta::assert_snapshot!(transcript(&sandbox, "rollback --local"), @r"
    exit code 0
    shop, stage dev, eu-west-1, on the local emulator at http://127.0.0.1:PORT

    back to release 2 of MOMENT: stage.main: DEPLOYMENT → DEPLOYMENT
    checked with 2 requests in TIME

    rolled back to release 2 as release 4; `stackctl up --local` deploys the config again
    ");
    let code = |line: &str| sandbox.run(line).code;
    assert_eq!((code("call GET /hallo --local --fail"), code("plan --local --detailed-exitcode")), (1, 3));
    insta::assert_snapshot!(transcript(&sandbox, "rollback 1 --local"), @r"
    exit code 0
    shop, stage dev, eu-west-1, on the local emulator at http://127.0.0.1:PORT

    back to release 1 of MOMENT: lambda_function.hello: 2 → 1
    checked with 2 requests in TIME

    rolled back to release 1 as release 5; `stackctl up --local` deploys the config again
    ");
    insta::assert_snapshot!(transcript(&sandbox, "rollback 1 --local"), @r"
    exit code 0
    shop, stage dev, eu-west-1, on the local emulator at http://127.0.0.1:PORT

    the version of release 1 is already live
    ");
    let rows = transcript(&sandbox, "history --local");
    insta::assert_snapshot!(rows.lines().filter(|row| row.contains("MOMENT")).collect::<Vec<_>>().join("\n"), @r"
    *  5        MOMENT  WHO  back to 1
       4        MOMENT  WHO  back to 2
       3        MOMENT  WHO
       2        MOMENT  WHO
       1        MOMENT  WHO
    ");
    assert_eq!((code("up --local"), code("plan --local --detailed-exitcode")), (0, 0));
}

#[test]
fn a_rollback_names_deleted_and_newer_resources() {
    let sandbox = Sandbox::new().up();
    let (hello, other) = (r#""functions": { "hello""#, r#""functions": { "other": OTHER, "hello""#);
    let other =
        other.replace("OTHER", r#"{ "source": "hello", "handler": "bootstrap", "runtime": "provided.al2023" }"#);
    touch(&sandbox, hello, &other);
    sandbox.edit(&other, hello);
    touch(&sandbox, r#""GET /hello""#, r#""GET /hallo""#);
    insta::assert_snapshot!(transcript(&sandbox, "rollback 2 --local"), @r"
    exit code 0
    shop, stage dev, eu-west-1, on the local emulator at http://127.0.0.1:PORT

    back to release 2 of MOMENT: stage.main: DEPLOYMENT → DEPLOYMENT
    deleted since, and not restored: lambda_function.other
    checked with 2 requests in TIME

    rolled back to release 2 as release 4, but for lambda_function.other; `stackctl up --local` deploys the config again
    ");
    sandbox.edit(hello, &other);
    touch(&sandbox, r#""GET /hallo""#, r#""GET /hi""#);
    insta::assert_snapshot!(transcript(&sandbox, "rollback 2 --local"), @r"
    exit code 0
    shop, stage dev, eu-west-1, on the local emulator at http://127.0.0.1:PORT

    back to release 2 of MOMENT: stage.main: DEPLOYMENT → DEPLOYMENT
    created since, and unchanged: lambda_function.other
    checked with 2 requests in TIME

    rolled back to release 2 as release 6, but for lambda_function.other; `stackctl up --local` deploys the config again
    ");
}

#[test]
fn a_rollback_is_an_event_and_can_be_repeated() {
    let sandbox = Sandbox::new();
    let timeout = |seconds: u32| format!(r#""provided.al2023", "timeout": {seconds} }}"#);
    sandbox.edit(r#""provided.al2023" }"#, &timeout(1));
    sandbox.done("up --local --quiet");
    (1..5).for_each(|seconds| touch(&sandbox, &timeout(seconds), &timeout(seconds + 1)));
    let events = sandbox.events("rollback 1 --local");
    let done = events.iter().find(|event| event["event"] == "rolled_back").unwrap();
    assert_eq!(
        *done,
        json!({
            "v": 3,
            "event": "rolled_back",
            "release": 6,
            "back_to": 1,
            "moves": [{ "key": "lambda_function.hello", "from": "5", "to": "1" }],
            "deleted_since": [],
            "created_since": [],
            "checked": true,
        })
    );
    // It was the oldest of five releases, and the new release replaced it.
    sandbox.done("rollback 1 --local");
}

#[test]
fn a_release_that_is_not_recorded_is_rejected() {
    let sandbox = Sandbox::new().up();
    insta::assert_snapshot!(sandbox.session(&["rollback --local --quiet", "rollback 7 --local --quiet"]), @r"
    $ rollback --local --quiet
    exit code 1
    error: nothing to roll back to: no earlier release differs from the live one
    hint: `stackctl history --local` shows the releases

    $ rollback 7 --local --quiet
    exit code 2
    error: release 7 not found
    hint: `stackctl history --local` shows the releases
    ");
    sandbox.done("down --local --yes");
    insta::assert_snapshot!(sandbox.transcript("history --local"), @r"
    exit code 1
    error: shop, stage dev: not deployed
      no resources are recorded at .stackctl/local/state/shop.dev.json, and no resources of it in the local emulator
    hint: `stackctl up --local` deploys it
    ");
}

#[test]
fn a_release_whose_version_was_deleted_is_not_available() {
    let sandbox = three_releases();
    let version = sandbox.events("history --local")[1]["releases"][2]["release"]["serves"].clone();
    assert_eq!(version["lambda_function.hello"], Value::from("1"));
    let endpoint = sandbox.run("outputs endpoint --local").out;
    let function = format!("{}/2015-03-31/functions/shop-dev-hello?Qualifier=1", endpoint.trim());
    let delete = format!(
        "eval \"$(stackctl local env)\" && curl -sf -X DELETE '{function}' --aws-sigv4 aws:amz:eu-west-1:lambda --user \
         \"$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY\""
    );
    let deleted = sandbox.ran(&mut sandbox.shell(&delete));
    assert_eq!(deleted.code, 0, "{deleted:?}");
    insta::assert_snapshot!(transcript(&sandbox, "rollback 1 --local --quiet"), @r"
    exit code 1
    error: release 1 is not available
      deleted since: `1` of lambda_function.hello
    hint: restore the config and code of that release, and run `stackctl up --local`
    hint: `stackctl history --local` shows which releases are available
    ");
    sandbox.done("up --local");
}

#[test]
fn a_rollback_that_cannot_be_recorded_is_resumed() {
    let (aws, sandbox) = ServedEmulator::with_bucket(Settings::default());
    sandbox.done("up --yes --quiet");
    sandbox.edit(r#""provided.al2023" }"#, r#""provided.al2023", "timeout": 7 }"#);
    sandbox.edit(r#""GET /hello""#, r#""GET /hallo""#);
    sandbox.done("up --yes --quiet");
    aws.refuse("lambda:UpdateAlias");
    aws.refuse_later("s3:PutObject", 2);
    insta::assert_snapshot!(transcript(&sandbox, "rollback --yes --quiet"), @r"
    exit code 4
    error: lambda_function.hello: not rolled back
      lambda:UpdateAlias: AccessDeniedException: User: arn:aws:iam::000000000000:user/ann is not authorized
      request id REQUEST
    hint: the caller needs `lambda:UpdateAlias`: see the statement `Functions` of `stackctl policy`
    error: s3://states/stackctl/shop.dev.json: the state cannot be saved
      s3:PutObject: AccessDeniedException: User: arn:aws:iam::000000000000:user/ann is not authorized
      request id REQUEST
    hint: the caller needs `s3:PutObject` and `s3:GetObject`: see the statement `State` of `stackctl policy`
    hint: rolled forward: what was live before the rollback is live again
    hint: the changes are not recorded; `stackctl rollback 1` continues
    ");
    sandbox.done("rollback --yes");
    let rows = sandbox.events("history")[1]["releases"].clone();
    let (row, by) = (&rows[0], &rows[0]["release"]["by"]);
    assert_eq!((&row["live"], &row["release"]["back_to"]), (&Value::from(true), &Value::from(1)));
    assert_eq!(by, "arn:aws:iam::000000000000:user/local", "the caller as AWS names it");
}

#[test]
fn a_release_that_is_not_available_is_passed_over() {
    let sandbox = Sandbox::new().up();
    let (functions, routes) = (r#""functions": { "hello""#, r#""GET /hello""#);
    let more = r#""functions": { "more": { "source": "hello", "handler": "bootstrap", "runtime": "provided.al2023" }, "hello""#;
    let route = r#""GET /more": { "function": "more" }, "GET /hello""#;
    sandbox.edit(functions, more);
    touch(&sandbox, routes, route);
    sandbox.edit(more, functions);
    sandbox.edit(route, routes);
    touch(&sandbox, r#""provided.al2023" }"#, r#""provided.al2023", "timeout": 7 }"#);
    insta::assert_snapshot!(transcript(&sandbox, "rollback --local"), @r"
    exit code 0
    shop, stage dev, eu-west-1, on the local emulator at http://127.0.0.1:PORT

    release 2 is not available: deleted since: iam_role.more, lambda_function.more, lambda_permission.more
    back to release 1 of MOMENT: lambda_function.hello: 2 → 1
    checked with 2 requests in TIME

    rolled back to release 1 as release 4; `stackctl up --local` deploys the config again
    ");
}

/// Two releases, after which the function fails.
fn broken() -> Sandbox {
    let sandbox = Sandbox::scripted();
    break_down(&sandbox, "up --local --quiet");
    sandbox
}

/// Deploys two releases with this command. Their function fails afterwards: it asks whether a port of the test is open.
fn break_down(sandbox: &Sandbox, up: &str) -> SocketAddr {
    let healthy = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = healthy.local_addr().unwrap();
    let refused = format!(
        r#"def refused():
    try:
        socket.create_connection(("127.0.0.1", {})).close()
    except OSError:
        return True

def answer(event):"#,
        address.port()
    );
    let code = scripted::BOOTSTRAP.replace("def answer(event):", &refused);
    sandbox.write("items/bootstrap", &code.replace("wanted = query", "wanted = 500 if refused() else query"));
    sandbox.edit("    \"GET /admin\": { \"function\": \"items\", \"auth\": { \"scopes\": [\"shop/admin\"] } },\n", "");
    sandbox.edit(r#""POST /echo": { "function": "items", "auth": "none" },"#, "");
    sandbox.edit(r#""GET /items": { "function": "items" }"#, r#""GET /items": { "function": "items", "check": {} }"#);
    assert_eq!(sandbox.run(up).code, 0);
    sandbox.edit(r#""timeout": 10 },"#, r#""timeout": 11 },"#);
    assert_eq!(sandbox.run(up).code, 0);
    address
}

#[test]
fn a_rollback_whose_check_fails_is_rolled_forward() {
    let sandbox = broken();
    let (live, plan) = (sandbox.events("history --local")[1].clone(), "plan --local --detailed-exitcode");
    insta::assert_snapshot!(transcript(&sandbox, "rollback --local --quiet"), @r"
    exit code 1
    error: GET /items as a user: the response is 500, not 200
      | as you like it
      `items` has logged:
        hello from /items
    hint: rolled forward: what was live before the rollback is live again
    ");
    assert_eq!((sandbox.events("history --local")[1].clone(), sandbox.run(plan).code), (live, 0));
    let events = sandbox.events("rollback --local --quiet");
    let forward = events.iter().find(|event| event["event"] == "rolled_forward").unwrap();
    let expected = json!({ "v": 3, "event": "rolled_forward", "back_to": 1, "restored": ["lambda_function.items"] });
    assert_eq!(*forward, expected);
    insta::assert_snapshot!(transcript(&sandbox, "rollback --local --no-check"), @r"
    exit code 0
    shop, stage dev, eu-west-1, on the local emulator at http://127.0.0.1:PORT

    back to release 1 of MOMENT: lambda_function.items: 2 → 1
    rolled back to release 1 as release 3; `stackctl up --local` deploys the config again
    ");
    let rows = transcript(&sandbox, "history --local");
    insta::assert_snapshot!(rows.lines().filter(|row| row.contains("MOMENT")).collect::<Vec<_>>().join("\n"), @r"
    *  3        MOMENT  WHO  back to 1, not checked
       2        MOMENT  WHO
       1        MOMENT  WHO
    ");
}

#[test]
fn a_check_that_was_edited_since_is_left_out() {
    let sandbox = broken();
    sandbox.edit(r#""check": {}"#, r#""check": { "status": 201 }"#);
    insta::assert_snapshot!(transcript(&sandbox, "rollback --local"), @r"
    exit code 0
    shop, stage dev, eu-west-1, on the local emulator at http://127.0.0.1:PORT

    back to release 1 of MOMENT: lambda_function.items: 2 → 1
    not checked, because the `check` in the config is not that of the release: GET /items
    checked with 6 requests in TIME

    rolled back to release 1 as release 3; `stackctl up --local` deploys the config again
    ");
}

#[test]
fn a_rollback_that_fails_says_how_to_resume() {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = aws.empty();
    sandbox.write("config.json", scripted::CONFIG);
    let address = break_down(&sandbox, "up --yes --quiet");
    // The first call rolls back, and the second one rolls forward.
    aws.refuse_later("lambda:UpdateAlias", 1);
    insta::assert_snapshot!(sandbox.transcript("rollback --yes --quiet"), @r"
    exit code 4
    error: GET /items as a user: the response is 500, not 200
      | as you like it
      `items` has logged:
        hello from /items
    error: lambda_function.items: not rolled forward
      lambda:UpdateAlias: AccessDeniedException: User: arn:aws:iam::000000000000:user/ann is not authorized
      request id REQUEST
    hint: the caller needs `lambda:UpdateAlias`: see the statement `Functions` of `stackctl policy`
    hint: `stackctl up` deploys the config again
    ");
    let _healthy = TcpListener::bind(address).unwrap();
    sandbox.done("rollback --yes --quiet");
    let events = sandbox.events("history");
    let last = &events[1]["releases"][0];
    assert_eq!((&last["live"], &last["release"]["back_to"]), (&Value::from(true), &Value::from(1)));
}
