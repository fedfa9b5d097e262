//! The permissions of a deployer, from the table of operations.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use stackctl::aws::{operation, permissions::Deployer};

use super::generated::table;

/// The policy, as a fenced block.
pub fn policy() -> String {
    let deployer = Deployer {
        account: "ACCOUNT".into(),
        region: "REGION".into(),
        service_name: "SERVICE".into(),
        stage: "STAGE".into(),
        state: Some(("BUCKET".into(), "stackctl/".into())),
        read_only: false,
    };
    let policy = json!({ "Version": "2012-10-17", "Statement": deployer.statements() });
    format!("```json\n{policy:#}\n```\n")
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
