//! Finds changes of code only.

use std::collections::BTreeSet;

use crate::{
    engine::{Action, Change, Desired, Key, Node, Plan, Resource as _, Step, Verb},
    resources::lambda_function::LambdaFunction,
};

/// The setting of a function that identifies its code.
const CODE: &str = "source_hash";

/// The target of the alias, which always changes with the code.
const ALIAS: &str = "alias";

/// The functions whose code differs from `before`. `None` when anything else differs as well.
pub(super) fn edited(before: &Desired, now: &Desired) -> Option<BTreeSet<Key>> {
    let keys = now.differing(before);
    let edited = |key: &Key| Some(is_edited(before.get(key)?, now.get(key)?));
    keys.iter().all(|key| key.kind == LambdaFunction::KIND && edited(key) == Some(true)).then_some(keys)
}

/// Whether two functions differ only in their code.
fn is_edited(before: &Node, now: &Node) -> bool {
    let mut same = before.clone();
    same.spec[CODE] = now.spec[CODE].clone();
    same == *now
}

/// Whether a plan only updates the code of functions.
pub(super) fn only(plan: &Plan) -> bool {
    let acting = |step: &&Step| step.action.verb() != Verb::Keep;
    plan.steps.iter().filter(acting).all(|step| match &step.action {
        Action::Update { changes, .. } => step.key.kind == LambdaFunction::KIND && are_of_code(changes),
        _ => false,
    })
}

fn are_of_code(changes: &[Change]) -> bool {
    let is = |change: &Change, field: &str| change.path.len() == 1 && change.path[0] == field;
    changes.iter().any(|change| is(change, CODE)) && changes.iter().all(|change| is(change, CODE) || is(change, ALIAS))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn desired(function: &serde_json::Value, role: &serde_json::Value) -> Desired {
        let mut desired = Desired::default();
        desired.add("lambda_function.hello".parse().unwrap(), function, []);
        desired.add("iam_role.hello".parse().unwrap(), role, []);
        desired
    }

    #[test]
    fn only_a_change_of_code_counts_as_an_edit() {
        let before = desired(&json!({ "source_hash": "a", "memory": 128 }), &json!({ "name": "r" }));
        let edit = desired(&json!({ "source_hash": "b", "memory": 128 }), &json!({ "name": "r" }));
        let hello: Key = "lambda_function.hello".parse().unwrap();
        assert_eq!(edited(&before, &edit), Some([hello].into()));
        assert_eq!(edited(&before, &before), Some(BTreeSet::new()));
        let tuned = desired(&json!({ "source_hash": "b", "memory": 256 }), &json!({ "name": "r" }));
        let renamed = desired(&json!({ "source_hash": "b", "memory": 128 }), &json!({ "name": "s" }));
        let mut more = edit.clone();
        more.add("lambda_function.more".parse().unwrap(), &json!({ "source_hash": "b" }), []);
        for more in [tuned, renamed, more, Desired::default()] {
            assert_eq!(edited(&before, &more), None);
        }
    }

    #[test]
    fn only_new_code_of_functions_is_deployed_without_confirmation() {
        let change =
            |field: &str| Change { path: vec![field.into()], old: None, new: None, secret: false, cause: None };
        let update = |key: &str, fields: &[&str]| {
            let changes = fields.iter().map(|field| change(field)).collect();
            let action = Action::Update { outputs: json!({}), live: json!({}), changes };
            Step { key: key.parse().unwrap(), action, after: BTreeSet::new() }
        };
        let plan = |steps: Vec<Step>| Plan {
            stack: "shop".into(),
            stage: "dev".into(),
            based_on: 1,
            steps,
            stale: Vec::new(),
            found: BTreeSet::new(),
            later: Vec::new(),
            desired: Desired::default(),
        };
        let code = || update("lambda_function.hello", &[CODE]);
        assert!(only(&plan(vec![code(), update("lambda_function.other", &[ALIAS, CODE])])));
        assert_eq!(crate::session::emulator::warm_up::deployed(&plan(vec![code()])), ["hello"]);
        for other in [
            update("lambda_function.hello", &[ALIAS]),
            update("lambda_function.hello", &[CODE, "memory"]),
            update("stage.main", &[CODE]),
            Step {
                key: "lambda_function.hello".parse().unwrap(),
                action: Action::Create { because: None },
                after: BTreeSet::new(),
            },
        ] {
            assert!(!only(&plan(vec![code(), other])));
        }
    }
}
