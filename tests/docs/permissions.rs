//! The permissions of a deployer, from the table of operations.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use stackctl::aws::operation;

use super::generated::table;

/// Actions that AWS allows on all resources only, or before the resource exists.
const ON_ALL: &[&str] = &["iam:ListRoles", "lambda:ListFunctions", "logs:DescribeLogGroups"];

/// The policy, as a fenced block.
pub fn policy() -> String {
    let statements: Vec<Value> =
        statements().into_iter().map(|(id, resource, actions)| statement(id, &resource, &actions)).collect();
    let policy = json!({ "Version": "2012-10-17", "Statement": statements });
    format!("```json\n{}\n```\n", serde_json::to_string_pretty(&policy).unwrap())
}

/// The statements' ids, resources and actions. Every action is in one of them.
fn statements() -> Vec<(&'static str, Value, Vec<String>)> {
    let mut actions: BTreeSet<String> = actions().into_keys().filter(|action| !action.starts_with("sts:")).collect();
    let mut taken = |fits: &dyn Fn(&str) -> bool| -> Vec<String> {
        let (taken, rest) = std::mem::take(&mut actions).into_iter().partition(|action| fits(action));
        actions = rest;
        Vec::from_iter::<BTreeSet<String>>(taken)
    };
    let of = |service: &'static str| move |action: &str| action.starts_with(&format!("{service}:"));
    let role = "arn:aws:iam::ACCOUNT:role/stackctl/SERVICE/STAGE/*";
    let statements = vec![
        ("FindResources", json!("*"), taken(&|action| ON_ALL.contains(&action))),
        ("PassRole", json!(role), taken(&|action| action == "iam:PassRole")),
        ("Roles", json!(role), taken(&of("iam"))),
        ("UserPools", json!("*"), taken(&of("cognito-idp"))),
        ("Functions", json!("arn:aws:lambda:*:ACCOUNT:function:SERVICE-STAGE-*"), taken(&of("lambda"))),
        (
            "Apis",
            json!(["restapis", "restapis/*", "tags/*", "account"].map(|path| format!("arn:aws:apigateway:*::/{path}"))),
            taken(&of("apigateway")),
        ),
        (
            "LogGroups",
            json!(
                ["lambda/SERVICE-STAGE-*", "apigateway/SERVICE-STAGE-access*"]
                    .map(|group| { format!("arn:aws:logs:*:ACCOUNT:log-group:/aws/{group}") })
            ),
            taken(&of("logs")),
        ),
        ("State", json!(["arn:aws:s3:::BUCKET", "arn:aws:s3:::BUCKET/stackctl/*"]), taken(&of("s3"))),
    ];
    assert!(actions.is_empty(), "no statement has {actions:?}");
    statements
}

fn statement(id: &str, resource: &Value, actions: &[String]) -> Value {
    let mut statement = json!({ "Sid": id, "Effect": "Allow", "Action": actions, "Resource": resource });
    if id == "PassRole" {
        statement["Condition"] = json!({ "StringEquals": { "iam:PassedToService": "lambda.amazonaws.com" } });
    }
    statement
}

/// The actions, each with the operations that need it.
fn actions() -> BTreeMap<String, BTreeSet<&'static str>> {
    let mut actions: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for operation in operation::ALL {
        for action in operation.actions {
            actions.entry((*action).to_owned()).or_default().insert(operation.name);
        }
    }
    actions
}

/// The actions and their operations, as a table.
pub fn operations() -> String {
    let code = |name: &str| format!("`{name}`");
    let rows: Vec<Vec<String>> = actions()
        .iter()
        .map(|(action, operations)| {
            let names: Vec<String> =
                operations.iter().map(|name| code(name.split(':').nth(1).unwrap_or(name))).collect();
            vec![code(action), names.join(", ")]
        })
        .collect();
    table(&["action", "API calls"], &rows)
}
