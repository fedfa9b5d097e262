//! What is not recorded, and why.

use std::fs;

use stackctl_local::Settings;

use super::{super::cloud::Served, STATE, lose, stack};

#[test]
fn nobody_is_asked_without_a_terminal_and_nothing_is_recorded() {
    let (_aws, sandbox) = stack();
    lose(&sandbox);
    insta::assert_snapshot!(sandbox.transcript("recover --stage dev"), @r"
    exit code 2
    --- stdout
    --- stderr
    shop, stage dev, us-west-2, at http://127.0.0.1:PORT, which stands in for AWS

      < api_routes.main          <rest_api.main#id>
      < authorizer.main          <authorizer.main#id>
      < iam_role.hello           arn:aws:iam::000000000000:role/stackctl/shop/dev/shop-dev-hello-us-west-2
      < lambda_function.hello    shop-dev-hello
      < lambda_permission.hello  shop-dev-hello:live/<lambda_permission.hello#statement_id>
      < log_group.hello          /aws/lambda/shop-dev-hello
      < rest_api.main            <rest_api.main#id>
      < stage.main               <rest_api.main#id>/dev
      < user_pool.main           <user_pool.main#id>
      < user_pool_client.main    <user_pool_client.main#id>

    found: 10 to record
    error: cannot ask for confirmation: not a terminal. Nothing was changed.
    hint: look at it, then run `stackctl recover --stage dev --yes`
    ");
    assert_eq!(sandbox.events("recover").last().unwrap()["exit"], 2);
    assert!(!sandbox.path(STATE).exists());
}

#[test]
fn a_state_that_is_not_lost_is_not_touched() {
    let (_aws, sandbox) = stack();
    let before = fs::read(sandbox.path(STATE)).unwrap();
    insta::assert_snapshot!(sandbox.transcript("recover --yes"), @r"
    exit code 2
    --- stdout
    --- stderr
    shop, stage dev, us-west-2, at http://127.0.0.1:PORT, which stands in for AWS

    error: state/shop.dev.json: the state is not lost, so nothing was changed
      it knows 10 things, and was saved 3 times
    hint: `stackctl status` compares it with what there is
    hint: to rebuild it all the same, move it away first
    ");
    assert_eq!(fs::read(sandbox.path(STATE)).unwrap(), before);
}

#[test]
fn a_state_that_knows_what_was_about_to_be_made_is_not_lost_either() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    aws.refuse("lambda:CreateFunction");
    assert_eq!(sandbox.run("up --yes").code, 4);
    let told = "  it knows 6 things and 4 steps of an interrupted run, and was saved ";
    let ran = sandbox.run("recover --yes");
    assert!(ran.code == 2 && ran.err.contains(told), "{}", ran.err);
}

#[test]
fn a_list_that_is_denied_is_named() {
    let (aws, sandbox) = stack();
    lose(&sandbox);
    aws.refuse("iam:ListRoles");
    insta::assert_snapshot!(sandbox.transcript("recover --yes"), @r"
    exit code 1
    --- stdout
    --- stderr
    shop, stage dev, us-west-2, at http://127.0.0.1:PORT, which stands in for AWS

    error: iam_role.hello: cannot be looked at
      iam:ListRoles: AccessDeniedException: User: arn:aws:iam::000000000000:user/ann is not authorized
      request id REQUEST
    hint: the caller needs `iam:ListRoles`
    ");
    assert!(!sandbox.path(STATE).exists());
}

#[test]
fn two_pools_with_the_claim_are_named_with_their_users() {
    let (aws, sandbox) = stack();
    let ours = sandbox.run("outputs user_pool_id").out.trim().to_owned();
    let copy = aws.by_hand(async |cloud| {
        let pool = cloud.arn("cognito-idp", &format!("userpool/{ours}"));
        let tags = cloud.cognito.list_tags_for_resource().resource_arn(pool).send().await.unwrap().tags;
        let copy = cloud.cognito.create_user_pool().pool_name("copy").set_user_pool_tags(tags).send().await.unwrap();
        let copy = copy.user_pool.unwrap().id.unwrap();
        cloud.cognito.admin_create_user().user_pool_id(&copy).username("ann").send().await.unwrap();
        copy
    });
    lose(&sandbox);
    insta::assert_snapshot!(sandbox.transcript("recover --yes").replace(&copy, "<the copy>"), @r"
    exit code 1
    --- stdout
    --- stderr
    shop, stage dev, us-west-2, at http://127.0.0.1:PORT, which stands in for AWS

    error: user_pool.main: 2 carry its tags, and only you can tell which is the stack's
      <the copy>, which holds 1 user
      <user_pool.main#id>, which holds 0 users
    hint: delete those that are not, or take the tag `stackctl:stack` off them, then run `stackctl recover` again: nothing was recorded
    ");
    assert!(!sandbox.path(STATE).exists());
}

#[test]
fn two_clients_that_nobody_can_tell_apart_are_named() {
    let (aws, sandbox) = stack();
    let (pool, ours) = (sandbox.run("outputs user_pool_id").out, sandbox.run("outputs client_id").out);
    let twin = aws.by_hand(async |cloud| {
        let client = cloud.cognito.describe_user_pool_client().user_pool_id(pool.trim()).client_id(ours.trim());
        let client = client.send().await.unwrap().user_pool_client.unwrap();
        let twin = cloud.cognito.create_user_pool_client().user_pool_id(pool.trim()).client_name("shop-dev");
        let twin = twin
            .set_explicit_auth_flows(client.explicit_auth_flows)
            .set_token_validity_units(client.token_validity_units)
            .set_access_token_validity(client.access_token_validity)
            .set_id_token_validity(client.id_token_validity)
            .set_refresh_token_validity(Some(client.refresh_token_validity))
            .set_prevent_user_existence_errors(client.prevent_user_existence_errors);
        twin.send().await.unwrap().user_pool_client.unwrap().client_id.unwrap()
    });
    lose(&sandbox);
    let transcript = sandbox.transcript("recover --yes").replace(&twin, "<the twin>");
    let (_, told) = transcript.split_once("AWS\n\n").unwrap();
    // They come in the order of AWS's list.
    let mut lines: Vec<&str> = told.lines().collect();
    lines[1..3].sort_unstable();
    insta::assert_snapshot!(lines.join("\n"), @r"
    error: user_pool_client.main: 2 have its name and settings, and only you can tell which is the stack's
      <the twin>
      <user_pool_client.main#id>
    hint: delete those that are not, or rename them, then run `stackctl recover` again: nothing was recorded
    ");
}

#[test]
fn an_up_without_its_state_makes_nothing_twice() {
    let (aws, sandbox) = stack();
    lose(&sandbox);
    let world = aws.cloud.snapshot();
    insta::assert_snapshot!(sandbox.transcript("up --yes"), @r"
    exit code 1
    --- stdout
    --- stderr
    shop, stage dev, us-west-2, at http://127.0.0.1:PORT, which stands in for AWS

    error: rest_api.main: `<rest_api.main#id>` carries the tags of this stack, and state/shop.dev.json knows nothing of it
    error: user_pool.main: `<user_pool.main#id>` carries the tags of this stack, and state/shop.dev.json knows nothing of it
    hint: if the state was lost, `stackctl recover` rebuilds it
    hint: if another state knows it, use that one, or choose another `deployment.serviceName` or stage
    ");
    assert_eq!(sandbox.run("plan").code, 1);
    assert_eq!(aws.cloud.snapshot(), world);
}
