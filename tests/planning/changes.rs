//! Changes of the config and their plans.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::fixture::Fixture;

#[test]
fn a_first_up_creates_everything() {
    assert_snapshot!(Fixture::new().plan(), @r"
      + iam_role.closed           shop-dev-closed-us-west-2
      + iam_role.open             shop-dev-open-us-west-2
      + log_group.closed          /aws/lambda/shop-dev-closed
      + lambda_function.closed    shop-dev-closed
      + log_group.open            /aws/lambda/shop-dev-open
      + lambda_function.open      shop-dev-open
      + rest_api.main             shop-dev
      + lambda_permission.closed  shop-dev-closed
      + lambda_permission.open    shop-dev-open
      + user_pool.main            shop-dev
          usernameAttributes [], caseSensitive false (cannot be changed later)
      + authorizer.main           shop-dev
      + api_routes.main
          + GET /closed  shop-dev-closed
          + GET /open  shop-dev-open, public
      + stage.main                dev
      + user_pool_client.main     shop-dev
          generateSecret false (a later change replaces it)

    plan: 14 to create
    ");
}

#[test]
fn an_up_to_date_stack_needs_no_change() {
    assert_snapshot!(Fixture::up().plan(), @"nothing to change");
}

#[test]
fn a_timeout_changes_in_place() {
    let edit = json!({ "functions": { "open": { "timeout": 10 } } });
    assert_snapshot!(Fixture::up().config(&edit).plan(), @r"
      ~ lambda_function.open      shop-dev-open
          timeout: 29 → 10

    plan: 1 to update; 13 unchanged
    ");
}

#[test]
fn values_of_environment_variables_are_hidden() {
    let before = json!({ "functions": { "open": { "environment": { "TOKEN": "hunter1", "OLD": "x" } } } });
    let edit = json!({ "functions": { "open": { "environment": { "TOKEN": "hunter2", "OLD": null, "NEW": "y" } } } });
    let plan = Fixture::up_with(&before).config(&edit).plan();
    assert!(!plan.contains("hunter"), "{plan}");
    assert_snapshot!(plan, @r"
      ~ lambda_function.open      shop-dev-open
          environment.NEW: (secret, changes)
          environment.OLD: (secret, changes)
          environment.TOKEN: (secret, changes)

    plan: 1 to update; 13 unchanged
    ");
}

#[test]
fn a_route_is_added() {
    let edit = json!({ "routes": { "POST /things/{id}": { "function": "closed" } } });
    assert_snapshot!(Fixture::up().config(&edit).plan(), @r"
      ~ api_routes.main
          + POST /things/{id}  shop-dev-closed
      ~ stage.main                dev
          fingerprint: 40298daf… → cc97fc02…

    plan: 2 to update; 12 unchanged
    ");
}

#[test]
fn a_route_changes() {
    let edit = json!({ "routes": { "GET /closed": { "function": "open", "auth": "none" }, "GET /open": null } });
    let before = json!({ "routes": { "PUT /closed": { "function": "closed" } } });
    assert_snapshot!(Fixture::up_with(&before).config(&edit).plan(), @r#"
      ~ api_routes.main
          ~ GET /closed
              auth: "cognito" → "none"
              function: …ambda:us-west-2:123456789012:function:shop-dev-closed:live" → …:lambda:us-west-2:123456789012:function:shop-dev-open:live"
          - GET /open
      ~ stage.main                dev
          fingerprint: 740b1fd4… → 9d1bfd9f…

    plan: 2 to update; 12 unchanged
    "#);
}

#[test]
fn the_authorizer_is_deleted_with_the_last_protected_route() {
    let edit = json!({ "routes": { "GET /closed": null } });
    assert_snapshot!(Fixture::up().config(&edit).plan(), @r"
      ~ api_routes.main
          - GET /closed
      ~ stage.main                dev
          fingerprint: 40298daf… → c5e91820…
      - authorizer.main           shop-dev
      - lambda_permission.closed  shop-dev-closed

    plan: 2 to update, 2 to delete; 10 unchanged
    ");
}

#[test]
fn cors_is_added() {
    let edit = json!({ "cors": { "allowedOrigins": ["https://shop.example"] } });
    assert_snapshot!(Fixture::up().config(&edit).plan(), @r#"
      ~ api_routes.main
          gateway_responses.DEFAULT_4XX: (none) → {"headers":{"Access-Control-Allow-Origin":"'https://shop.ex…
          gateway_responses.DEFAULT_5XX: (none) → {"headers":{"Access-Control-Allow-Origin":"'https://shop.ex…
          preflights."/closed": (none) → {"origins":["https://shop.example"],"headers":["Authorizati…
          preflights."/open": (none) → {"origins":["https://shop.example"],"headers":["Authorizati…
      ~ stage.main                dev
          fingerprint: 40298daf… → 6277c80b…

    plan: 2 to update; 12 unchanged
    "#);
}

#[test]
fn a_password_policy_changes_in_place() {
    let edit = json!({ "userPool": { "passwordPolicy": { "minimumLength": 12, "requireSymbols": false } } });
    assert_snapshot!(Fixture::up().config(&edit).plan(), @r"
      ~ user_pool.main            shop-dev
          password_policy.minimum_length: 8 → 12
          password_policy.require_symbols: true → false

    plan: 1 to update; 13 unchanged
    ");
}

#[test]
fn a_client_that_gets_a_secret_is_replaced() {
    let edit = json!({ "client": { "generateSecret": true } });
    assert_snapshot!(Fixture::up().config(&edit).plan(), @r"
    +/- user_pool_client.main     shop-dev  (AWS cannot change this in place)
          generate_secret: false → true

    legend: +/- replace (create first)
    plan: 1 to replace; 13 unchanged
    ");
}

#[test]
fn a_renamed_function_is_created_and_its_routes_move_before_the_old_one_is_deleted() {
    let edit = json!({
        "functions": { "open": null, "wide": { "source": "app", "handler": "app.handler", "runtime": "python3.13" } },
        "routes": { "GET /open": { "function": "wide" } },
    });
    assert_snapshot!(Fixture::up().config(&edit).plan(), @r#"
      + iam_role.wide             shop-dev-wide-us-west-2
      + log_group.wide            /aws/lambda/shop-dev-wide
      + lambda_function.wide      shop-dev-wide
      + lambda_permission.wide    shop-dev-wide
      ~ api_routes.main
          ~ GET /open
              function: …:lambda:us-west-2:123456789012:function:shop-dev-open:live" → …:lambda:us-west-2:123456789012:function:shop-dev-wide:live"
      ~ stage.main                dev
          fingerprint: 40298daf… → 9aeb4a8e…
      - lambda_function.open      shop-dev-open
      - iam_role.open             shop-dev-open-us-west-2
      - lambda_permission.open    (deleted with lambda_function.open)
      - log_group.open            /aws/lambda/shop-dev-open

    plan: 4 to create, 2 to update, 4 to delete; 8 unchanged
    "#);
}

#[test]
fn code_uploaded_by_hand_is_replaced() {
    let edit = json!({ "lambda_function.open": { "spec": { "source_hash": "changed outside stackctl: zipzap" } } });
    assert_snapshot!(Fixture::up().live(&edit).plan(), @r#"
      ~ lambda_function.open      shop-dev-open
          source_hash: "changed outside stackctl: zipzap" → "source-of-open"

    plan: 1 to update; 13 unchanged
    "#);
}

#[test]
fn a_deleted_pool_is_created_again_and_the_authorizer_accepts_its_users() {
    let edit = json!({ "user_pool.main": Value::Null, "user_pool_client.main": Value::Null });
    assert_snapshot!(Fixture::up().live(&edit).plan(), @r#"
      + user_pool.main            shop-dev  (it is missing)
          usernameAttributes [], caseSensitive false (cannot be changed later)
      ~ authorizer.main           shop-dev
          provider_arns: …o-idp:us-west-2:123456789012:userpool/us-west-2_Pool00001"] → ["(known after user_pool.main is created)"]
      ~ stage.main                dev
          fingerprint: 40298daf… → (known after api_routes.main and 2 more are done)
      + user_pool_client.main     shop-dev  (deleted with the old user_pool.main)
          generateSecret false (a later change replaces it)

    plan: 2 to create, 2 to update; 10 unchanged
    "#);
}

#[test]
fn an_api_deleted_by_hand_is_created_again_with_its_children() {
    let gone = ["rest_api", "authorizer", "api_routes", "stage"].map(|kind| (format!("{kind}.main"), Value::Null));
    let gone = Value::Object(gone.into_iter().collect());
    assert_snapshot!(Fixture::up().live(&gone).plan(), @r#"
    +/- lambda_permission.closed  shop-dev-closed  (AWS cannot change this in place)
          rest_api_id: "api1" → (known after rest_api.main is created)
    +/- lambda_permission.open    shop-dev-open  (AWS cannot change this in place)
          rest_api_id: "api1" → (known after rest_api.main is created)
      + rest_api.main             shop-dev  (it is missing)
      + authorizer.main           shop-dev  (deleted with the old rest_api.main)
      + api_routes.main           (deleted with the old rest_api.main)
          + GET /closed  shop-dev-closed
          + GET /open  shop-dev-open, public
      + stage.main                dev  (deleted with the old rest_api.main)

    legend: +/- replace (create first)
    plan: 2 to replace, 4 to create; 8 unchanged
    "#);
}

#[test]
fn resources_of_an_interrupted_up_are_adopted_and_the_rest_is_created() {
    let fixture =
        Fixture::up().interrupted(&["user_pool.main", "user_pool_client.main", "iam_role.open", "stage.main"]);
    let half = json!({ "stage.main": Value::Null, "iam_role.open": { "spec": { "inline_policies": { "logs": Value::Null } } } });
    assert_snapshot!(fixture.live(&half).plan(), @r#"
      < iam_role.open             shop-dev-open-us-west-2  (an interrupted run left it)
          inline_policies.logs: (none) → {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Act…
      < user_pool.main            shop-dev  (an interrupted run left it)
      + stage.main                dev
      < user_pool_client.main     shop-dev  (an interrupted run left it)

    legend: < adopt
    plan: 1 to create, 3 to adopt; 10 unchanged
    "#);
}
