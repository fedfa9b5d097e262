//! Why a live setting differs from the config: a pending change, drift, both, or a rollback.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use stackctl::engine::{Action, ChangeCause, Plan};

use crate::harness::{
    project::{CODE, Project, example, patched},
    stack::{Command, Stack},
};

/// The cause of each changed setting of a resource.
fn causes(plan: &Plan, key: &str) -> BTreeMap<String, Option<ChangeCause>> {
    let step = plan.steps.iter().find(|step| step.key.to_string() == key).unwrap();
    let Action::Update { changes, .. } = &step.action else { panic!("{:?}", step.action) };
    changes.iter().map(|change| (change.path.join("."), change.cause)).collect()
}

fn open(settings: &Value) -> Project {
    Project::new(&patched(&example(), &json!({ "functions": { "open": settings } })))
}

#[tokio::test(start_paused = true)]
async fn an_edited_setting_is_a_pending_change_and_one_changed_outside_is_drift() {
    use ChangeCause::{Drift, DriftAndPendingChange, PendingChange};
    let stack = Stack::new();
    stack.up(&open(&json!({ "environment": { "KEY_A": "1", "KEY_B": "1" } }))).await.done();
    let lambda = stack.clients().await.lambda;
    let environment =
        aws_sdk_lambda::types::Environment::builder().variables("KEY_A", "2").variables("KEY_B", "1").build();
    let change = lambda.update_function_configuration().function_name("shop-dev-open").environment(environment);
    change.timeout(3).memory_size(512).send().await.unwrap();
    let edited =
        open(&json!({ "environment": { "KEY_A": "1", "KEY_B": "2" }, "memory": 256, "description": "edited" }));
    let plan = stack.planned(&edited).await;
    let expected = [
        ("alias", Drift),
        ("description", PendingChange),
        ("environment.KEY_A", Drift),
        ("environment.KEY_B", PendingChange),
        ("memory", DriftAndPendingChange),
        ("timeout", Drift),
    ];
    let expected = expected.map(|(setting, cause)| (setting.to_owned(), Some(cause)));
    assert_eq!(causes(&plan, "lambda_function.open"), expected.into());

    stack.up(&edited).await.done();
    let plan = stack.planned(&open(&json!({ "environment": { "KEY_A": "1", "KEY_B": "2" }, "memory": 512 }))).await;
    let expected = ["description", "memory"].map(|setting| (setting.to_owned(), Some(PendingChange)));
    assert_eq!(causes(&plan, "lambda_function.open"), expected.into());
}

#[tokio::test(start_paused = true)]
async fn what_was_rolled_back_is_neither_a_pending_change_nor_drift() {
    let stack = Stack::new();
    let edition = |number: usize| Project::with_code(&example(), &format!("{CODE}# {number}\n"));
    for number in [1, 2] {
        stack.run(Command::Check { project: &edition(number), answers: 200, undo: true }).await.done();
    }
    let rollback = Command::Rollback { number: 1, project: &edition(1), answers: 200 };
    stack.cut(rollback, None).await.expect("nothing cuts it").unwrap().done();
    let plan = stack.planned(&edition(2)).await;
    let alias = |cause| BTreeMap::from([("alias".to_owned(), Some(cause))]);
    assert_eq!(causes(&plan, "lambda_function.open"), alias(ChangeCause::Rollback));
    let plan = stack.planned(&edition(3)).await;
    assert_eq!(causes(&plan, "lambda_function.open")["source_hash"], Some(ChangeCause::PendingChange));
}
