//! Resources that this stack does not own are reported as errors, or left unchanged.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::fixture::Fixture;

fn unmanaged(key: &str, thing: &str, whose: &str) -> Value {
    json!({ key: { "unmanaged": { "thing": thing, "whose": whose } } })
}

#[test]
fn recorded_resources_that_are_unmanaged_are_all_named() {
    let role = unmanaged("iam_role.open", "role `shop-dev-open-us-west-2`", "belongs to stack `a` stage `b`");
    let group = unmanaged("log_group.open", "log group `/aws/lambda/shop-dev-open`", "is `log_group.x` of this stack");
    assert_snapshot!(Fixture::up().live(&role).live(&group).plan(), @r"
    error: iam_role.open: role `shop-dev-open-us-west-2` is not the one that was recorded: it belongs to stack `a` stage `b`
    error: log_group.open: log group `/aws/lambda/shop-dev-open` is not the one that was recorded: it is `log_group.x` of this stack
    hint: give iam_role.open its tags back
    hint: give log_group.open its tags back
    hint: rename or remove it, or choose another `deployment.serviceName` or stage
    ");
}

#[test]
fn an_unmanaged_resource_that_blocked_an_interrupted_up_is_named() {
    let function = unmanaged(
        "lambda_function.open",
        "function `shop-dev-open`",
        "has no ownership tags, so it was not created by stackctl",
    );
    let fixture = Fixture::up().interrupted(&["lambda_function.open"]).live(&function);
    assert_snapshot!(fixture.plan(), @r"
    error: lambda_function.open: function `shop-dev-open` exists already and has no ownership tags, so it was not created by stackctl
    hint: rename or remove it, or choose another `deployment.serviceName` or stage
    ");
}

#[test]
fn a_down_does_not_delete_unmanaged_resources_and_their_children() {
    let api = unmanaged("rest_api.main", "REST API `api1`", "belongs to stack `a` stage `b`");
    let beneath = json!({ "api_routes.main": Value::Null, "authorizer.main": Value::Null, "stage.main": Value::Null });
    assert_snapshot!(Fixture::up().live(&api).live(&beneath).unwanted().plan(), @r"
      x api_routes.main           (it is left alone with rest_api.main)
      x authorizer.main           (it is left alone with rest_api.main)
      - lambda_function.closed    shop-dev-closed
      - iam_role.closed           shop-dev-closed-us-west-2
      - lambda_function.open      shop-dev-open
      - iam_role.open             shop-dev-open-us-west-2
      - lambda_permission.closed  (deleted with lambda_function.closed)
      - lambda_permission.open    (deleted with lambda_function.open)
      - log_group.closed          /aws/lambda/shop-dev-closed
      - log_group.open            /aws/lambda/shop-dev-open
      x rest_api.main             (REST API `api1` belongs to stack `a` stage `b`: it is left alone)
      x stage.main                (it is left alone with rest_api.main)
      - user_pool.main            shop-dev
      - user_pool_client.main     (deleted with user_pool.main)

    legend: x untrack
    plan: 10 to delete, 4 to untrack
    ");
}

/// A state with replaced resources that an earlier run did not delete.
fn with_old_ones(found: &[(&str, Value)]) -> Fixture {
    let replaced = |id: &str| json!({ "replaced": [{ "id": id, "user_pool_id": "pool1" }] });
    let resources = json!({ "user_pool_client.main": replaced("old1"), "lambda_permission.open": replaced("old2") });
    found.iter().fold(Fixture::up().state(&json!({ "resources": resources })), |fixture, (key, live)| {
        fixture.live(&json!({ *key: live }))
    })
}

#[test]
fn a_replaced_resource_is_deleted_only_if_this_stack_owns_it() {
    let ours = json!({ "outputs": { "id": "old1" }, "spec": {} });
    let unmanaged = json!({ "unmanaged": {
        "thing": "lambda_permission `x`", "whose": "belongs to lambda_function `x`, which is not this stack's",
    } });
    let both = [("user_pool_client.main replaced", ours), ("lambda_permission.open replaced", unmanaged)];
    assert_snapshot!(with_old_ones(&both).plan(), @r"
    +/- user_pool_client.main     shop-dev  (completes an interrupted replacement)
      x lambda_permission.open    shop-dev-open  (lambda_permission `x` belongs to lambda_function `x`, which is not this stack's: it is left alone)

    legend: +/- replace (create first), x untrack
    plan: 1 to replace, 1 to untrack; 12 unchanged
    ");
    assert_snapshot!(with_old_ones(&[]).plan(), @r"
      x lambda_permission.open    shop-dev-open  (the old one of a replacement is already deleted)
      x user_pool_client.main     shop-dev  (the old one of a replacement is already deleted)

    legend: x untrack
    plan: 2 to untrack; 12 unchanged
    ");
}
