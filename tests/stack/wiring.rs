//! The desired resources and their dependencies.

use serde_json::{Value, json};
use stackctl::engine::Key;

use super::{config, desired, keys, spec, with_routes};

#[test]
fn the_desired_resources_of_the_example_match_the_snapshot() {
    let example: stackctl::config::Config = serde_json::from_str(include_str!("../../config.json")).unwrap();
    insta::assert_snapshot!("example", serde_json::to_string_pretty(&desired(&example)).unwrap());
}

#[test]
fn an_api_whose_routes_are_all_public_has_no_authorizer() {
    let desired = desired(&with_routes(json!({ "GET /a": { "function": "hello", "auth": "none" } }), json!({})));
    assert!(!keys(&desired).contains(&"authorizer.main".to_owned()));
    assert_eq!(spec(&desired, "api_routes.main")["authorizer_id"], json!(null));
    let covered = spec(&desired, "stage.main")["fingerprint"].to_string();
    assert!(!covered.contains("authorizer"), "{covered}");
}

#[test]
fn a_route_with_scopes_requires_an_access_token_with_one_of_them() {
    let routes = json!({ "GET /a": { "function": "hello", "auth": { "scopes": ["shop/read", "shop/admin"] } } });
    let desired = desired(&with_routes(routes, json!({})));
    let route = &spec(&desired, "api_routes.main")["routes"]["GET /a"];
    assert_eq!((&route["auth"], &route["scopes"]), (&json!("cognito"), &json!(["shop/admin", "shop/read"])));
    assert_eq!(spec(&desired, "api_routes.main")["authorizer_id"], json!({ "$ref": "authorizer.main#id" }));
}

#[test]
fn a_function_without_a_route_gets_no_invoke_permission() {
    let config = config(json!({
        "deployment": { "serviceName": "shop", "region": "eu-west-1" },
        "functions": {
            "called": { "source": "a", "handler": "a.b", "runtime": "python3.13" },
            "idle": { "source": "a", "handler": "a.b", "runtime": "python3.13" },
        },
        "routes": { "GET /a": { "function": "called" }, "POST /a": { "function": "called" } },
    }));
    let permissions = keys(&desired(&config)).into_iter().filter(|key| key.starts_with("lambda_permission"));
    assert_eq!(permissions.collect::<Vec<_>>(), ["lambda_permission.called"]);
}

#[test]
fn the_stage_depends_on_the_routes_and_their_invoke_permissions() {
    let desired = desired(&with_routes(json!({ "GET /a": { "function": "hello" } }), json!({})));
    let needs = |key: &str| {
        let needs = desired.nodes()[&key.parse::<Key>().unwrap()].needs();
        needs.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(needs("lambda_function.hello"), "iam_role.hello log_group.hello");
    assert_eq!(needs("lambda_permission.hello"), "lambda_function.hello rest_api.main");
    assert_eq!(needs("api_routes.main"), "authorizer.main rest_api.main");
    assert_eq!(
        needs("stage.main"),
        "api_routes.main authorizer.main lambda_function.hello lambda_permission.hello rest_api.main"
    );
}

#[test]
fn a_role_allows_only_its_own_log_group_and_the_policies_of_the_config() {
    let function = json!({
        "source": "a", "handler": "a.b", "runtime": "python3.13",
        "policy": [{ "Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "*" }],
        "managedPolicies": ["arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess"],
    });
    let further = json!({ "functions": { "hello": function } });
    let role = spec(&desired(&with_routes(json!({ "GET /a": { "function": "hello" } }), further)), "iam_role.hello");
    assert_eq!(
        role["inline_policies"],
        json!({
            "config": { "Version": "2012-10-17", "Statement": [
                { "Effect": "Allow", "Action": ["dynamodb:GetItem"], "Resource": ["*"] },
            ] },
            "logs": { "Version": "2012-10-17", "Statement": [{
                "Effect": "Allow",
                "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                "Resource": ["arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/shop-dev-hello:*"],
            }] },
        })
    );
    assert_eq!(role["managed_policy_arns"], json!(["arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess"]));
}

#[test]
fn throttling_applies_to_the_whole_stage() {
    let further = json!({ "api": { "throttle": { "rate": 12.5, "burst": 20 } } });
    let desired = desired(&with_routes(json!({ "GET /a": { "function": "hello" } }), further));
    let throttling = &spec(&desired, "stage.main")["throttling"];
    assert_eq!(*throttling, json!({ "*/*": { "rate_limit": 12.5, "burst_limit": 20 } }));
}

#[test]
fn an_access_log_has_a_log_group_whose_name_no_function_can_have() {
    let routes = json!({ "GET /a": { "function": "api" } });
    let function = json!({ "source": "a", "handler": "a.b", "runtime": "python3.13" });
    let silent = with_routes(routes.clone(), json!({ "functions": { "api": function } }));
    assert_eq!(spec(&desired(&silent), "stage.main").get("access_log"), None, "there is no access log by default");
    let further = json!({ "functions": { "api": function }, "api": { "accessLogs": { "retentionDays": 7 } } });
    let logged = desired(&with_routes(routes, further));
    let groups: Vec<String> = keys(&logged).into_iter().filter(|key| key.starts_with("log_group.")).collect();
    assert_eq!(groups, ["log_group.api", "log_group.api/access"]);
    let group = spec(&logged, "log_group.api/access");
    assert_eq!(group, json!({ "name": "/aws/apigateway/shop-dev-access", "retention_days": 7, "tags": {} }));
    let log = &spec(&logged, "stage.main")["access_log"];
    let arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/apigateway/shop-dev-access";
    assert_eq!(log["destination_arn"], arn);
    let line: Value = serde_json::from_str(log["format"].as_str().unwrap()).unwrap();
    assert_eq!(line["requestId"], "$context.requestId", "AWS rejects a format without it");
    let members = ["time", "ip", "method", "path", "status", "latency", "authorizerError"];
    assert!(members.iter().all(|member| line[member].as_str().is_some_and(|value| value.starts_with("$context."))));
    assert!(
        logged.get(&"stage.main".parse().unwrap()).unwrap().needs().contains(&"log_group.api/access".parse().unwrap())
    );
}
