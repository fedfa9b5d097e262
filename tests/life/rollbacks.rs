//! A rollback requires everything that the deployment calls: the real kinds, after edits of the config and by hand.

use serde_json::{Value, json};
use stackctl::{
    aws::Clients,
    engine::{CheckEnd, Obstacle},
};

use crate::harness::{
    project::{CODE, Project, example, patched},
    shape::gone_of,
    stack::{Command, Run, Stack},
};

/// The example with a change, a check as a user, and its own code.
fn edition(number: usize, patch: &Value) -> Project {
    let checked = patched(&example(), &json!({ "routes": { "GET /closed": { "check": {} } } }));
    Project::with_code(&patched(&checked, patch), &format!("{CODE}# {number}\n"))
}

/// A stack with a release for each of these changes.
async fn released(patches: &[Value]) -> Stack {
    let stack = Stack::new();
    for (number, patch) in patches.iter().enumerate() {
        let run = stack.run(Command::Check { project: &edition(number, patch), answers: 200, undo: true }).await.done();
        assert_eq!(run.end(), Some(CheckEnd::Passed), "{:?}", run.tried);
    }
    stack
}

/// Rolls back to the first release, where functions return this status.
async fn roll_back(stack: &Stack, answers: u16) -> Result<Run, String> {
    let project = edition(1, &json!({}));
    stack.cut(Command::Rollback { number: 1, project: &project, answers }, None).await.expect("nothing cuts it")
}

fn text(obstacles: &[Obstacle]) -> String {
    format!("{obstacles:?}")
}

fn renamed() -> Value {
    json!({
        "functions": { "closed": null, "shut": example()["functions"]["closed"] },
        "routes": { "GET /closed": { "function": "shut" } },
    })
}

#[tokio::test(start_paused = true)]
async fn a_rollback_to_a_deployment_that_calls_a_missing_resource_is_rejected() {
    let keys = |kinds: &[&str]| -> Vec<Obstacle> {
        kinds.iter().map(|kind| Obstacle::Deleted { key: format!("{kind}.closed").parse().unwrap() }).collect()
    };
    let moved = json!({ "routes": { "GET /closed": { "function": "open" } } });
    for (patch, expected) in [
        (renamed(), keys(&["iam_role", "lambda_function", "lambda_permission"])),
        // The function stays, but API Gateway is no longer allowed to call it.
        (moved, keys(&["lambda_permission"])),
    ] {
        let stack = released(&[json!({}), patch]).await;
        let before = stack.local.snapshot();
        assert_eq!(roll_back(&stack, 200).await.unwrap_err(), text(&expected));
        assert_eq!(stack.local.snapshot(), before);
    }
}

#[tokio::test(start_paused = true)]
async fn resources_that_a_deployment_has_copied_may_be_missing() {
    for patch in [
        // No protected route is left, and the authorizer is deleted with the last one.
        json!({ "routes": { "GET /closed": { "auth": "none", "check": null } } }),
        json!({ "client": { "generateSecret": true } }),
        json!({ "cors": { "allowedOrigins": ["https://shop.example"] } }),
        json!({ "userPool": { "passwordPolicy": { "minimumLength": 20 } } }),
    ] {
        let stack = released(&[json!({}), patch.clone()]).await;
        let run = roll_back(&stack, 200).await.unwrap().done();
        assert_eq!(run.end(), Some(CheckEnd::Passed), "{patch}: {:?}", run.tried);
        let (_, report) = run.tried.unwrap();
        assert_eq!((report.passed, run.invoked), (3, 1), "{patch}: it repeats the check of the first release");
        assert_eq!(gone_of(&stack.local.snapshot()), Vec::<String>::new());
    }
}

/// Changes by hand, as in the AWS console.
async fn by_hand(stack: &Stack, deed: &str) {
    let Clients { lambda, apigateway, iam, .. } = stack.clients().await;
    let (function, api) = ("shop-dev-open", stack.output("rest_api.main", "id"));
    match deed {
        "function" => drop(lambda.delete_function().function_name(function).send().await.unwrap()),
        "alias" => drop(lambda.delete_alias().function_name(function).name("live").send().await.unwrap()),
        "version" => drop(lambda.delete_function().function_name(function).qualifier("1").send().await.unwrap()),
        "permission" => {
            let statement = stack.output("lambda_permission.open", "statement_id");
            let request = lambda.remove_permission().function_name(function).qualifier("live");
            request.statement_id(statement).send().await.unwrap();
        }
        "deployment" => {
            let first = &stack.wire.state().unwrap().releases[0].serves[&"stage.main".parse().unwrap()];
            apigateway.delete_deployment().rest_api_id(api).deployment_id(first).send().await.unwrap();
        }
        "api" => drop(apigateway.delete_rest_api().rest_api_id(api).send().await.unwrap()),
        "role" => {
            let role = stack.output("iam_role.open", "name");
            for policy in iam.list_role_policies().role_name(&role).send().await.unwrap().policy_names() {
                iam.delete_role_policy().role_name(&role).policy_name(policy).send().await.unwrap();
            }
            drop(iam.delete_role().role_name(role).send().await.unwrap());
        }
        _ => unreachable!("{deed}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_deletion_by_hand_is_seen_before_anything_moves() {
    let missing = |keys: &[&str]| -> Vec<Obstacle> {
        keys.iter().map(|key| Obstacle::Missing { key: key.parse().unwrap() }).collect()
    };
    let function = || "lambda_function.open".parse().unwrap();
    let on_the_alias = missing(&["lambda_permission.open"]);
    let without_alias = [Obstacle::NotLive { key: function() }].into_iter().chain(on_the_alias.clone()).collect();
    let route = json!({ "routes": { "GET /new": { "function": "open", "auth": "none" } } });
    let stack = released(&[json!({}), route]).await;
    let first = stack.wire.state().unwrap().releases[0].serves[&"stage.main".parse().unwrap()].clone();
    let pruned = |key: &str, served: &str| vec![Obstacle::Pruned { key: key.parse().unwrap(), served: served.into() }];
    for (deed, expected) in [
        ("function", missing(&["lambda_function.open", "lambda_permission.open"])),
        ("alias", without_alias),
        ("version", pruned("lambda_function.open", "1")),
        ("permission", on_the_alias),
        ("deployment", pruned("stage.main", &first)),
        ("role", missing(&["iam_role.open"])),
        ("api", missing(&["rest_api.main", "stage.main"])),
    ] {
        let stack = stack.fork(stack.local.settings().weather.clone());
        by_hand(&stack, deed).await;
        let before = (stack.local.snapshot(), stack.wire.state());
        assert_eq!(roll_back(&stack, 200).await.unwrap_err(), text(&expected), "{deed}");
        assert_eq!((stack.local.snapshot(), stack.wire.state()), before, "{deed}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_alias_moved_by_hand_is_moved_from_where_it_is() {
    let stack = released(&[json!({}), json!({})]).await;
    let lambda = stack.clients().await.lambda;
    let alias = || lambda.update_alias().function_name("shop-dev-open").name("live");
    alias().function_version("1").send().await.unwrap();
    // The second version is recorded. Only the check shows whether the first one is right.
    let run = roll_back(&stack, 500).await.unwrap();
    assert!(run.tried.is_none(), "the live version is already that of the first release");
    alias().function_version("2").send().await.unwrap();
    let run = roll_back(&stack, 200).await.unwrap().done();
    assert_eq!(run.end(), Some(CheckEnd::Passed));
    assert_eq!(stack.output("lambda_function.open", "version"), "1");
}
