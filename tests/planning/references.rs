//! Plans of functions that refer to the stack.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::fixture::Fixture;

fn referring() -> Value {
    json!({
        "functions": { "open": {
            "description": "calls ${function.closed.name} of ${api.id}",
            "environment": {
                "POOL": "${userPool.id}",
                "ISSUER": "${userPool.issuer}",
                "CLIENT": "${client.id}",
                "URL": "${api.url}",
                "CLOSED": "${function.closed.arn}",
                "KEYED": "hunter2-${client.id}",
            },
            "policy": [{
                "Effect": "Allow",
                "Action": "cognito-idp:AdminGetUser",
                "Resource": ["arn:aws:zzz:::z", "${userPool.arn}", "arn:aws:aaa:::a"],
            }],
        } },
    })
}

#[test]
fn what_refers_to_a_resource_is_created_after_it() {
    assert_snapshot!(Fixture::new().config(&referring()).plan(), @r"
      + iam_role.closed           shop-dev-closed-us-west-2
      + log_group.closed          /aws/lambda/shop-dev-closed
      + lambda_function.closed    shop-dev-closed
      + log_group.open            /aws/lambda/shop-dev-open
      + rest_api.main             shop-dev
      + lambda_permission.closed  shop-dev-closed
      + user_pool.main            shop-dev
          usernameAttributes [], caseSensitive false (cannot be changed later)
      + authorizer.main           shop-dev
      + api_routes.main
          + GET /closed  shop-dev-closed
          + GET /open  shop-dev-open, public
      + iam_role.open             shop-dev-open-us-west-2
      + user_pool_client.main     shop-dev
          generateSecret false (a later change replaces it)
      + lambda_function.open      shop-dev-open
      + lambda_permission.open    shop-dev-open
      + stage.main                dev

    plan: 14 to create
    ");
}

#[test]
fn references_to_what_is_there_are_no_change() {
    assert_snapshot!(Fixture::up_with(&referring()).plan(), @"nothing to change");
}

#[test]
fn a_resource_that_is_missing_changes_what_refers_to_it() {
    let plan = Fixture::up_with(&referring()).live(&json!({ "user_pool.main": null })).plan();
    assert!(!plan.contains("hunter"), "{plan}");
    assert_snapshot!(plan, @r#"
      + user_pool.main            shop-dev  (it is missing)
          usernameAttributes [], caseSensitive false (cannot be changed later)
      ~ authorizer.main           shop-dev
          provider_arns: …o-idp:us-west-2:123456789012:userpool/us-west-2_Pool00001"] → ["(known after user_pool.main is created)"]
      ~ iam_role.open             shop-dev-open-us-west-2
          inline_policies.config.Statement: [{"Effect":"Allow","Action":["cognito-idp:AdminGetUser"],"R… → [{"Effect":"Allow","Action":["cognito-idp:AdminGetUser"],"R… (known after user_pool.main is created)
      + user_pool_client.main     shop-dev  (deleted with the old user_pool.main)
          generateSecret false (a later change replaces it)
      ~ lambda_function.open      shop-dev-open
          environment.CLIENT: (secret) → (known after user_pool_client.main is created)
          environment.ISSUER: (secret) → (known after user_pool.main is created)
          environment.KEYED: (secret) → (known after user_pool_client.main is created)
          environment.POOL: (secret) → (known after user_pool.main is created)
      ~ stage.main                dev
          fingerprint: 40298daf… → (known after api_routes.main and 2 more are done)

    plan: 2 to create, 4 to update; 8 unchanged
    "#);
}

#[test]
fn known_references_show_their_values() {
    let edit = json!({ "functions": { "open": { "description": "calls ${function.open.arn} of ${client.id}" } } });
    assert_snapshot!(Fixture::up_with(&referring()).config(&edit).plan(), @r#"
      ~ lambda_function.open      shop-dev-open
          description: "calls shop-dev-closed of api1" → "calls arn:aws:lambda:us-west-2:123456789012:function:shop-…

    plan: 1 to update; 13 unchanged
    "#);
}
