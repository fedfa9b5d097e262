//! A stack's life on the local cloud.

use std::time::Duration;

use stackctl_local::Settings;

use super::{cloud::Served, sandbox::Sandbox};

#[test]
#[expect(clippy::too_many_lines, reason = "it is one session, to be read from top to bottom")]
fn a_stack_comes_up_is_seen_changed_and_taken_down() {
    let sandbox = Sandbox::new();
    insta::assert_snapshot!(sandbox.transcript("up --local --parallel 1"), @r"
    exit code 0
    --- stdout
    invoke_url    http://127.0.0.1:PORT/_aws/execute-api/<rest_api.main#id>/dev
    rest_api_id   <rest_api.main#id>
    user_pool_id  <user_pool.main#id>
    client_id     <user_pool_client.main#id>
    region        eu-west-1
    account       000000000000
    endpoint      http://127.0.0.1:PORT

    GET /hello          http://127.0.0.1:PORT/_aws/execute-api/<rest_api.main#id>/dev/hello  public
    POST /hello/{name}  http://127.0.0.1:PORT/_aws/execute-api/<rest_api.main#id>/dev/hello/{name}
    --- stderr
    started the local cloud at http://127.0.0.1:PORT; `stackctl local stop` ends it
    shop, stage dev, eu-west-1, on the local cloud at http://127.0.0.1:PORT

      + iam_role.hello           shop-dev-hello-eu-west-1
      + log_group.hello          /aws/lambda/shop-dev-hello
      + lambda_function.hello    shop-dev-hello
      + rest_api.main            shop-dev
      + lambda_permission.hello  shop-dev-hello
      + user_pool.main           shop-dev
          usernameAttributes [], caseSensitive false (cannot be changed later)
      + authorizer.main          shop-dev
      + api_routes.main
          + GET /hello  shop-dev-hello, public
          + POST /hello/{name}  shop-dev-hello
      + stage.main               dev
      + user_pool_client.main    shop-dev
          generateSecret false (a later change replaces it)

    plan: 10 to create
      iam_role.hello           created  TIME
      log_group.hello          created  TIME
      lambda_function.hello    created  TIME
      rest_api.main            created  TIME
      lambda_permission.hello  created  TIME
      user_pool.main           created  TIME
      authorizer.main          created  TIME
      api_routes.main          created  TIME
      stage.main               created  TIME
      user_pool_client.main    created  TIME

    10 created in TIME

    checked with 2 requests in TIME


    next:
      curl -i http://127.0.0.1:PORT/_aws/execute-api/<rest_api.main#id>/dev/hello    # anybody may
      stackctl user create mail@example.com --local    # makes a user and prints an ID token
    ");
    insta::assert_snapshot!(sandbox.transcript("status --local"), @r"
    exit code 0
    --- stdout
    iam_role.hello           in sync  arn:aws:iam::000000000000:role/stackctl/shop/dev/shop-dev-hello-eu-west-1
    log_group.hello          in sync  /aws/lambda/shop-dev-hello
    lambda_function.hello    in sync  shop-dev-hello
    rest_api.main            in sync  <rest_api.main#id>
    lambda_permission.hello  in sync  shop-dev-hello:live/<lambda_permission.hello#statement_id>
    user_pool.main           in sync  <user_pool.main#id>
    authorizer.main          in sync  <authorizer.main#id>
    api_routes.main          in sync  <rest_api.main#id>
    stage.main               in sync  <rest_api.main#id>/dev
    user_pool_client.main    in sync  <user_pool_client.main#id>

    10 in sync
    --- stderr
    shop, stage dev, eu-west-1, on the local cloud at http://127.0.0.1:PORT
    ");
    sandbox.edit(r#""GET /hello""#, r#""GET /hallo""#);
    sandbox
        .edit(r#""provided.al2023" }"#, r#""provided.al2023", "timeout": 7, "environment": { "TOKEN": "hunter2" } }"#);
    insta::assert_snapshot!(sandbox.transcript("plan --local --detailed-exitcode"), @r"
    exit code 3
    --- stdout
      ~ lambda_function.hello    shop-dev-hello
          environment.TOKEN: (secret, changes)
          timeout: 29 → 7
      ~ api_routes.main
          + GET /hallo  shop-dev-hello, public
          - GET /hello
      ~ stage.main               dev
          fingerprint: HASH… → HASH…

    plan: 3 to update; 7 unchanged
    --- stderr
    shop, stage dev, eu-west-1, on the local cloud at http://127.0.0.1:PORT
    ");
    insta::assert_snapshot!(sandbox.transcript("status --local --detailed-exitcode"), @r"
    exit code 3
    --- stdout
    iam_role.hello           in sync  arn:aws:iam::000000000000:role/stackctl/shop/dev/shop-dev-hello-eu-west-1
    log_group.hello          in sync  /aws/lambda/shop-dev-hello
    lambda_function.hello    drifted  shop-dev-hello
        environment.TOKEN: (secret, differs)
        timeout: 7 → 29
    rest_api.main            in sync  <rest_api.main#id>
    lambda_permission.hello  in sync  shop-dev-hello:live/<lambda_permission.hello#statement_id>
    user_pool.main           in sync  <user_pool.main#id>
    authorizer.main          in sync  <authorizer.main#id>
    api_routes.main          drifted  <rest_api.main#id>
        GET /hallo: shop-dev-hello, public → (none)
        GET /hello: (none) → shop-dev-hello, public
    stage.main               drifted  <rest_api.main#id>/dev
        fingerprint: HASH… → HASH…
    user_pool_client.main    in sync  <user_pool_client.main#id>

    7 in sync, 3 drifted
    --- stderr
    shop, stage dev, eu-west-1, on the local cloud at http://127.0.0.1:PORT
    ");
    insta::assert_snapshot!(sandbox.transcript("up --local --parallel 1 --quiet"), @r"
    exit code 0
    --- stdout
    invoke_url    http://127.0.0.1:PORT/_aws/execute-api/<rest_api.main#id>/dev
    rest_api_id   <rest_api.main#id>
    user_pool_id  <user_pool.main#id>
    client_id     <user_pool_client.main#id>
    region        eu-west-1
    account       000000000000
    endpoint      http://127.0.0.1:PORT

    GET /hallo          http://127.0.0.1:PORT/_aws/execute-api/<rest_api.main#id>/dev/hallo  public
    POST /hello/{name}  http://127.0.0.1:PORT/_aws/execute-api/<rest_api.main#id>/dev/hello/{name}
    --- stderr
    ");
    insta::assert_snapshot!(sandbox.transcript("down --local --yes --parallel 1"), @r"
    exit code 0
    --- stdout
    --- stderr
    shop, stage dev, eu-west-1, on the local cloud at http://127.0.0.1:PORT

      - lambda_function.hello    shop-dev-hello
      - iam_role.hello           shop-dev-hello-eu-west-1
      x lambda_permission.hello  (it goes with lambda_function.hello)
      - log_group.hello          /aws/lambda/shop-dev-hello
      - rest_api.main            <rest_api.main#id>
      x api_routes.main          (it goes with rest_api.main)
      x authorizer.main          (it goes with rest_api.main)
      x stage.main               (it goes with rest_api.main)
      - user_pool.main           shop-dev
      x user_pool_client.main    (it goes with user_pool.main)

    plan: 5 to delete, 5 to forget
      lambda_function.hello    deleted  TIME
      iam_role.hello           deleted  TIME
      lambda_permission.hello  forgotten  TIME
      log_group.hello          deleted  TIME
      rest_api.main            deleted  TIME
      api_routes.main          forgotten  TIME
      authorizer.main          forgotten  TIME
      stage.main               forgotten  TIME
      user_pool.main           deleted  TIME
      user_pool_client.main    forgotten  TIME

    5 deleted, 5 forgotten in TIME
    ");
    insta::assert_snapshot!(sandbox.transcript("status --local --detailed-exitcode"), @r"
    exit code 3
    --- stdout
    shop, stage dev: not deployed
    --- stderr
    ");
}

#[test]
fn a_second_up_only_reads() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.run("up --local").code, 0);
    let before = sandbox.files();
    let events = sandbox.events("up --local");
    let done = events.last().unwrap();
    assert_eq!((done["event"].as_str(), done["command"].as_str()), (Some("done"), Some("up")));
    assert_eq!((done["writes"].as_u64(), done["saves"].as_u64(), done["exit"].as_u64()), (Some(0), Some(0), Some(0)));
    let calls: u64 = done["calls"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(done["reads"].as_u64(), Some(calls));
    assert_eq!(sandbox.files(), before, "not a byte is written");
}

#[test]
fn plan_and_status_write_nothing() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.run("local start").code, 0);
    let before = sandbox.files();
    for line in ["plan --local", "status --local", "validate"] {
        assert_eq!(sandbox.run(line).code, 0, "{line}");
        assert_eq!(sandbox.files(), before, "{line}");
    }
    assert_eq!(sandbox.run("plan --local --detailed-exitcode").code, 3);
}

#[test]
fn a_machine_reads_one_event_per_line() {
    let sandbox = Sandbox::new();
    let events = sandbox.events("up --local --parallel 1");
    assert!(events.iter().all(|event| event["v"] == 1), "{events:?}");
    let mut names: Vec<&str> = events.iter().map(|event| event["event"].as_str().unwrap()).collect();
    names.dedup();
    names.retain(|name| !matches!(*name, "step_started" | "step_done"));
    assert_eq!(names, ["note", "target", "plan", "executed", "checked", "outputs", "next", "done"]);
    let done = events.last().unwrap();
    assert_eq!(done["calls"]["lambda:CreateFunction"], 1);
    // The intents, the results and that the check has passed; results gather for a second, so a slow machine has more.
    let executed = events.iter().find(|event| event["event"] == "executed").unwrap();
    let seconds = executed["seconds"].as_f64().unwrap();
    let more = done["saves"].as_u64().unwrap().checked_sub(3).unwrap();
    assert!(Duration::from_secs(more).as_secs_f64() <= seconds, "{more} more saves in {seconds} s");
}

#[test]
fn what_was_never_deployed_is_said_to_be_so() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    let before = sandbox.files();
    insta::assert_snapshot!(sandbox.transcript("status"), @r"
    exit code 0
    --- stdout
    shop, stage dev: not deployed
    --- stderr
    ");
    insta::assert_snapshot!(sandbox.transcript("outputs"), @r"
    exit code 1
    --- stdout
    --- stderr
    error: shop, stage dev: not deployed
      no state at state/shop.dev.json, and no resources of it in account 000000000000 in eu-west-1 at http://127.0.0.1:PORT
    hint: `stackctl up` deploys it
    ");
    insta::assert_snapshot!(sandbox.transcript("down --yes"), @r"
    exit code 0
    --- stdout
    --- stderr
    shop, stage dev: nothing to delete: no state at state/shop.dev.json, and no resources of it in account 000000000000 in eu-west-1 at http://127.0.0.1:PORT
    ");
    assert_eq!(sandbox.files(), before);
    assert_eq!(sandbox.run("status --stage prod").out, "shop, stage prod: not deployed\n");
}

#[test]
fn what_is_deployed_on_the_local_cloud_only_is_said_to_be_there() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.run("up --local --quiet").code, 0);
    let unknown = |stage: &str| {
        format!(
            "error: shop, stage {stage}: no state at state/shop.{stage}.json, and its resources cannot be looked up\n\
             error: AWS cannot be used\n  sts:GetCallerIdentity: there are no AWS credentials\n\
             hint: sign in (`aws configure`, `aws sso login`), choose `--profile`, or try without an account: `--local`\n"
        )
    };
    let elsewhere = unknown("dev") + "hint: it is deployed on the local cloud: add `--local`\n";
    for line in ["rollback", "history", "outputs", "logs", "call GET /hello"] {
        assert_eq!(sandbox.run(line).err, elsewhere, "{line}");
    }
    assert!(sandbox.run("user list").err.ends_with("add `--local`\n"));
    let other = sandbox.run("history --stage prod").err;
    assert_eq!(other, unknown("prod"));
    assert_eq!(sandbox.run("down --local --yes --quiet").code, 0);
    assert_eq!(sandbox.run("history").err, unknown("dev"), "nothing is left of it there");
}
