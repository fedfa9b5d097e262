//! Names at their length limits.

use serde_json::json;
use stackctl::stack::{NameScope, build, log_group_name, role_name};

use super::{ACCOUNT, config, identity, packages, spec, with_routes};

fn long(function: &str) -> stackctl::config::Config {
    config(json!({
        "deployment": { "serviceName": "a-service-with-a-long-name", "region": "ap-southeast-2", "stage": "development" },
        "functions": { function: { "source": "a", "handler": "a.b", "runtime": "python3.13" } },
        "routes": { "GET /a": { "function": function } },
    }))
}

#[test]
fn a_role_name_contains_the_region_because_roles_are_global() {
    let config = with_routes(json!({ "GET /a": { "function": "hello" } }), json!({}));
    assert_eq!(role_name(&config, &identity("eu-west-1"), "hello"), "shop-dev-hello-eu-west-1");
    assert_eq!(role_name(&config, &identity("us-east-1"), "hello"), "shop-dev-hello-us-east-1");
}

#[test]
fn a_role_name_that_is_too_long_is_shortened_and_stays_unique() {
    // 26 + 1 + 11 + 1 + 11 + 1 + 14 = 65 characters, one too many.
    let (first, second) = (long("process_one"), long("process_two"));
    let name = |config, function| role_name(config, &identity("ap-southeast-2"), function);
    let (first, second) = (name(&first, "process_one"), name(&second, "process_two"));
    assert_eq!((first.len(), second.len()), (64, 64));
    assert!(first.starts_with("a-service-with-a-long-name-development-process_one-"), "{first}");
    assert_ne!(first, second);
    // This name exceeds the limit only in the Region; it must not be shortened to the same name either.
    let elsewhere = role_name(&long("process_one"), &identity("ap-southeast-1"), "process_one");
    assert_ne!(first, elsewhere);
}

#[test]
fn a_role_name_of_exactly_64_characters_is_not_shortened() {
    let name = role_name(&long("process_it"), &identity("ap-southeast-2"), "process_it");
    assert_eq!(name, "a-service-with-a-long-name-development-process_it-ap-southeast-2");
    assert_eq!(name.len(), 64);
}

#[test]
fn the_log_group_has_the_name_that_lambda_uses() {
    assert_eq!(log_group_name(&long("hello"), "hello"), "/aws/lambda/a-service-with-a-long-name-development-hello");
}

#[test]
fn arns_are_in_the_partition_of_the_account() {
    let config = with_routes(json!({ "GET /a": { "function": "hello" } }), json!({}));
    let china =
        NameScope { account: ACCOUNT.into(), region: "cn-north-1".into(), partition: "aws-cn".into(), endpoint: None };
    let desired = build(&config, &packages(&config), &china);
    assert_eq!(
        spec(&desired, "lambda_function.hello")["role_arn"],
        "arn:aws-cn:iam::123456789012:role/stackctl/shop/dev/shop-dev-hello-cn-north-1"
    );
    assert_eq!(
        spec(&desired, "api_routes.main")["routes"]["GET /a"]["function"],
        "arn:aws-cn:lambda:cn-north-1:123456789012:function:shop-dev-hello:live"
    );
}

#[test]
fn pool_and_client_are_named_after_the_stack_by_default() {
    let config = with_routes(json!({ "GET /a": { "function": "hello" } }), json!({}));
    let desired = super::desired(&config);
    assert_eq!(spec(&desired, "user_pool.main")["name"], "shop-dev");
    assert_eq!(spec(&desired, "user_pool_client.main")["name"], "shop-dev");
}
