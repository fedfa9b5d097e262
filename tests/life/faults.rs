//! Every operation of a first up fails once, in every way: the stack ends the same, and nothing exists twice.

use serde_json::Value;
use stackctl_local::{Effect, Fault};

use crate::harness::{
    project::{Project, example},
    shape::{census, differences, shape},
    stack::Stack,
};

/// The requests of an undisturbed first up, and its result.
async fn undisturbed(project: &Project) -> (Vec<String>, Value, Value) {
    let stack = Stack::new();
    let run = stack.up(project).await.done();
    (run.calls.by_operation.into_keys().collect(), shape(&stack.local), serde_json::json!(census(&stack.local)))
}

/// Fails the first request of each operation once; returns how often one up was not enough.
async fn each_goes_wrong(effect: impl Fn(&str) -> Option<Effect>) -> usize {
    let project = Project::new(&example());
    let (operations, expected, counted) = undisturbed(&project).await;
    let mut again = 0;
    for operation in &operations {
        let Some(effect) = effect(operation) else { continue };
        let stack = Stack::new();
        stack.local.add_fault(Fault { operation: Some(operation.clone()), skip: 0, times: 1, effect: effect.clone() });
        if !stack.up(&project).await.complete() {
            again += 1;
            let second = stack.up(&project).await;
            assert!(second.complete(), "{operation} {effect:?}: {}", second.failures());
        }
        assert_eq!(serde_json::json!(census(&stack.local)), counted, "{operation} {effect:?}");
        assert_eq!(differences(&shape(&stack.local), &expected), Vec::<String>::new(), "{operation} {effect:?}");
        let plan = stack.planned(&project).await;
        assert!(plan.is_empty(), "{operation} {effect:?}: {plan:?}");
    }
    again
}

fn refuse(status: u16, code: &str, message: &str) -> Effect {
    Effect::Refuse { status, code: code.into(), message: message.into() }
}

fn is_write(operation: &str) -> bool {
    let name = operation.split_once(':').unwrap().1;
    !["Get", "List", "Describe"].iter().any(|read| name.starts_with(read))
}

#[tokio::test(start_paused = true)]
async fn a_write_that_conflicts_with_another_is_retried() {
    let conflict = |operation: &str| {
        is_write(operation).then(|| match operation.split_once(':').unwrap().0 {
            "apigateway" => refuse(
                409,
                "ConflictException",
                "Unable to complete operation due to concurrent modification. Please try again later.",
            ),
            "cognito-idp" => refuse(400, "ConcurrentModificationException", "Concurrent modification"),
            "iam" => refuse(409, "ConcurrentModification", "Another request is changing this role"),
            "lambda" => refuse(
                409,
                "ResourceConflictException",
                "The operation cannot be performed at this time. An update is in progress for resource",
            ),
            _ => refuse(400, "OperationAbortedException", "A conflicting operation is in progress"),
        })
    };
    // CreateUserPool conflicts with no other write: there is no pool yet.
    assert!(each_goes_wrong(conflict).await <= 1);
}
