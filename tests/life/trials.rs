//! The live version is checked after a change, and rolled back when the check fails. For runs that die: `tests/matrix`.

use serde_json::{Value, json};
use stackctl::engine::CheckEnd;

use crate::harness::{
    project::{Project, example, patched},
    shape::census,
    stack::{Command, Run, Stack},
};

/// The example with a check as a user, and code that returns this number.
fn edition(number: usize) -> Project {
    edited(number, &json!({}))
}

fn edited(number: usize, patch: &Value) -> Project {
    let config = patched(&example(), &json!({ "routes": { "GET /closed": { "check": {} } } }));
    Project::with_code(&patched(&config, patch), &format!("def handler(event, context):\n    return {number}\n"))
}

/// Deploys and checks, where functions return this status.
fn check(project: &Project, answers: u16) -> Command<'_> {
    Command::Check { project, answers, undo: true }
}

impl Stack {
    async fn passes(&self, project: &Project) -> Run {
        let run = self.run(check(project, 200)).await.done();
        assert!(run.end().is_none_or(|end| end == CheckEnd::Passed), "{:?}", run.tried);
        run
    }

    async fn fails(&self, project: &Project) -> Run {
        let run = self.run(check(project, 500)).await.done();
        assert_eq!(run.end(), Some(CheckEnd::Failed), "{:?}", run.tried);
        run
    }

    /// What is live: the version behind each alias, and the deployment of the stage.
    async fn served(&self) -> [String; 3] {
        let cloud = self.clients().await;
        let alias = |function| cloud.lambda.get_alias().function_name(function).name("live").send();
        let version = |function| async move { alias(function).await.unwrap().function_version.unwrap() };
        let api = self.output("rest_api.main", "id");
        let stage = cloud.apigateway.get_stage().rest_api_id(api).stage_name("dev").send().await.unwrap();
        [version("shop-dev-open").await, version("shop-dev-closed").await, stage.deployment_id.unwrap()]
    }

    /// The users of the pool, by name.
    async fn users(&self) -> Vec<String> {
        let pool = self.output("user_pool.main", "id");
        let users = self.clients().await.cognito.list_users().user_pool_id(pool).send().await.unwrap().users.unwrap();
        users.into_iter().filter_map(|user| user.username).collect()
    }
}

#[tokio::test(start_paused = true)]
async fn a_check_that_passes_confirms_and_deletes_its_user() {
    let stack = Stack::new();
    let first = stack.passes(&edition(1)).await;
    let (_, report) = first.tried.unwrap();
    assert_eq!(
        (report.passed, report.findings, report.left),
        (3, Vec::new(), None),
        "two rejections and one as a user"
    );
    assert_eq!(first.invoked, 1, "only the check as a user calls a function");
    assert_eq!((stack.users().await, &stack.wire.state().unwrap().temporary_user), (Vec::new(), &None));
    // Saves: the intents, the results, before the user is created, after it is deleted, and the confirmation.
    assert_eq!(first.saves, 5);
    let second = stack.passes(&edition(1)).await;
    assert_eq!((second.tried.is_none(), second.saves), (true, 0), "without a change nothing is checked");
}

#[tokio::test(start_paused = true)]
async fn a_change_whose_check_fails_is_rolled_back() {
    let stack = Stack::new();
    stack.passes(&edition(1)).await;
    let before = stack.served().await;
    // A new route moves the stage, new code moves an alias, and a function is deleted only after the check has passed.
    let change = edited(2, &json!({ "routes": { "GET /new": { "function": "open", "auth": "none" } } }));
    let tried = stack.fails(&change).await;
    let back = tried.back.unwrap();
    assert_eq!(
        back.restored.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["lambda_function.open", "stage.main"]
    );
    assert_eq!((back.failed.len(), stack.served().await), (0, before.clone()));
    assert_eq!((stack.users().await, &stack.wire.state().unwrap().unconfirmed), (Vec::new(), &None));

    let again = stack.planned(&change).await;
    assert!(!again.is_empty(), "a change that was rolled back is planned again");
    stack.passes(&change).await;
    assert_ne!(stack.served().await, before);
    assert!(stack.planned(&change).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn failed_versions_are_pruned_and_those_for_a_rollback_stay() {
    let stack = Stack::new();
    stack.passes(&edition(0)).await;
    for number in 1..=5 {
        stack.fails(&edition(number)).await;
    }
    assert_eq!(census(&stack.local)["versions"], 7, "nothing is pruned before a change has passed");
    stack.passes(&edition(6)).await;
    assert_eq!(stack.served().await[0], "7");
    assert_eq!(census(&stack.local)["versions"], 3, "the live one, the one before, and that of the other function");
}

#[tokio::test(start_paused = true)]
async fn a_pool_that_requires_more_of_its_users_gets_it() {
    let strict = json!({ "userPool": { "usernameAttributes": ["email"], "passwordPolicy": { "minimumLength": 30 } } });
    let phone = json!({ "userPool": { "usernameAttributes": ["phone_number"] } });
    for pool in [strict, phone, json!({ "client": { "generateSecret": true } })] {
        let stack = Stack::new();
        stack.passes(&edited(1, &pool)).await;
        assert_eq!(stack.users().await, Vec::<String>::new(), "{pool}");
    }
}
