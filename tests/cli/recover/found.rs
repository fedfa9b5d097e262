//! What is found, and where it is recorded.

use std::fs;

use serde_json::{Value, json};
use stackctl_local::Settings;

use super::{
    super::{bucket, cloud::Served, pty::Pty, sandbox::Sandbox},
    STATE, lose, stack,
};

fn damage(sandbox: &Sandbox) {
    let text = fs::read_to_string(sandbox.path(STATE)).unwrap();
    sandbox.write(STATE, &text[..60]);
}

fn state(sandbox: &Sandbox) -> Value {
    serde_json::from_slice::<Value>(&fs::read(sandbox.path(STATE)).unwrap()).unwrap()["state"].take()
}

/// A transcript without what is waited for, which comes in any order.
fn transcript(sandbox: &Sandbox, line: &str) -> String {
    let text = sandbox.transcript(line);
    text.split_inclusive('\n').filter(|line| !line.contains("may be listed late")).collect()
}

fn names(sandbox: &Sandbox, folder: &str) -> Vec<String> {
    let entries = fs::read_dir(sandbox.path(folder)).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_lost_state_is_shown_recorded_and_as_good_as_before() {
    let (aws, sandbox) = stack();
    lose(&sandbox);
    let world = aws.cloud.snapshot();
    insta::assert_snapshot!(sandbox.transcript("recover --yes"), @r"
    exit code 0
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
    recorded 10 things in state/shop.dev.json

    next:
      stackctl plan    # what is left to do
    ");
    assert_eq!(aws.cloud.snapshot(), world);
    assert_eq!(sandbox.run("plan --detailed-exitcode").code, 0);
    assert_eq!(sandbox.run("down --yes").code, 0);
    let left = aws.cloud.snapshot();
    for (service, things) in [("iam", "roles"), ("logs", "groups"), ("cognito", "pools"), ("apigateway", "apis")] {
        assert_eq!(left[service][things], json!({}), "{service} {things}");
    }
    assert_eq!(left["lambda"]["functions"], json!({}));
}

#[test]
fn its_events_name_each_thing_and_where_it_was_recorded() {
    let (_aws, sandbox) = stack();
    lose(&sandbox);
    let events = sandbox.events("recover --yes");
    let names: Vec<_> = events.iter().map(|event| event["event"].as_str().unwrap()).collect();
    assert_eq!(names, ["target", "found", "recovered", "next", "done"]);
    assert_eq!(
        events[1]["resources"][2],
        json!({ "key": "iam_role.hello", "found": true, "configured": true,
                "id": "arn:aws:iam::000000000000:role/stackctl/shop/dev/shop-dev-hello-us-west-2" })
    );
    assert_eq!(events[2]["resources"], 10);
    assert!(events[2]["state"].as_str().unwrap().ends_with(STATE), "{}", events[2]);
    assert_eq!((&events[4]["writes"], &events[4]["saves"]), (&json!(0), &json!(1)));
}

#[test]
fn somebody_at_a_terminal_is_asked() {
    let (aws, sandbox) = stack();
    lose(&sandbox);
    for (answer, code, end) in
        [("n", 1, "error: not confirmed. Nothing was changed.\n"), ("y", 0, "    # what is left to do\n")]
    {
        let mut person = Pty::new(sandbox.command("recover"));
        person.sees("found: 10 to record");
        let place = format!("in account 000000000000 in us-west-2 at {}", aws.url);
        person.sees(&format!("\nWrite the state of shop, stage dev, {place}, to state/shop.dev.json? [y/N] "));
        assert!(!sandbox.path(STATE).exists());
        person.types(answer);
        let (ended, _, screen) = person.ends();
        assert_eq!(ended, code, "{screen}");
        assert!(screen.ends_with(end), "{screen}");
        assert_eq!(sandbox.path(STATE).exists(), answer == "y");
    }
}

#[test]
fn a_damaged_state_is_kept_aside() {
    let (_aws, sandbox) = stack();
    damage(&sandbox);
    let damaged = fs::read(sandbox.path(STATE)).unwrap();
    assert!(sandbox.run("up --yes").err.ends_with("hint: `stackctl recover` rebuilds the state from what AWS has\n"));
    insta::assert_snapshot!(sandbox.transcript("recover --yes"), @r"
    exit code 0
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
    warning: state/shop.dev.json: the state is damaged: it ends in the middle, in line 2 column 58
    recorded 10 things in state/shop.dev.json
    the damaged state is kept as state/shop.dev.damaged.json

    next:
      stackctl plan    # what is left to do
    ");
    assert_eq!(fs::read(sandbox.path("state/shop.dev.damaged.json")).unwrap(), damaged);
    assert_eq!(sandbox.run("plan --detailed-exitcode").code, 0);
    damage(&sandbox);
    assert_eq!(sandbox.run("recover --yes --quiet").err, "");
    assert_eq!(
        names(&sandbox, "state"),
        [
            "shop.dev.damaged-2.json",
            "shop.dev.damaged.json",
            "shop.dev.json",
            "shop.dev.lock",
            "shop.dev.previous.json"
        ]
    );
}

#[test]
fn a_damaged_object_is_kept_aside_in_its_bucket() {
    let (aws, sandbox) = bucket::served(Settings::default());
    assert_eq!(sandbox.run("up --yes").code, 0);
    aws.put_object("states", "stackctl/shop.dev.json", "{");
    let ran = sandbox.run("recover --yes");
    assert_eq!(ran.code, 0, "{}", ran.err);
    let told = "recorded 10 things in s3://states/stackctl/shop.dev.json\n\
                the damaged state is kept as s3://states/stackctl/shop.dev.json.damaged\n";
    assert!(ran.err.contains(told), "{}", ran.err);
    let objects = aws.objects("states");
    let names: Vec<_> = objects.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(names, ["stackctl/shop.dev.json", "stackctl/shop.dev.json.damaged"]);
    assert_eq!(objects[1].1, "{");
    assert_eq!(sandbox.run("plan --detailed-exitcode").code, 0);
}

#[test]
fn a_state_that_knows_nothing_is_filled_and_counted_on() {
    let ((aws, sandbox), elsewhere) = (stack(), Served::new(Settings::default()));
    lose(&sandbox);
    let sandbox = sandbox.with("AWS_ENDPOINT_URL", &elsewhere.url);
    assert_eq!((sandbox.run("up --yes").code, sandbox.run("down --yes").code), (0, 0));
    let empty = state(&sandbox);
    let sandbox = sandbox.with("AWS_ENDPOINT_URL", &aws.url);
    assert_eq!(sandbox.run("recover --yes").code, 0);
    let filled = state(&sandbox);
    assert_eq!(filled["lineage"], empty["lineage"]);
    assert_eq!(filled["serial"].as_u64(), empty["serial"].as_u64().map(|serial| serial + 1));
    assert_eq!(filled["resources"].as_object().unwrap().len(), 10);
    assert_eq!(sandbox.run("plan --detailed-exitcode").code, 0);
}

#[test]
fn where_nothing_of_the_stack_is_nothing_is_recorded() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    insta::assert_snapshot!(transcript(&sandbox, "recover"), @r"
    exit code 0
    --- stdout
    --- stderr
    shop, stage dev, eu-west-1, at http://127.0.0.1:PORT, which stands in for AWS

    nothing of the stack was found
    nothing was recorded; `stackctl up` makes the stack anew
    ");
    assert!(!sandbox.path(STATE).exists());
}

#[test]
fn a_damaged_state_of_nothing_gives_way_to_an_empty_one() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    sandbox.write(STATE, "{");
    insta::assert_snapshot!(transcript(&sandbox, "recover --yes"), @r"
    exit code 0
    --- stdout
    --- stderr
    shop, stage dev, eu-west-1, at http://127.0.0.1:PORT, which stands in for AWS

    nothing of the stack was found
    warning: state/shop.dev.json: the state is damaged: it ends in the middle, in line 1 column 1
    wrote an empty state to state/shop.dev.json
    the damaged state is kept as state/shop.dev.damaged.json

    next:
      stackctl plan    # what is left to do
    ");
    assert_eq!(sandbox.run("up --yes").code, 0);
}

#[test]
fn what_is_missing_or_not_ours_is_told() {
    let (aws, sandbox) = stack();
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
    lose(&sandbox);
    insta::assert_snapshot!(sandbox.transcript("recover --yes").replace(&client, "<another client>"), @r"
    exit code 0
    --- stdout
    --- stderr
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
    warning: iam_role.hello: role `shop-dev-hello-us-west-2` carries no stackctl tags, so something else made it: it is left alone
    hint: if it is still ours and only its tags were taken off, give them back: `aws iam tag-role --role-name shop-dev-hello-us-west-2 --tags Key=stackctl:stack,Value=shop Key=stackctl:stage,Value=dev Key=stackctl:resource,Value=iam_role.hello --endpoint-url http://127.0.0.1:PORT`
    warning: log_group.hello: log group `/aws/lambda/shop-dev-hello` has lost the tag `stackctl:stack`: it is left alone
    hint: if it is still ours and only its tags were taken off, give them back: `aws logs tag-resource --resource-arn arn:aws:logs:us-west-2:000000000000:log-group:/aws/lambda/shop-dev-hello --tags stackctl:stack=shop,stackctl:stage=dev,stackctl:resource=log_group.hello --region us-west-2 --endpoint-url http://127.0.0.1:PORT`
    warning: user_pool_client.main: `<another client>` has its name, too, and is less like the config: it is left alone
    hint: delete it when nobody uses it any more
    recorded 6 things in state/shop.dev.json

    next:
      stackctl plan    # what is left to do
    ");
}
