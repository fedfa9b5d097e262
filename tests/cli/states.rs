//! `stackctl state show` and `state pull`: what is recorded, for people, scripts and copies.

use std::fs;

use stackctl_local::Settings;

use super::{bucket, cloud::Served};
use crate::harness::of_the_future;

#[test]
fn what_is_recorded_and_what_was_about_to_be_done_is_shown() {
    let aws = Served::new(Settings::default());
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

    api_routes.main          to be created  since MOMENT
    lambda_function.hello    to be created  since MOMENT
    lambda_permission.hello  to be created  since MOMENT
    stage.main               to be created  since MOMENT

    not confirmed by a check: lambda_function.hello, stage.main

    6 recorded, 4 pending
    --- stderr
    ");
    let events = sandbox.events("state show");
    let state: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(sandbox.path("state/shop.dev.json")).unwrap()).unwrap();
    assert_eq!((&events[0]["event"], &events[0]["place"]), (&"state".into(), &"state/shop.dev.json".into()));
    assert_eq!(events[0]["state"], state["state"]);
    assert_eq!(sandbox.run("up --yes").code, 0);
    let shown = sandbox.run("state show").out;
    assert!(shown.ends_with("\n10 recorded\n"), "{shown}");
    assert_eq!(sandbox.run("down --yes").code, 0);
    let shown = sandbox.run("state show").out;
    assert!(shown.ends_with("\nnothing is recorded\n"), "{shown}");
}

#[test]
fn a_state_is_printed_byte_for_byte_also_where_it_cannot_be_used() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    assert_eq!(sandbox.run("up --yes").code, 0);
    let path = sandbox.path("state/shop.dev.json");
    let whole = fs::read_to_string(&path).unwrap();
    for kept in [&*whole, &of_the_future(&whole), &whole[..whole.len() / 2], "\u{1b}[2J"] {
        sandbox.write("state/shop.dev.json", kept);
        let ran = sandbox.run("state pull --color always");
        assert_eq!((ran.code, &*ran.out, &*ran.err), (0, kept, ""));
    }
    assert_eq!(sandbox.run("state show").code, 1, "what is no state cannot be shown as one");
}

#[test]
fn a_state_in_a_bucket_is_shown_and_printed_too() {
    let (aws, sandbox) = bucket::served(Settings::default());
    assert_eq!(sandbox.run("up --yes").code, 0);
    let shown = sandbox.run("state show").out;
    assert!(shown.starts_with("place     s3://states/stackctl/shop.dev.json\n"), "{shown}");
    assert_eq!(sandbox.run("state pull").out, aws.objects("states")[0].1);
}

#[test]
fn where_there_is_none_that_is_said() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    insta::assert_snapshot!(sandbox.transcript("state show --stage prod"), @r"
    exit code 1
    --- stdout
    --- stderr
    error: state/shop.prod.json: there is no state
    hint: `stackctl up --stage prod` makes the stack and its state
    hint: if it was there and was lost, `stackctl recover --stage prod` rebuilds it
    ");
    assert_eq!(sandbox.transcript("state pull --stage prod"), sandbox.transcript("state show --stage prod"));
    let refused = &sandbox.events("state pull")[0];
    assert_eq!(refused["errors"][0]["message"], "the state is printed as it is kept, which is no event");
    assert_eq!(refused["hints"][0], "leave out `--json`, or use `stackctl state show --json`");
}
