//! A thing of the stack was deleted, and somebody else made one of its name.

use serde_json::json;
use stackctl_local::Settings;

use super::cloud::Served;

const ROLE: &str = "shop-dev-hello-eu-west-1";

/// Deletes the function's role and makes another one of its name, without tags.
pub(super) fn made_anew_by_hand(aws: &Served) {
    let trust = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": { "Service": "lambda.amazonaws.com" }, "Action": "sts:AssumeRole" } ] });
    aws.by_hand(async |cloud| {
        let iam = &cloud.iam;
        iam.delete_role_policy().role_name(ROLE).policy_name("logs").send().await.unwrap();
        iam.delete_role().role_name(ROLE).send().await.unwrap();
        let request = iam.create_role().role_name(ROLE).assume_role_policy_document(trust.to_string());
        request.send().await.unwrap();
    });
}

#[test]
#[expect(clippy::too_many_lines, reason = "it is one session, to be read from top to bottom")]
fn it_is_named_shown_and_left_alone() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    assert_eq!(sandbox.run("up --yes").code, 0);
    made_anew_by_hand(&aws);
    let role = || aws.cloud.snapshot()["iam"]["roles"][ROLE].clone();
    let (theirs, world) = (role(), aws.cloud.snapshot().to_string());
    assert!(theirs.is_object());

    insta::assert_snapshot!(sandbox.transcript("up --yes"), @r"
    exit code 1
    --- stdout
    --- stderr
    shop, stage dev, eu-west-1, at http://127.0.0.1:PORT, which stands in for AWS

    error: iam_role.hello: role `shop-dev-hello-eu-west-1` is not the one that was recorded: it carries no stackctl tags, so something else made it
    hint: if it is still ours and only its tags were taken off, give them back: `aws iam tag-role --role-name shop-dev-hello-eu-west-1 --tags Key=stackctl:stack,Value=shop Key=stackctl:stage,Value=dev Key=stackctl:resource,Value=iam_role.hello Key=stackctl:token,Value=TOKEN --endpoint-url http://127.0.0.1:PORT`
    hint: rename or remove it, or choose another `deployment.serviceName` or stage
    ");
    insta::assert_snapshot!(sandbox.transcript("status"), @r"
    exit code 0
    --- stdout
    iam_role.hello           not ours  arn:aws:iam::000000000000:role/stackctl/shop/dev/shop-dev-hello-eu-west-1  (it carries no stackctl tags, so something else made it)
    log_group.hello          in sync   /aws/lambda/shop-dev-hello
    lambda_function.hello    in sync   shop-dev-hello
    rest_api.main            in sync   <rest_api.main#id>
    lambda_permission.hello  in sync   shop-dev-hello:live/<lambda_permission.hello#statement_id>
    user_pool.main           in sync   <user_pool.main#id>
    authorizer.main          in sync   <authorizer.main#id>
    api_routes.main          in sync   <rest_api.main#id>
    stage.main               in sync   <rest_api.main#id>/dev
    user_pool_client.main    in sync   <user_pool_client.main#id>

    9 in sync, 1 not ours
    --- stderr
    shop, stage dev, eu-west-1, at http://127.0.0.1:PORT, which stands in for AWS
    ");
    assert_eq!(sandbox.events("status")[1]["resources"][0]["status"], "not_ours");
    assert_eq!(aws.cloud.snapshot().to_string(), world);
    insta::assert_snapshot!(sandbox.transcript("down --yes --parallel 1"), @r"
    exit code 0
    --- stdout
    --- stderr
    shop, stage dev, eu-west-1, at http://127.0.0.1:PORT, which stands in for AWS

      - lambda_function.hello    shop-dev-hello
      x iam_role.hello           (role `shop-dev-hello-eu-west-1` carries no stackctl tags, so something else made it: it is left alone)
      x lambda_permission.hello  (it goes with lambda_function.hello)
      - log_group.hello          /aws/lambda/shop-dev-hello
      - rest_api.main            <rest_api.main#id>
      x api_routes.main          (it goes with rest_api.main)
      x authorizer.main          (it goes with rest_api.main)
      x stage.main               (it goes with rest_api.main)
      - user_pool.main           shop-dev
      x user_pool_client.main    (it goes with user_pool.main)

    plan: 4 to delete, 6 to forget
      lambda_function.hello    deleted  TIME
      iam_role.hello           forgotten  TIME
      lambda_permission.hello  forgotten  TIME
      log_group.hello          deleted  TIME
      rest_api.main            deleted  TIME
      api_routes.main          forgotten  TIME
      authorizer.main          forgotten  TIME
      stage.main               forgotten  TIME
      user_pool.main           deleted  TIME
      user_pool_client.main    forgotten  TIME

    4 deleted, 6 forgotten in TIME
    ");
    assert_eq!(role(), theirs);
}
