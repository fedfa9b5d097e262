//! A missing state: commands look up the resources of the stack, and `stackctl recover` rebuilds a missing or damaged
//! state.

use std::fs;

use serde_json::{Value, json};
use stackctl_local::Settings;

use super::{emulator::ServedEmulator, pty::Pty, sandbox::Sandbox};

const STATE: &str = "state/shop.dev.json";

/// A stack whose state was moved away, to where transcripts still find its ids.
fn without_state() -> (ServedEmulator, Sandbox) {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = aws.sandbox();
    // The Region of the clients in `by_hand`.
    sandbox.edit("eu-west-1", "us-west-2");
    sandbox.done("up --yes");
    fs::rename(sandbox.path("state"), sandbox.path("lost")).unwrap();
    (aws, sandbox)
}

const USES: [&str; 8] =
    ["down --yes", "status", "outputs", "history", "logs", "call GET /hello", "invoke hello", "rollback --yes"];

#[test]
fn commands_that_use_a_stack_without_its_state_name_what_exists_and_recover() {
    let (aws, sandbox) = without_state();
    let before = aws.cloud.call_log().len();
    insta::assert_snapshot!(sandbox.transcript("down --yes"), @r"
    exit code 1
    error: shop, stage dev: no state at state/shop.dev.json, but 6 of its resources exist in account 000000000000 in us-west-2 at http://127.0.0.1:PORT
      iam_role.hello: arn:aws:iam::000000000000:role/stackctl/shop/dev/shop-dev-hello-us-west-2
      lambda_function.hello: shop-dev-hello
      log_group.hello: /aws/lambda/shop-dev-hello
      rest_api.main: <rest_api.main#id>
      stage.main: <rest_api.main#id>/dev
      user_pool.main: <user_pool.main#id>
    hint: `stackctl recover` rebuilds the state
    hint: if the state is kept elsewhere, such as in another checkout or a bucket, use that one
    ");
    let rejection = sandbox.run("down --yes").err;
    for line in USES.iter().chain(&["user list"]) {
        let ran = sandbox.run(line);
        assert_eq!((ran.code, ran.err.as_str()), (1, rejection.as_str()), "{line}");
    }
    insta::assert_snapshot!(sandbox.transcript("up --yes --quiet"), @r"
    exit code 1
    error: rest_api.main: `<rest_api.main#id>` carries the tags of this stack, and state/shop.dev.json knows nothing of it
    error: user_pool.main: `<user_pool.main#id>` carries the tags of this stack, and state/shop.dev.json knows nothing of it
    hint: if the state is missing, `stackctl recover` rebuilds it
    hint: if another state knows it, use that one, or choose another `deployment.serviceName` or stage
    ");
    aws.refuse("apigateway:GetRestApis");
    insta::assert_snapshot!(sandbox.transcript("down --yes"), @r"
    exit code 1
    error: shop, stage dev: no state at state/shop.dev.json, and its resources cannot be found by their tags
    error: rest_api.*: cannot be read
      apigateway:GetRestApis: AccessDeniedException: User: arn:aws:iam::000000000000:user/ann is not authorized
      request id REQUEST
    hint: the caller needs `apigateway:GET`: see the statement `Apis` of `stackctl policy`
    ");
    assert_eq!(aws.writes_since(before), [""; 0]);
}

#[test]
fn a_stack_on_the_local_emulator_is_found_too() {
    let sandbox = Sandbox::new().up();
    let elsewhere = "\nhint: it is deployed to the local emulator: add `--local`\n";
    for line in ["history", "user list", "call GET /hello"] {
        let err = sandbox.run(line).err;
        assert!(err.contains("no AWS credentials found") && err.ends_with(elsewhere), "{line}: {err}");
    }
    fs::remove_dir_all(sandbox.path(".stackctl/local/state")).unwrap();
    sandbox.done("local stop");
    let ran = sandbox.run("down --local --yes");
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains("of its resources exist in the local emulator\n"), "{}", ran.err);
    assert!(ran.err.contains("hint: `stackctl recover --local` rebuilds the state\n"), "{}", ran.err);
}

#[test]
fn a_stack_that_does_not_exist_is_destroyed_already() {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = aws.sandbox();
    insta::assert_snapshot!(sandbox.transcript("down"), @r"
    exit code 0
    shop, stage dev: nothing to delete: no state at state/shop.dev.json, and no resources of it in account 000000000000 in eu-west-1 at http://127.0.0.1:PORT
    ");
    insta::assert_snapshot!(sandbox.transcript("down --local"), @r"
    exit code 0
    shop, stage dev: nothing to delete: no state at .stackctl/local/state/shop.dev.json, and the local emulator has no data
    ");
    assert!(!sandbox.path(".stackctl").exists(), "the local emulator is not started");
    insta::assert_snapshot!(sandbox.transcript("outputs"), @r"
    exit code 1
    error: shop, stage dev: not deployed
      no state at state/shop.dev.json, and no resources of it in account 000000000000 in eu-west-1 at http://127.0.0.1:PORT
    hint: `stackctl up` deploys it
    ");
    assert_eq!(sandbox.run("status").out, "shop, stage dev: not deployed\n");
    sandbox.done("up --yes");
    sandbox.done("down --yes");
    let again = sandbox.run("down --yes");
    assert_eq!(again.code, 0);
    assert!(again.err.contains("no resources are recorded at state/shop.dev.json, and no resources"), "{}", again.err);
}

#[test]
fn a_missing_state_is_rebuilt() {
    let (aws, sandbox) = without_state();
    let world = aws.cloud.snapshot();
    assert!(sandbox.run("recover").err.ends_with("\nhint: check this, then run `stackctl recover --yes`\n"));
    let mut person = Pty::new(sandbox.command("recover"));
    let place = format!("in account 000000000000 in us-west-2 at {}", aws.url);
    person.sees(&format!("\nWrite the state of shop, stage dev, {place}, to state/shop.dev.json? [y/N] "));
    person.types("n");
    assert_eq!((person.ends().0, sandbox.path(STATE).exists()), (1, false));
    insta::assert_snapshot!(sandbox.transcript("recover --yes"), @r"
    exit code 0
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
    recorded 10 resources in state/shop.dev.json

    next:
      stackctl plan    # what is left to do
    ");
    assert_eq!(aws.cloud.snapshot(), world);
    insta::assert_snapshot!(sandbox.transcript("recover --yes --quiet"), @r"
    exit code 2
    error: state/shop.dev.json: the state is intact, so nothing was changed
      recorded: 10 resources, saved once
    hint: `stackctl status` compares it with the live settings
    hint: to rebuild it all the same, move it away first
    ");
    sandbox.done("plan --detailed-exitcode");
    fs::remove_dir_all(sandbox.path("state")).unwrap();
    let events = sandbox.events("recover --yes");
    let names: Vec<_> = events.iter().map(|event| event["event"].as_str().unwrap()).collect();
    assert_eq!(names, ["target", "discovered", "recovered", "next", "done"]);
    assert_eq!(
        events[1]["resources"][2],
        json!({ "key": "iam_role.hello", "found": true, "configured": true,
                "id": "arn:aws:iam::000000000000:role/stackctl/shop/dev/shop-dev-hello-us-west-2" })
    );
    assert_eq!(events[2]["resources"], 10);
    assert!(events[2]["state"].as_str().unwrap().ends_with(STATE), "{}", events[2]);
    assert_eq!((&events[4]["writes"], &events[4]["saves"]), (&json!(0), &json!(1)));
    sandbox.done("down --yes");
}

#[test]
fn a_damaged_state_is_kept_aside() {
    let (_aws, sandbox) = ServedEmulator::deployed();
    let text = fs::read_to_string(sandbox.path(STATE)).unwrap();
    sandbox.write(STATE, &text[..60]);
    assert!(sandbox.run("up --yes").err.ends_with("hint: `stackctl recover` rebuilds the state from AWS\n"));
    let recovered = sandbox.transcript("recover --yes");
    insta::assert_snapshot!(recovered.split_once("10 to record\n").unwrap().1, @r"
    warning: state/shop.dev.json: the state is damaged: it ends in the middle, in line 2 column 58
    recorded 10 resources in state/shop.dev.json
    the damaged state is kept as state/shop.dev.damaged.json

    next:
      stackctl plan    # what is left to do
    ");
    assert_eq!(fs::read_to_string(sandbox.path("state/shop.dev.damaged.json")).unwrap(), text[..60]);
    sandbox.done("plan --detailed-exitcode");
}

#[test]
fn without_resources_nothing_is_recorded() {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = aws.sandbox();
    let transcript = |line: &str| {
        // Waiting lines come in any order.
        let text = sandbox.transcript(line);
        text.split_inclusive('\n').filter(|line| !line.contains("may be listed late")).collect::<String>()
    };
    insta::assert_snapshot!(transcript("recover"), @r"
    exit code 0
    shop, stage dev, eu-west-1, at http://127.0.0.1:PORT, which stands in for AWS

    no resources of the stack found
    nothing was recorded; `stackctl up` creates the stack
    ");
    assert!(!sandbox.path(STATE).exists());
    sandbox.write(STATE, "{");
    insta::assert_snapshot!(transcript("recover --yes"), @r"
    exit code 0
    shop, stage dev, eu-west-1, at http://127.0.0.1:PORT, which stands in for AWS

    no resources of the stack found
    warning: state/shop.dev.json: the state is damaged: it ends in the middle, in line 1 column 1
    wrote an empty state to state/shop.dev.json
    the damaged state is kept as state/shop.dev.damaged.json

    next:
      stackctl plan    # what is left to do
    ");
    sandbox.done("up --yes");
}

#[test]
fn a_state_of_an_interrupted_run_is_not_replaced() {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = aws.sandbox();
    aws.refuse("lambda:CreateFunction");
    assert_eq!(sandbox.run("up --yes").code, 4);
    let ran = sandbox.run("recover --yes");
    let known = "  recorded: 7 resources and 3 steps of an interrupted run, saved ";
    assert!(ran.code == 2 && ran.err.contains(known), "{}", ran.err);
}

#[test]
fn missing_and_unmanaged_resources_are_named() {
    let (aws, sandbox) = without_state();
    fs::rename(sandbox.path("lost"), sandbox.path("state")).unwrap();
    let pool = sandbox.run("outputs user_pool_id").out.trim().to_owned();
    let client = aws.by_hand(async |cloud| {
        let group = cloud.arn("logs", "log-group:/aws/lambda/shop-dev-hello");
        cloud.logs.untag_resource().resource_arn(group).tag_keys("stackctl:stack").send().await.unwrap();
        let role = cloud.iam.untag_role().role_name("shop-dev-hello-us-west-2");
        let tags = ["stackctl:stack", "stackctl:stage", "stackctl:resource", "stackctl:token"];
        role.set_tag_keys(Some(tags.map(str::to_owned).into())).send().await.unwrap();
        cloud.lambda.delete_function().function_name("shop-dev-hello").send().await.unwrap();
        let client = cloud.cognito.create_user_pool_client().user_pool_id(&pool).client_name("shop-dev");
        client.send().await.unwrap().user_pool_client.unwrap().client_id.unwrap()
    });
    fs::rename(sandbox.path("state"), sandbox.path("lost")).unwrap();
    insta::assert_snapshot!(sandbox.transcript("recover --yes").replace(&client, "<another client>"), @r"
    exit code 0
    shop, stage dev, us-west-2, at http://127.0.0.1:PORT, which stands in for AWS

      < api_routes.main          <rest_api.main#id>
      < authorizer.main          <authorizer.main#id>
      < rest_api.main            <rest_api.main#id>
      < stage.main               <rest_api.main#id>/dev
      < user_pool.main           <user_pool.main#id>
      < user_pool_client.main    <user_pool_client.main#id>
      ? iam_role.hello           (not found)
      ? lambda_function.hello    (not found)
      ? lambda_permission.hello  (not found)
      ? log_group.hello          (not found)

    found: 6 to record; 4 not there, for the next `up` to make
    warning: iam_role.hello: role `shop-dev-hello-us-west-2` has no ownership tags, so it was not created by stackctl: it is left alone
    hint: if it is still ours and only its tags were taken off, give them back: `aws iam tag-role --role-name shop-dev-hello-us-west-2 --tags Key=stackctl:stack,Value=shop Key=stackctl:stage,Value=dev Key=stackctl:resource,Value=iam_role.hello --endpoint-url http://127.0.0.1:PORT`
    warning: log_group.hello: log group `/aws/lambda/shop-dev-hello` has lost the tag `stackctl:stack`: it is left alone
    hint: if it is still ours and only its tags were taken off, give them back: `aws logs tag-resource --resource-arn arn:aws:logs:us-west-2:000000000000:log-group:/aws/lambda/shop-dev-hello --tags stackctl:stack=shop,stackctl:stage=dev,stackctl:resource=log_group.hello --region us-west-2 --endpoint-url http://127.0.0.1:PORT`
    warning: user_pool_client.main: `<another client>` has its name, too, and is less like the config: it is left alone
    hint: delete it when it is not used any more
    recorded 6 resources in state/shop.dev.json

    next:
      stackctl plan    # what is left to do
    ");
}

#[test]
fn two_pools_with_the_ownership_tags_are_named_with_their_users() {
    let (aws, sandbox) = without_state();
    fs::rename(sandbox.path("lost"), sandbox.path("state")).unwrap();
    let ours = sandbox.run("outputs user_pool_id").out.trim().to_owned();
    let copy = aws.by_hand(async |cloud| {
        let pool = cloud.arn("cognito-idp", &format!("userpool/{ours}"));
        let tags = cloud.cognito.list_tags_for_resource().resource_arn(pool).send().await.unwrap().tags;
        let copy = cloud.cognito.create_user_pool().pool_name("copy").set_user_pool_tags(tags).send().await.unwrap();
        let copy = copy.user_pool.unwrap().id.unwrap();
        cloud.cognito.admin_create_user().user_pool_id(&copy).username("ann").send().await.unwrap();
        copy
    });
    fs::rename(sandbox.path("state"), sandbox.path("lost")).unwrap();
    insta::assert_snapshot!(sandbox.transcript("recover --yes --quiet").replace(&copy, "<the copy>"), @r"
    exit code 1
    error: user_pool.main: 2 carry its tags; which one belongs to the stack cannot be decided automatically
      <the copy>, with 1 user
      <user_pool.main#id>, with 0 users
    hint: delete those that are not, or take the tag `stackctl:stack` off them, then run `stackctl recover` again: nothing was recorded
    ");
    assert!(!sandbox.path(STATE).exists());
}

#[test]
fn a_state_without_resources_is_filled_and_keeps_its_lineage() {
    let (aws, sandbox) = without_state();
    let state = |sandbox: &Sandbox| {
        let document: Value = serde_json::from_slice(&fs::read(sandbox.path(STATE)).unwrap()).unwrap();
        document["state"].clone()
    };
    let elsewhere = ServedEmulator::new(Settings::default());
    let sandbox = sandbox.with("AWS_ENDPOINT_URL", &elsewhere.url);
    sandbox.done("up --yes");
    sandbox.done("down --yes");
    let empty = state(&sandbox);
    let sandbox = sandbox.with("AWS_ENDPOINT_URL", &aws.url);
    sandbox.done("recover --yes");
    let filled = state(&sandbox);
    assert_eq!(filled["lineage"], empty["lineage"]);
    assert_eq!(filled["serial"].as_u64(), empty["serial"].as_u64().map(|serial| serial + 1));
    assert_eq!(filled["resources"].as_object().unwrap().len(), 10);
}

#[test]
fn two_clients_with_the_same_settings_are_named() {
    let (aws, sandbox) = without_state();
    fs::rename(sandbox.path("lost"), sandbox.path("state")).unwrap();
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
    fs::rename(sandbox.path("state"), sandbox.path("lost")).unwrap();
    let transcript = sandbox.run("recover --yes --quiet").err;
    let transcript = sandbox.pinned(&transcript).replace(&twin, "<the twin>");
    // The lines have the order of AWS's list.
    let mut lines: Vec<&str> = transcript.lines().collect();
    lines[1..3].sort_unstable();
    insta::assert_snapshot!(lines.join("\n"), @r"
    error: user_pool_client.main: 2 have its name and settings; which one belongs to the stack cannot be decided automatically
      <the twin>
      <user_pool_client.main#id>
    hint: delete those that are not, or rename them, then run `stackctl recover` again: nothing was recorded
    ");
}
