//! Deleted and retained resources.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::fixture::Fixture;

#[test]
fn the_username_attributes_cannot_change() {
    let edit = json!({ "userPool": { "usernameAttributes": ["email"] } });
    assert_snapshot!(Fixture::up().config(&edit).plan(), @r#"
    error: user_pool.main: `userPool.usernameAttributes` cannot be changed from `[]` to `["email"]`: AWS would have to replace it, and the users in it would be lost
    hint: set `userPool.usernameAttributes` back to `[]`
    hint: or deploy a second stack under another `deployment.serviceName` or stage, and move the users there
    "#);
}

#[test]
fn the_case_sensitivity_of_a_pool_cannot_change() {
    let sensitive = json!({ "user_pool.main": { "spec": { "case_sensitive": true } } });
    assert_snapshot!(Fixture::up().live(&sensitive).plan(), @"nothing to change");
    let edit = json!({ "userPool": { "caseSensitive": false } });
    assert_snapshot!(Fixture::up().live(&sensitive).config(&edit).plan(), @r"
    error: user_pool.main: `userPool.caseSensitive` cannot be changed from `true` to `false`: AWS would have to replace it, and the users in it would be lost
    hint: set `userPool.caseSensitive` back to `true`
    hint: or deploy a second stack under another `deployment.serviceName` or stage, and move the users there
    ");
    let edit = json!({ "userPool": { "caseSensitive": true } });
    assert_snapshot!(Fixture::up().live(&sensitive).config(&edit).plan(), @"nothing to change");
}

/// The lines of a plan that contain one of the words, and its last line.
fn about(plan: &str, words: &[&str]) -> String {
    let lines = plan.lines().filter(|line| line.starts_with("plan: ") || words.iter().any(|word| line.contains(word)));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_down_deletes_all_resources() {
    assert_snapshot!(Fixture::up().unwanted().plan(), @r"
      - rest_api.main             api1
      - api_routes.main           (deleted with rest_api.main)
      - authorizer.main           (deleted with rest_api.main)
      - lambda_function.closed    shop-dev-closed
      - iam_role.closed           shop-dev-closed-us-west-2
      - lambda_function.open      shop-dev-open
      - iam_role.open             shop-dev-open-us-west-2
      - lambda_permission.closed  (deleted with lambda_function.closed)
      - lambda_permission.open    (deleted with lambda_function.open)
      - log_group.closed          /aws/lambda/shop-dev-closed
      - log_group.open            /aws/lambda/shop-dev-open
      - stage.main                (deleted with rest_api.main)
      - user_pool.main            shop-dev
      - user_pool_client.main     (deleted with user_pool.main)

    plan: 14 to delete
    ");
}

#[test]
fn a_down_retains_a_pool_with_users_in_it() {
    let people = json!({ "user_pool.main": { "holdings": 2 } });
    assert_snapshot!(about(&Fixture::up().live(&people).unwanted().plan(), &["user"]), @r"
      = user_pool.main            (it has 2 users)
      - user_pool_client.main     client1
    plan: 13 to delete; 1 to retain
    ");
}

#[test]
fn a_down_deletes_a_confirmed_number_of_users() {
    let people = json!({ "user_pool.main": { "holdings": 2 } });
    assert_snapshot!(about(&Fixture::up().live(&people).unwanted().losing(2).plan(), &["user"]), @r"
      - user_pool.main            shop-dev
          2 users will be deleted permanently with it
      - user_pool_client.main     (deleted with user_pool.main)
    plan: 1 loses data, 14 to delete
    ");
}

#[test]
fn a_down_untracks_resources_that_are_already_deleted() {
    let gone = json!({ "lambda_function.open": Value::Null, "lambda_permission.open": Value::Null });
    assert_snapshot!(about(&Fixture::up().live(&gone).unwanted().plan(), &[".open"]), @r"
      x lambda_function.open      (already deleted)
      x lambda_permission.open    (already deleted)
      - iam_role.open             shop-dev-open-us-west-2
      - log_group.open            /aws/lambda/shop-dev-open
    plan: 12 to delete, 2 to untrack
    ");
}

#[test]
fn a_down_finds_and_deletes_resources_of_an_interrupted_up() {
    let fixture = Fixture::up().interrupted(&["rest_api.main", "iam_role.open"]);
    let state = json!({ "resources": Value::Null });
    let fixture = fixture.state(&state).state(&json!({ "resources": {} }));
    assert_snapshot!(fixture.unwanted().plan(), @r"
      - iam_role.open  shop-dev-open-us-west-2
      - rest_api.main  api1

    plan: 2 to delete
    ");
}
