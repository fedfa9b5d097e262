//! What a run against AWS refuses, and how it says so. AWS is played by a local cloud in this process.

use std::fs;

use stackctl_local::Settings;

use super::{
    cloud::Served,
    sandbox::{CONFIG, Sandbox},
};
use crate::harness::of_the_future;

#[test]
fn nobody_is_asked_without_a_terminal() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    insta::assert_snapshot!(sandbox.transcript("up"), @r"
    exit code 2
    --- stdout
    --- stderr
    shop, stage dev, eu-west-1, at http://127.0.0.1:PORT, which stands in for AWS

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
    error: cannot ask for confirmation: not a terminal. Nothing was changed.
    hint: look at the plan, then run `stackctl up --yes`
    ");
    assert_eq!(sandbox.events("up").last().unwrap()["writes"], 0);
    assert_eq!(aws.writes_since(0), [""; 0]);
}

#[test]
fn a_step_that_fails_stops_only_what_needs_it_and_the_next_up_goes_on() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    aws.refuse("lambda:CreateFunction");
    insta::assert_snapshot!(sandbox.transcript("up --yes --parallel 1"), @r"
    exit code 4
    --- stdout
    --- stderr
    shop, stage dev, eu-west-1, at http://127.0.0.1:PORT, which stands in for AWS

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
      lambda_function.hello    not created
      rest_api.main            created  TIME
      user_pool.main           created  TIME
      authorizer.main          created  TIME
      user_pool_client.main    created  TIME
      lambda_permission.hello  skipped
      api_routes.main          skipped
      stage.main               skipped

    6 created in TIME

    error: lambda_function.hello: not created
      lambda:CreateFunction: AccessDeniedException: User: arn:aws:iam::000000000000:user/ann is not authorized
      request id REQUEST
    hint: the caller needs `lambda:CreateFunction`, `iam:PassRole` and `lambda:TagResource`
    hint: 6 of 10 steps are done and recorded; run `stackctl up` to go on
    ");
    let events = sandbox.events("status");
    let statuses: Vec<_> = events[1]["resources"].as_array().unwrap().iter().map(|row| row["status"].clone()).collect();
    assert!(statuses.contains(&"pending".into()) && statuses.contains(&"in_sync".into()), "{statuses:?}");
    assert_eq!(sandbox.run("up --yes").code, 0);
    assert_eq!(sandbox.run("plan --detailed-exitcode").code, 0);
}

#[test]
fn a_look_that_fails_names_the_thing() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    assert_eq!(sandbox.run("up --yes").code, 0);
    aws.refuse("lambda:GetFunction");
    insta::assert_snapshot!(sandbox.transcript("status"), @r"
    exit code 1
    --- stdout
    --- stderr
    shop, stage dev, eu-west-1, at http://127.0.0.1:PORT, which stands in for AWS

    error: lambda_function.hello: cannot be looked at
      lambda:GetFunction: AccessDeniedException: User: arn:aws:iam::000000000000:user/ann is not authorized
      request id REQUEST
    hint: the caller needs `lambda:GetFunction`
    ");
}

#[test]
fn another_account_is_refused() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    sandbox.edit(r#""stage": "dev""#, r#""stage": "dev", "accountId": "123456789012""#);
    insta::assert_snapshot!(sandbox.transcript("plan"), @r"
    exit code 2
    --- stdout
    --- stderr
    error: these credentials are of account 000000000000, not of 123456789012
      `deployment.accountId` allows no other account
    hint: choose the right credentials with `--profile`
    ");
}

#[test]
fn without_credentials_the_ways_out_are_named() {
    insta::assert_snapshot!(Sandbox::new().transcript("plan"), @r"
    exit code 1
    --- stdout
    --- stderr
    error: AWS cannot be used
      sts:GetCallerIdentity: there are no AWS credentials
    hint: sign in (`aws configure`, `aws sso login`), choose `--profile`, or try without an account: `--local`
    ");
}

#[test]
fn a_profile_that_is_not_there_is_named() {
    let ran = Sandbox::new().run("plan --profile nobody");
    assert_eq!(ran.code, 1);
    assert!(ran.err.starts_with("error: AWS cannot be used with the profile `nobody`\n"), "{}", ran.err);
}

#[test]
fn the_state_of_another_endpoint_is_refused() {
    let (here, there) = (Served::new(Settings::default()), Served::new(Settings::default()));
    let sandbox = here.sandbox();
    assert_eq!(sandbox.run("up --yes").code, 0);
    let sandbox = sandbox.with("AWS_ENDPOINT_URL", &there.url);
    insta::assert_snapshot!(sandbox.transcript("up --yes"), @r"
    exit code 1
    --- stdout
    --- stderr
    shop, stage dev, eu-west-1, at http://127.0.0.1:PORT, which stands in for AWS

    error: the state is of endpoint `http://127.0.0.1:PORT`, not of `http://127.0.0.1:PORT`
    hint: use the credentials and the endpoint that the stack was made with
    ");
}

#[test]
fn a_damaged_state_is_not_taken_for_an_empty_one() {
    let sandbox = Sandbox::new();
    sandbox.write("state/shop.dev.json", "{");
    insta::assert_snapshot!(sandbox.transcript("status"), @r"
    exit code 1
    --- stdout
    --- stderr
    error: state/shop.dev.json: the state is damaged: it ends in the middle, in line 1 column 1
    hint: copy an earlier version over state/shop.dev.json
    hint: `stackctl recover` rebuilds the state from what AWS has
    ");
}

#[test]
fn a_state_of_a_later_version_is_left_alone_and_that_version_is_named() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    assert_eq!(sandbox.run("up --yes").code, 0);
    let path = sandbox.path("state/shop.dev.json");
    let later = of_the_future(&fs::read_to_string(&path).unwrap());
    sandbox.write("state/shop.dev.json", &later);
    let refused = sandbox.transcript("up --yes --quiet");
    insta::assert_snapshot!(refused, @r"
    exit code 1
    --- stdout
    --- stderr
    error: state/shop.dev.json: the state has format 4, and this version of stackctl knows formats up to 3
    hint: use stackctl 7.1.0 or newer
    ");
    for line in ["plan", "status", "outputs", "down --yes --delete-users 0"] {
        assert_eq!(sandbox.transcript(&format!("{line} --quiet")), refused, "{line}");
    }
    assert_eq!(fs::read_to_string(path).unwrap(), later);
}

#[test]
fn what_a_hint_says_to_run_means_the_same() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.empty();
    sandbox.write("of mine/app.json", CONFIG);
    sandbox.write("of mine/hello/bootstrap", "#!/bin/sh\n");
    let run = |line: &str| {
        let mut command = sandbox.command(line);
        command.args(["--stage", "test", "--region", "eu-west-1", "--config", "of mine/app.json"]);
        sandbox.ran(&mut command)
    };
    let hint = |line: &str| run(line).err.lines().last().unwrap().to_owned();
    let flags = "--stage test --config 'of mine/app.json' --region eu-west-1";
    assert_eq!(
        hint("up --no-check"),
        format!("hint: look at the plan, then run `stackctl up --no-check {flags} --yes`")
    );
    assert_eq!(run("up --yes --quiet").code, 0);
    aws.add_user(run("outputs user_pool_id").out.trim(), "ann");
    assert_eq!(
        hint("down --delete-users 1"),
        format!("hint: look at the plan, then run `stackctl down --delete-users 1 {flags} --yes`")
    );
    aws.refuse("cognito-idp:DeleteUserPool");
    let failed = hint("down --delete-users 1 --yes");
    assert!(failed.ends_with(&format!("; run `stackctl down --delete-users 1 {flags}` to go on")), "{failed}");
}
