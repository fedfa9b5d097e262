//! Functions that know the ids of their own stack: the real kinds, from the first deploy to a replaced pool.

use std::collections::HashMap;

use serde_json::{Value, json};
use stackctl::engine::CheckEnd;

use crate::harness::{
    project::{CODE, Project, example, patched},
    shape::gone_of,
    stack::{Command, Stack, steps},
};

/// The example, in which `open` refers to everything that it may refer to.
fn edition(number: usize) -> Project {
    let environment = json!({
        "EDITION": number.to_string(),
        "STACK_POOL": "${userPool.id}",
        "STACK_ISSUER": "${userPool.issuer}",
        "STACK_CLIENT": "${client.id}",
        "STACK_API": "${api.id}",
        "STACK_URL": "${api.url}",
        "STACK_SELF": "${function.open.arn}",
        "STACK_OTHER": "${function.closed.name}",
    });
    let policy = json!([{
        "Effect": "Allow",
        "Action": ["cognito-idp:ListUsers", "cognito-idp:AdminGetUser"],
        "Resource": ["arn:aws:zzz:::z", "${userPool.arn}", "${function.closed.arn}", "arn:aws:aaa:::a"],
    }]);
    let description = "edition for ${client.id}";
    let open = json!({ "environment": environment, "policy": policy, "description": description });
    let pool = json!({ "deletionProtection": false });
    let api = json!({ "description": "for ${userPool.id}" });
    let patch = json!({ "functions": { "open": open }, "api": api, "userPool": pool });
    Project::with_code(&patched(&example(), &patch), &format!("{CODE}# {number}\n"))
}

/// The variables of what callers get of `open`.
async fn live(stack: &Stack) -> HashMap<String, String> {
    let lambda = stack.clients().await.lambda;
    let request = lambda.get_function_configuration().function_name("shop-dev-open").qualifier("live");
    request.send().await.unwrap().environment.unwrap().variables.unwrap()
}

async fn release(stack: &Stack, number: usize) {
    let run = stack.run(Command::Check { project: &edition(number), answers: 200, undo: true }).await.done();
    assert_eq!(run.end(), Some(CheckEnd::Passed), "{:?}", run.tried);
}

#[tokio::test(start_paused = true)]
async fn a_function_gets_the_ids_of_its_own_stack_in_one_deploy() {
    let stack = Stack::new();
    let run = stack.up(&edition(1)).await.done();
    assert_eq!(run.writes()["lambda:PublishVersion"], 2, "one for each function");
    let id = |key: &str| stack.output(key, "id");
    let (pool, client, api) = (id("user_pool.main"), id("user_pool_client.main"), id("rest_api.main"));
    let account = stack.clients().await.account;
    let expected = [
        ("EDITION", "1".to_owned()),
        ("STACK_POOL", pool.clone()),
        ("STACK_ISSUER", format!("https://cognito-idp.us-west-2.amazonaws.com/{pool}")),
        ("STACK_CLIENT", client.clone()),
        ("STACK_API", api.clone()),
        ("STACK_URL", format!("http://local.test/_aws/execute-api/{api}/dev")),
        ("STACK_SELF", format!("arn:aws:lambda:us-west-2:{account}:function:shop-dev-open:live")),
        ("STACK_OTHER", "shop-dev-closed".to_owned()),
    ];
    assert_eq!(live(&stack).await, expected.map(|(name, value)| (name.to_owned(), value)).into());
    assert_eq!(steps(&stack.planned(&edition(1)).await), Vec::<String>::new());
    let state = serde_json::to_string(&stack.wire.state()).unwrap();
    assert!(!state.contains("cognito-idp.us-west-2"), "values of variables are not recorded: {state}");
    assert_eq!(stack.recover(&edition(1)).await.discovery.several.len(), 0);
    assert_eq!(steps(&stack.planned(&edition(1)).await), Vec::<String>::new(), "after a recovery");
    stack.down().await.done();
    assert_eq!(gone_of(&stack.local.snapshot()), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_rollback_restores_the_values_of_its_release() {
    let stack = Stack::new();
    release(&stack, 1).await;
    release(&stack, 2).await;
    let pool = stack.output("user_pool.main", "id");
    let rollback = Command::Rollback { number: 1, project: &edition(2), answers: 200 };
    stack.cut(rollback, None).await.expect("nothing cuts it").unwrap().done();
    let live = live(&stack).await;
    assert_eq!((&live["EDITION"], &live["STACK_POOL"]), (&"1".to_owned(), &pool));
}

#[tokio::test(start_paused = true)]
async fn a_replaced_pool_changes_what_refers_to_it_and_ends_the_releases_with_its_id() {
    let stack = Stack::new();
    release(&stack, 1).await;
    let pool = stack.output("user_pool.main", "id");
    stack.clients().await.cognito.delete_user_pool().user_pool_id(&pool).send().await.unwrap();
    let changed = steps(&stack.planned(&edition(1)).await);
    insta::assert_snapshot!(changed.join("\n"), @r"
    create user_pool.main
    create user_pool_client.main
    update authorizer.main: provider_arns
    update iam_role.open: inline_policies.config.Statement
    update lambda_function.open: description, environment.STACK_CLIENT, environment.STACK_ISSUER, environment.STACK_POOL
    update rest_api.main: description
    update stage.main: fingerprint
    ");
    release(&stack, 1).await;
    let new = stack.output("user_pool.main", "id");
    assert_ne!(new, pool);
    let after = live(&stack).await;
    assert_eq!((&after["STACK_POOL"], &after["STACK_CLIENT"]), (&new, &stack.output("user_pool_client.main", "id")));
    assert_eq!(steps(&stack.planned(&edition(1)).await), Vec::<String>::new());
    let project = edition(1);
    let rollback = Command::Rollback { number: 1, project: &project, answers: 200 };
    let refused = stack.cut(rollback, None).await.expect("nothing cuts it").unwrap_err();
    insta::assert_snapshot!(refused, @r#"[Replaced { key: Key { kind: Kind("user_pool"), name: "main" } }, Replaced { key: Key { kind: Kind("user_pool_client"), name: "main" } }]"#);
    assert_eq!(live(&stack).await["STACK_POOL"], new);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_is_replaced_changes_the_functions_that_know_it() {
    let stack = Stack::new();
    stack.up(&edition(1)).await.done();
    let edit = |value: &Value| {
        let environment = json!({ "STACK_CLIENT": "${client.id}" });
        let patch = json!({ "functions": { "open": { "environment": environment } }, "client": value });
        Project::new(&patched(&example(), &patch))
    };
    stack.up(&edit(&json!({}))).await.done();
    let replaced = edit(&json!({ "generateSecret": true }));
    stack.up(&replaced).await.done();
    assert_eq!(live(&stack).await["STACK_CLIENT"], stack.output("user_pool_client.main", "id"));
    assert_eq!(steps(&stack.planned(&replaced).await), Vec::<String>::new());
}
