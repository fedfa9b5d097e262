//! The cost of each command: its requests, writes and saves.

use std::collections::BTreeMap;

use serde_json::json;

use crate::harness::{
    project::{Project, example, patched},
    shape::census,
    stack::{Run, Stack},
};

/// Reads, writes and saves.
type Bill = (u64, u64, usize);

/// For two functions, a public route and a protected one. `GetCallerIdentity` is among the reads; a function takes two,
/// because its settings and its alias can both be changed by hand.
const FIRST_UP: Bill = (8, 28, 3);
const SECOND_UP: Bill = (27, 0, 0);
const HANDLER_EDIT: Bill = (29, 3, 3);
const NEW_ROUTE: Bill = (31, 5, 3);
const DOWN: Bill = (37, 11, 2);

/// The bill of a run, whose write calls are those that its plan announced.
fn bill(run: &Run) -> Bill {
    assert_eq!(run.writes(), run.expected.calls);
    (run.calls.reads, run.calls.writes, run.saves)
}

async fn example_up() -> Stack {
    let stack = Stack::new();
    stack.up(&Project::new(&example())).await.done();
    stack
}

#[tokio::test(start_paused = true)]
async fn a_first_up_creates_everything_once() {
    let stack = Stack::new();
    let run = stack.up(&Project::new(&example())).await.done();
    assert_eq!(bill(&run), FIRST_UP, "{:#?}", run.calls.by_operation);
    let expected = [
        ("aliases", 2),
        ("apis", 1),
        ("authorizers", 1),
        ("clients", 1),
        ("deployments", 1),
        ("functions", 2),
        ("log groups", 2),
        ("pools", 1),
        ("roles", 2),
        ("stages", 1),
        ("statements", 2),
        ("versions", 2),
    ];
    assert_eq!(census(&stack.local), BTreeMap::from(expected));
}

#[tokio::test(start_paused = true)]
async fn a_second_up_reads_everything_and_writes_nothing() {
    let stack = example_up().await;
    let before = stack.local.snapshot();
    let run = stack.up(&Project::new(&example())).await.done();
    assert_eq!(bill(&run), SECOND_UP, "{:#?}", run.calls.by_operation);
    assert_eq!(run.steps(), Vec::<String>::new());
    assert_eq!(stack.local.snapshot(), before);
}

#[tokio::test(start_paused = true)]
async fn edited_code_is_one_upload_to_one_function_whose_alias_moves_and_the_stage_stays() {
    let stack = example_up().await;
    let deployment = stack.output("stage.main", "deployment_id");
    let edited = Project::with_code(&example(), "def handler(event, context):\n    return 2\n");
    let run = stack.up(&edited).await.done();
    assert_eq!(run.steps(), ["update lambda_function.open: source_hash"]);
    let writes = [("lambda:PublishVersion", 1), ("lambda:UpdateAlias", 1), ("lambda:UpdateFunctionCode", 1)];
    assert_eq!(run.writes(), BTreeMap::from(writes));
    assert_eq!(bill(&run), HANDLER_EDIT, "{:#?}", run.calls.by_operation);
    assert_eq!(stack.output("stage.main", "deployment_id"), deployment);
    assert_eq!(census(&stack.local)["deployments"], 1);
}

#[tokio::test(start_paused = true)]
async fn a_new_route_is_one_new_deployment_and_without_a_change_there_is_none() {
    let stack = example_up().await;
    let deployment = stack.output("stage.main", "deployment_id");
    let more = Project::new(&patched(&example(), &json!({ "routes": { "GET /new": { "function": "open" } } })));
    let run = stack.up(&more).await.done();
    assert_eq!(run.steps(), ["update api_routes.main: routes.GET /new", "update stage.main: fingerprint"]);
    assert_eq!(run.writes()["apigateway:CreateDeployment"], 1);
    assert_eq!(bill(&run), NEW_ROUTE, "{:#?}", run.calls.by_operation);
    let moved = stack.output("stage.main", "deployment_id");
    assert_ne!(moved, deployment);
    assert_eq!(census(&stack.local)["deployments"], 2);

    stack.up(&more).await.done();
    assert_eq!(stack.output("stage.main", "deployment_id"), moved);
    assert_eq!(census(&stack.local)["deployments"], 2);
}

#[tokio::test(start_paused = true)]
async fn a_config_that_is_restored_uses_its_old_deployment_again() {
    let stack = example_up().await;
    let deployment = stack.output("stage.main", "deployment_id");
    let more = patched(&example(), &json!({ "routes": { "GET /new": { "function": "open" } } }));
    stack.up(&Project::new(&more)).await.done();
    stack.up(&Project::new(&example())).await.done();
    assert_eq!(stack.output("stage.main", "deployment_id"), deployment);
}

#[tokio::test(start_paused = true)]
async fn a_down_leaves_nothing() {
    let stack = example_up().await;
    let run = stack.down().await.done();
    assert_eq!(bill(&run), DOWN, "{:#?}", run.calls.by_operation);
    assert_eq!(census(&stack.local), BTreeMap::new());
    let state = stack.wire.state().unwrap();
    assert!(state.resources.is_empty() && state.pending.is_empty(), "{state:?}");

    let again = stack.down().await;
    assert!(again.outcome.is_none(), "{}", again.failures());
}

#[tokio::test(start_paused = true)]
async fn a_plan_announces_the_calls_that_its_run_makes() {
    let stack = example_up().await;
    let policy = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
    let edits = [
        json!({ "deployment": { "tags": { "team": "a", "cost": "b" } } }),
        json!({ "deployment": { "tags": { "team": "c", "cost": null } } }),
        json!({ "functions": { "open": { "timeout": 9, "managedPolicies": [policy], "logRetentionDays": 5 } } }),
        json!({ "functions": { "open": { "managedPolicies": null, "environment": { "KEY": "1" }, "description": "d" } } }),
        json!({ "cors": { "allowedOrigins": ["https://example.com"] }, "api": { "throttle": { "rate": 5, "burst": 9 } } }),
        json!({ "userPool": { "passwordPolicy": { "minimumLength": 12 }, "mfa": "OPTIONAL" } }),
        json!({ "client": { "generateSecret": true } }),
        json!({ "routes": { "POST /deep/{id}/er": { "function": "open", "auth": "none" } }, "cors": null }),
    ];
    let mut config = example();
    for edit in edits {
        config = patched(&config, &edit);
        let run = stack.up(&Project::new(&config)).await.done();
        assert!(!run.steps().is_empty(), "{edit}");
        assert_eq!(run.writes(), run.expected.calls, "{edit}: {:?}", run.steps());
    }
    let run = stack.down().await.done();
    assert_eq!(run.writes(), run.expected.calls);
}
