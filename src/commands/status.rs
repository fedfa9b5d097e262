//! `stackctl status`: compares the live settings with the config. Reads only and does not lock the state.

use crate::{
    cli::Detailed,
    config::why_unknown,
    engine::{
        Action, Change, ChangeCause, Comparison, Consent, Found, FoundJson, Key, Observed, PlanError, State, Step,
        compare, served_release,
    },
    exit::Exit,
    failure::Failure,
    report::{Condition, StatusRow, StatusTable, rows},
    session::{
        Run, Session,
        deployed::{self, stack_and_stage},
        missing_state, project,
    },
};

/// The live resources and their comparison with the config.
struct Sight {
    state: State,
    observed: Observed,
    comparison: Comparison,
    /// The live release, or the earlier one that it rolled back to.
    back_to: Option<u64>,
}

impl Sight {
    /// What the search for a thing and the look at its record came to.
    fn looks(&self, key: &Key) -> impl Iterator<Item = &FoundJson> {
        [self.observed.found.get(key), self.observed.recorded.get(key)].into_iter().flatten()
    }

    /// Whether the resource exists and is owned by this stack.
    fn is_there(&self, key: &Key) -> bool {
        self.looks(key).any(|found| found.ours().is_some())
    }
}

pub(crate) async fn run(run: &Run, detailed: Detailed) -> Result<Exit, Failure> {
    let loaded = project::load_to_compare(run)?;
    let stack = stack_and_stage(&loaded.identity);
    let table = if deployed::recorded(run, &loaded.identity).await?.is_none() {
        missing_state::verify(run, &loaded.identity).await?;
        StatusTable { stack, deployed: false, resources: Vec::new() }
    } else {
        let packages = project::package_to_compare(&loaded);
        let session = Session::open_to_compare(run, &loaded, &packages).await?;
        let mut desired = session.desired(&packages);
        let (state, observed) = session.look(run, &desired).await?;
        let mut unknown = desired.assume_live(&observed, why_unknown);
        let comparison = compare(&desired, &state, &observed, &session.catalog, &Consent::default())?;
        let release = served_release(&state, &session.catalog);
        let back_to = release.map(|release| release.back_to.unwrap_or(release.number));
        let sight = Sight { state, observed, comparison, back_to };
        let steps = sight.comparison.plan.steps.iter();
        let resources = steps.map(|step| {
            let not_compared = unknown.remove(&step.key).unwrap_or_default();
            StatusRow { not_compared, ..row(&session, &sight, step) }
        });
        let resources = resources.collect();
        StatusTable { stack, deployed: true, resources }
    };
    run.report.data(&table);
    let differs = detailed.detailed_exitcode && !table.in_sync();
    Ok(if differs { Exit::Differences } else { Exit::Done })
}

fn row(session: &Session, sight: &Sight, step: &Step) -> StatusRow {
    let key = &step.key;
    let (status, because) = condition(sight, step);
    let changes = match &step.action {
        Action::Update { changes, .. } | Action::Adopt { changes, .. } => rows(changes),
        Action::Replace { because, .. } => rows(because),
        _ => Vec::new(),
    };
    StatusRow { key: key.clone(), id: id(session, sight, key), status, changes, not_compared: Vec::new(), because }
}

fn condition(sight: &Sight, step: &Step) -> (Condition, Option<String>) {
    let because = |text: &str| Some(text.to_owned());
    if let Some(unmanaged) = unmanaged(sight, &step.key) {
        return (Condition::Unmanaged, Some(unmanaged));
    }
    if let Some(field) = sight.comparison.refused.iter().find_map(|error| locked(error, &step.key)) {
        // What AWS cannot change was changed in the config.
        return (Condition::PendingChange, Some(format!("`{field}` cannot be changed; `plan` says why")));
    }
    match &step.action {
        Action::Keep { because: None } => (Condition::InSync, None),
        Action::Keep { because: Some(reason) } => (Condition::Extra, Some(format!("kept: {reason}"))),
        Action::Create { because: None } if sight.state.pending.contains_key(&step.key) => {
            (Condition::Interrupted, because("an interrupted run was to create it"))
        }
        Action::Create { because: None } => (Condition::NotCreated, None),
        Action::Create { because: Some(_) } if sight.observed.recorded.get(&step.key) == Some(&Found::Nothing) => {
            (Condition::Missing, None)
        }
        Action::Create { because: Some(reason) } => (Condition::PendingChange, Some(reason.clone())),
        Action::Adopt { .. } => (Condition::Interrupted, because("an interrupted run left it")),
        Action::Update { changes, .. } => difference(changes, sight.back_to),
        Action::Replace { because: changes, .. } => (difference(changes, sight.back_to).0, because("`up` replaces it")),
        Action::Delete { replaced: true, .. } => (Condition::Interrupted, because("the old one of a replacement")),
        Action::Delete { .. } => (Condition::Extra, because("not in the config any more")),
        Action::Untrack { because, replaced: Some(_), .. } => (Condition::Interrupted, Some(because.clone())),
        // What goes with another is there until that goes.
        Action::Untrack { because, .. } if sight.is_there(&step.key) => (Condition::Extra, Some(because.clone())),
        Action::Untrack { because, .. } => (Condition::Missing, Some(because.clone())),
    }
}

/// The condition of a resource with these differences.
fn difference(changes: &[Change], back_to: Option<u64>) -> (Condition, Option<String>) {
    let any =
        |causes: &[ChangeCause]| changes.iter().filter_map(|change| change.cause).any(|cause| causes.contains(&cause));
    let drifted = any(&[ChangeCause::Drift, ChangeCause::DriftAndPendingChange]);
    let pending = any(&[ChangeCause::PendingChange, ChangeCause::DriftAndPendingChange]);
    match (drifted, pending) {
        _ if any(&[ChangeCause::Rollback]) => {
            (Condition::RolledBack, back_to.map(|release| format!("to release {release}; `up` deploys the config")))
        }
        (true, true) => (Condition::DriftedAndPendingChange, None),
        (true, false) => (Condition::Drifted, None),
        (false, true) => (Condition::PendingChange, None),
        (false, false) => (Condition::Differs, None),
    }
}

/// The setting of a resource that cannot be changed without losing user data.
fn locked<'e>(error: &'e PlanError, of: &Key) -> Option<&'e str> {
    match error {
        PlanError::WouldLoseData { key, field, .. } if key == of => Some(field),
        _ => None,
    }
}

/// The owner of an unmanaged resource in the place of ours.
fn unmanaged(sight: &Sight, key: &Key) -> Option<String> {
    if sight.is_there(key) {
        return None;
    }
    sight.looks(key).find_map(|found| match found {
        Found::NotOurs(unmanaged) => Some(format!("it {}", unmanaged.whose)),
        _ => None,
    })
}

fn id(session: &Session, sight: &Sight, key: &Key) -> Option<String> {
    let recorded = sight.state.resources.get(key).map(|recorded| &recorded.outputs);
    let found = sight.observed.found.get(key).and_then(Found::ours).map(|found| &found.outputs);
    session.id(key, recorded.or(found)?)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;
    use crate::engine::{Desired, Live, Plan, StackIdentity};

    /// The status of a resource that would be untracked, whether it exists or not.
    fn forgotten(found: Found<Value, Value>, because: &str) -> (Condition, Option<String>) {
        let key: Key = "lambda_permission.hello".parse().unwrap();
        let because = because.to_owned();
        let step = Step {
            key: key.clone(),
            action: Action::Untrack { because, parent: None, replaced: None },
            after: BTreeSet::new(),
        };
        let plan = Plan {
            stack: "shop".into(),
            stage: "dev".into(),
            based_on: 1,
            steps: vec![step.clone()],
            stale: Vec::new(),
            found: BTreeSet::new(),
            later: Vec::new(),
            desired: Desired::default(),
        };
        let place = StackIdentity {
            stack: "shop".into(),
            stage: "dev".into(),
            region: "eu-west-1".into(),
            account: "123456789012".into(),
            endpoint: None,
        };
        let observed = Observed { recorded: [(key, found)].into(), ..Observed::default() };
        let comparison = Comparison { plan, refused: Vec::new() };
        condition(&Sight { state: State::new(place), observed, comparison, back_to: None }, &step)
    }

    #[test]
    fn a_resource_that_is_deleted_with_its_parent_exists_until_then() {
        let there = Found::Ours(Live { outputs: Value::Null, spec: Value::Null });
        let goes = "deleted with lambda_function.hello";
        assert_eq!(forgotten(there, goes), (Condition::Extra, Some(goes.to_owned())));
        let gone = "already deleted";
        assert_eq!(forgotten(Found::Nothing, gone), (Condition::Missing, Some(gone.to_owned())));
    }
}
