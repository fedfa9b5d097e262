//! `stackctl state show` and `state pull`, damaged states, and states in a bucket.

use std::fs;

use stackctl_local::Settings;

use super::{
    emulator::ServedEmulator,
    sandbox::{CONFIG, Sandbox},
};
use crate::harness::of_the_future;

#[test]
fn recorded_resources_and_planned_steps_are_shown() {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = aws.sandbox();
    aws.refuse("lambda:CreateFunction");
    assert_eq!(sandbox.run("up --yes").code, 4);
    insta::assert_snapshot!(sandbox.transcript("state show"), @r"
    exit code 0
    --- stdout
    place     state/shop.dev.json
    stack     shop, stage dev
    region    eu-west-1
    account   000000000000
    endpoint  http://127.0.0.1:PORT
    lineage   ID
    serial    2, by stackctl 0.1.0

    api_routes.main
      rest_api_id  <rest_api.main#id>
      needs        authorizer.main, rest_api.main
    authorizer.main
      id           <authorizer.main#id>
      rest_api_id  <rest_api.main#id>
      name         shop-dev
      needs        rest_api.main, user_pool.main
    iam_role.hello
      name  shop-dev-hello-eu-west-1
      arn   arn:aws:iam::000000000000:role/stackctl/shop/dev/shop-dev-hello-eu-west-1
    log_group.hello
      name            /aws/lambda/shop-dev-hello
      arn             arn:aws:logs:eu-west-1:000000000000:log-group:/aws/lambda/shop-dev-hello
      retention_days  30
    rest_api.main
      id                <rest_api.main#id>
      root_resource_id  <rest_api.main#root_resource_id>
      arn               arn:aws:apigateway:eu-west-1::/restapis/<rest_api.main#id>
    user_pool.main
      id    <user_pool.main#id>
      arn   arn:aws:cognito-idp:eu-west-1:000000000000:userpool/<user_pool.main#id>
      name  shop-dev
    user_pool_client.main
      id            <user_pool_client.main#id>
      user_pool_id  <user_pool.main#id>
      needs         user_pool.main

    lambda_function.hello    to be created  since MOMENT
    lambda_permission.hello  to be created  since MOMENT
    stage.main               to be created  since MOMENT

    not confirmed by a check: lambda_function.hello, stage.main

    7 recorded, 3 pending
    ");
    let events = sandbox.events("state show");
    let state: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(sandbox.path("state/shop.dev.json")).unwrap()).unwrap();
    assert_eq!((&events[1]["event"], &events[1]["place"]), (&"state".into(), &"state/shop.dev.json".into()));
    assert_eq!(events[1]["state"], state["state"]);
    sandbox.done("up --yes");
    let shown = sandbox.run("state show").out;
    assert!(shown.ends_with("\n10 recorded\n"), "{shown}");
    sandbox.done("down --yes");
    let shown = sandbox.run("state show").out;
    assert!(shown.ends_with("\nnothing is recorded\n"), "{shown}");
}

#[test]
fn a_state_is_printed_byte_for_byte_even_when_it_is_damaged() {
    let (_aws, sandbox) = ServedEmulator::deployed();
    let path = sandbox.path("state/shop.dev.json");
    let whole = fs::read_to_string(&path).unwrap();
    for kept in [&*whole, &of_the_future(&whole), &whole[..whole.len() / 2], "\u{1b}[2J"] {
        sandbox.write("state/shop.dev.json", kept);
        let ran = sandbox.run("state pull --color always");
        assert_eq!((ran.code, &*ran.out, &*ran.err), (0, kept, ""));
    }
    assert_eq!(sandbox.run("state show").code, 1, "a damaged state cannot be shown");
}

#[test]
fn a_missing_state_is_reported() {
    let sandbox = ServedEmulator::new(Settings::default()).sandbox();
    insta::assert_snapshot!(sandbox.transcript("state show --stage prod"), @r"
    exit code 1
    error: state/shop.prod.json: state not found
    hint: `stackctl up --stage prod` creates the stack and its state
    hint: if it existed and is missing, `stackctl recover --stage prod` rebuilds it
    ");
    assert_eq!(sandbox.transcript("state pull --stage prod"), sandbox.transcript("state show --stage prod"));
    let refused = &sandbox.events("state pull")[1];
    assert_eq!(refused["errors"][0]["message"], "the state is printed as it is kept, which is no event");
    assert_eq!(refused["hints"][0]["message"], "leave out `--json`, or use `stackctl state show --json`");
}

#[test]
fn the_state_of_another_endpoint_is_rejected() {
    let (there, (_aws, sandbox)) = (ServedEmulator::new(Settings::default()), ServedEmulator::deployed());
    let sandbox = sandbox.with("AWS_ENDPOINT_URL", &there.url);
    insta::assert_snapshot!(sandbox.transcript("up --yes --quiet"), @r"
    exit code 1
    error: the state is of endpoint `http://127.0.0.1:PORT`, not of `http://127.0.0.1:PORT`
    hint: use the credentials and the endpoint that the stack was created with
    ");
}

#[test]
fn a_damaged_state_is_reported_with_hints() {
    let sandbox = Sandbox::new();
    sandbox.write("state/shop.dev.json", "{");
    insta::assert_snapshot!(sandbox.transcript("status"), @r"
    exit code 1
    error: state/shop.dev.json: the state is damaged: it ends in the middle, in line 1 column 1
    hint: copy an earlier version over state/shop.dev.json
    hint: `stackctl recover` rebuilds the state from AWS
    ");
}

#[test]
fn a_state_of_a_later_version_is_left_alone_and_that_version_is_named() {
    let (_aws, sandbox) = ServedEmulator::deployed();
    let path = sandbox.path("state/shop.dev.json");
    let later = of_the_future(&fs::read_to_string(&path).unwrap());
    sandbox.write("state/shop.dev.json", &later);
    let refused = sandbox.transcript("up --yes --quiet");
    insta::assert_snapshot!(refused, @r"
    exit code 1
    error: state/shop.dev.json: the state has format 6, and this version of stackctl knows formats up to 5
    hint: use stackctl 7.1.0 or newer
    ");
    for line in ["plan", "status", "outputs", "down --yes --delete-users 0"] {
        assert_eq!(sandbox.transcript(&format!("{line} --quiet")), refused, "{line}");
    }
    assert_eq!(fs::read_to_string(path).unwrap(), later);
}

#[test]
fn the_state_is_in_the_bucket_and_nowhere_else() {
    let (aws, sandbox) = ServedEmulator::with_bucket(Settings::default());
    sandbox.done("up --yes");
    assert!(!sandbox.path("state").exists());
    let objects = aws.objects("states");
    assert_eq!(objects.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>(), ["stackctl/shop.dev.json"]);
    assert!(objects[0].1.contains("\"user_pool.main\""));
    assert_eq!(sandbox.run("state pull").out, objects[0].1);
    assert!(sandbox.run("state show").out.starts_with("place     s3://states/stackctl/shop.dev.json\n"));

    sandbox.done("plan --detailed-exitcode");
    sandbox.done("status --detailed-exitcode");
    assert!(sandbox.run("outputs invoke_url").out.starts_with(&aws.url));
    sandbox.done("down --yes");
    let nothing =
        "nothing to delete: no resources are recorded at s3://states/stackctl/shop.dev.json, and no resources";
    assert!(sandbox.run("down --yes").err.contains(nothing));
}

#[test]
fn a_deploy_makes_few_calls_to_the_bucket() {
    let (_aws, sandbox) = ServedEmulator::with_bucket(Settings::default());
    let events = sandbox.events("up --yes");
    let calls = &events.last().unwrap()["calls"];
    // Writes: lock, lock confirmation before the first save, intents, results in one or two groups, and the passed
    // check. Nothing is read without need.
    assert_eq!((&calls["s3:GetObject"], &calls["s3:DeleteObject"]), (&1.into(), &1.into()));
    assert!(calls["s3:PutObject"].as_u64().unwrap() <= 6, "{calls}");
    let events = sandbox.events("up --yes");
    let calls = &events.last().unwrap()["calls"];
    assert_eq!(
        (&calls["s3:PutObject"], &calls["s3:GetObject"], &calls["s3:DeleteObject"]),
        (&1.into(), &1.into(), &1.into()),
        "nothing to change"
    );
}

#[test]
fn a_missing_bucket_is_named_with_the_commands_that_create_it() {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = aws.sandbox();
    sandbox.edit("\"functions\"", "\"state\": { \"s3\": { \"bucket\": \"states\" } },\n  \"functions\"");
    insta::assert_snapshot!(sandbox.transcript("up --yes --quiet"), @r"
    exit code 1
    error: s3://states/stackctl/shop.dev.json: the state cannot be locked
      s3:PutObject: NoSuchBucket: The specified bucket does not exist
      request id REQUEST
    hint: `aws s3api create-bucket --bucket states --region eu-west-1 --create-bucket-configuration LocationConstraint=eu-west-1` creates it
    hint: `aws s3api put-bucket-versioning --bucket states --region eu-west-1 --versioning-configuration Status=Enabled` lets it keep earlier states
    ");
    sandbox.done("up --local --quiet");
    assert!(sandbox.path(".stackctl/local/state/shop.dev.json").exists(), "the local emulator has its own states");
}

#[test]
fn commands_in_hints_have_the_flags_that_choose_the_stack() {
    let aws = ServedEmulator::new(Settings::default());
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
    assert_eq!(hint("up --no-check"), format!("hint: check the plan, then run `stackctl up --no-check {flags} --yes`"));
    assert_eq!(run("up --yes --quiet").code, 0);
    aws.add_user(run("outputs user_pool_id").out.trim(), "ann");
    assert_eq!(
        hint("down --delete-users 1"),
        format!("hint: check the plan, then run `stackctl down --delete-users 1 {flags} --yes`")
    );
    aws.refuse("cognito-idp:DeleteUserPool");
    let failed = hint("down --delete-users 1 --yes");
    assert!(failed.ends_with(&format!("; run `stackctl down --delete-users 1 {flags}` to continue")), "{failed}");
}
