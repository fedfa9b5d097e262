//! People in the user pool: they go only when somebody names their number.

use stackctl_local::Settings;

use super::cloud::Served;

#[test]
fn a_pool_with_users_is_kept_until_their_number_is_named() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    assert_eq!(sandbox.run("up --yes").code, 0);
    let pool = sandbox.run("outputs user_pool_id").out.trim().to_owned();
    aws.add_user(&pool, "ann@example.com");
    aws.add_user(&pool, "bob@example.com");
    insta::assert_snapshot!(sandbox.transcript("down --yes --delete-users 3"), @r"
    exit code 2
    --- stdout
    --- stderr
    shop, stage dev, eu-west-1, at http://127.0.0.1:PORT, which stands in for AWS

    error: user_pool.main: it holds 2 users, not 3, so nothing was removed
    hint: `--delete-users 2` deletes it with them; without the flag it is kept
    ");
    insta::assert_snapshot!(sandbox.transcript("down --yes --parallel 1"), @r"
    exit code 0
    --- stdout
    --- stderr
    shop, stage dev, eu-west-1, at http://127.0.0.1:PORT, which stands in for AWS

      = user_pool.main           (it holds 2 users)
      - lambda_function.hello    shop-dev-hello
      - iam_role.hello           shop-dev-hello-eu-west-1
      x lambda_permission.hello  (it goes with lambda_function.hello)
      - log_group.hello          /aws/lambda/shop-dev-hello
      - rest_api.main            <rest_api.main#id>
      x api_routes.main          (it goes with rest_api.main)
      x authorizer.main          (it goes with rest_api.main)
      x stage.main               (it goes with rest_api.main)
      - user_pool_client.main    <user_pool_client.main#id>

    plan: 5 to delete, 4 to forget; 1 kept
      lambda_function.hello    deleted  TIME
      iam_role.hello           deleted  TIME
      lambda_permission.hello  forgotten  TIME
      log_group.hello          deleted  TIME
      rest_api.main            deleted  TIME
      api_routes.main          forgotten  TIME
      authorizer.main          forgotten  TIME
      stage.main               forgotten  TIME
      user_pool_client.main    deleted  TIME

    5 deleted, 4 forgotten in TIME

    kept user_pool.main: it holds 2 users; `--delete-users 2` deletes it with them
    ");
    let no_client =
        format!("error: user pool `{pool}` has no app client to sign in through\nhint: `stackctl up` makes one\n");
    assert_eq!(sandbox.run("user auth ann@example.com --quiet").err, no_client);
    insta::assert_snapshot!(sandbox.transcript("down --yes --parallel 1 --delete-users 2"), @r"
    exit code 0
    --- stdout
    --- stderr
    shop, stage dev, eu-west-1, at http://127.0.0.1:PORT, which stands in for AWS

      - user_pool.main  shop-dev
          2 users are deleted with it, for good

    plan: 1 to delete
      user_pool.main  deleted  TIME

    1 deleted in TIME
    ");
    assert!(sandbox.run("down --yes").err.starts_with("shop, stage dev: nothing to delete: "));
}
