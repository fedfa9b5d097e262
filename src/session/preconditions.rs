//! Finds what AWS would reject halfway through a plan, so that the plan is not begun.

use jiff::civil::Date;

use super::{Run, Session, access_log_role};
use crate::{
    config::{FunctionChange, blocked_since},
    engine::{Action, Change, Desired, Plan, Resource as _, Step},
    exit::Exit,
    failure::{Failure, Fault},
    resources::lambda_function::LambdaFunction,
};

/// The settings of a function that are changed without an update of the function itself.
const BESIDE: &[&str] = &["tags", "alias"];

/// Finds everything that prevents a plan.
pub(crate) async fn find(run: &Run, session: &Session, plan: &Plan) -> Vec<Fault> {
    let mut faults = ended_runtimes(plan, run.options.today);
    faults.extend(access_log_role::hindrance(run, session, plan).await);
    faults
}

/// Checks that nothing prevents a plan.
///
/// # Errors
/// When something does.
pub(crate) async fn refuse(run: &Run, session: &Session, plan: &Plan) -> Result<(), Failure> {
    let errors = find(run, session, plan).await;
    if errors.is_empty() { Ok(()) } else { Err(Failure { exit: Exit::Failed, errors, hints: Vec::new() }) }
}

/// The functions that the plan creates or updates with a runtime for which AWS blocks that.
fn ended_runtimes(plan: &Plan, today: Date) -> Vec<Fault> {
    let steps = plan.steps.iter().filter(|step| step.key.kind == LambdaFunction::KIND);
    steps.filter_map(|step| ended_runtime(step, &plan.desired, today)).collect()
}

fn ended_runtime(step: &Step, desired: &Desired, today: Date) -> Option<Fault> {
    let change = change(&step.action)?;
    let runtime = desired.get(&step.key)?.spec.get("runtime")?.as_str()?;
    let (since, newest) = blocked_since(runtime, change, today)?;
    let refused = match change {
        FunctionChange::Create => "no function can be created with it",
        FunctionChange::Update => "no function with it can be updated",
    };
    let name = &step.key.name;
    let fault = Fault::new(format!("{}: AWS ended the runtime `{runtime}`: {refused} since {since}", step.key));
    Some(newest.into_iter().fold(fault, |fault, newest| {
        fault.hint(format!("set `functions.{name}.runtime` to the newest of its family, `{newest}`"))
    }))
}

/// The change that a step makes to the function itself.
fn change(action: &Action) -> Option<FunctionChange> {
    let of_function = |change: &Change| change.path.first().is_none_or(|field| !BESIDE.contains(&field.as_str()));
    match action {
        Action::Create { .. } | Action::Replace { .. } => Some(FunctionChange::Create),
        Action::Adopt { changes, .. } | Action::Update { changes, .. } => {
            changes.iter().any(of_function).then_some(FunctionChange::Update)
        }
        Action::Keep { .. } | Action::Delete { .. } | Action::Untrack { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::civil::date;
    use serde_json::{Value, json};

    use super::*;

    fn faults_of(action: Action, runtime: &str, today: Date) -> Vec<Fault> {
        let key: crate::engine::Key = "lambda_function.hello".parse().unwrap();
        let mut desired = Desired::default();
        desired.add(key.clone(), &json!({ "runtime": runtime }), []);
        let plan = Plan {
            stack: "shop".into(),
            stage: "dev".into(),
            based_on: 1,
            steps: vec![Step { key, action, after: BTreeSet::new() }],
            stale: Vec::new(),
            found: BTreeSet::new(),
            later: Vec::new(),
            desired,
        };
        ended_runtimes(&plan, today)
    }

    fn update(field: &str) -> Action {
        let change = Change { path: vec![field.into()], old: None, new: None, secret: false, cause: None };
        Action::Update { outputs: Value::Null, live: Value::Null, changes: vec![change] }
    }

    #[test]
    fn a_function_can_be_created_and_updated_until_aws_blocks_each_for_its_runtime() {
        let create = || Action::Create { because: None };
        assert_eq!(faults_of(create(), "python3.10", date(2027, 1, 31)), []);
        let refused = "lambda_function.hello: AWS ended the runtime `python3.10`: no function can be created with it since \
                       2027-02-01";
        let hint = "set `functions.hello.runtime` to the newest of its family, `python3.14`";
        assert_eq!(faults_of(create(), "python3.10", date(2027, 2, 1)), [Fault::new(refused).hint(hint)]);
        assert_eq!(faults_of(update("source_hash"), "python3.10", date(2027, 3, 2)), []);
        let refused = "lambda_function.hello: AWS ended the runtime `python3.10`: no function with it can be updated since \
                       2027-03-03";
        assert_eq!(faults_of(update("source_hash"), "python3.10", date(2027, 3, 3)), [Fault::new(refused).hint(hint)]);
        assert_eq!(
            faults_of(update("source_hash"), "python3.10", date(2035, 1, 1))[0].hints,
            [""; 0],
            "no current runtime"
        );
    }

    #[test]
    fn steps_that_do_not_change_the_function_itself_are_never_rejected() {
        for action in [
            update("tags"),
            update("alias"),
            Action::Keep { because: None },
            Action::Delete { outputs: Value::Null, replaced: false, holdings: 0 },
            Action::Untrack { because: String::new(), parent: None, replaced: None },
        ] {
            assert_eq!(faults_of(action, "python3.10", date(2035, 1, 1)), []);
        }
        assert_eq!(faults_of(update("memory"), "java17.al2023", date(2035, 1, 1)), [], "AWS has announced no end");
    }
}
