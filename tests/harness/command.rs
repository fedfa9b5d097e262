//! The commands that a test process runs on a stack, and their results.

use std::collections::BTreeMap;

use stackctl::{
    aws::Calls,
    check::CheckReport,
    engine::{Action, CheckEnd, Consent, Outcome, Plan, Reverted, StoreError, Verb},
    resources::Writes,
};

use super::project::Project;

/// A command for a test process.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Command<'p> {
    /// Deploys a project without a check.
    Up(&'p Project),
    /// Deploys a project and checks it, with functions that respond with the status `answers`. If the check fails and
    /// `undo` is set, rolls back.
    Check { project: &'p Project, answers: u16, undo: bool },
    /// Rolls back to a release, with this config and functions that respond with the status `answers`.
    Rollback { number: u64, project: &'p Project, answers: u16 },
    /// Destroys the stack; holds the number of users that may be deleted, if given.
    Down(Option<u64>),
}

impl Command<'_> {
    pub(super) fn project(&self) -> Option<&Project> {
        match self {
            Self::Up(project) | Self::Check { project, .. } | Self::Rollback { project, .. } => Some(project),
            Self::Down(_) => None,
        }
    }

    pub(super) fn consent(&self) -> Consent {
        match self {
            Self::Down(delete_holdings) => Consent { delete_holdings: *delete_holdings },
            _ => Consent::default(),
        }
    }
}

/// The result of one process that did not die.
#[derive(Debug, Default)]
pub(crate) struct Run {
    /// `None` if the command makes no plan.
    pub(crate) plan: Option<Plan>,
    /// The calls that the plan is expected to make.
    pub(crate) expected: Writes,
    /// `None` if the plan was empty.
    pub(crate) outcome: Option<Outcome>,
    /// The result of the post-deploy check, if there was one.
    pub(crate) tried: Option<(CheckEnd, CheckReport)>,
    /// The result of the automatic rollback, if there was one.
    pub(crate) back: Option<Reverted>,
    /// Why the result of a rollback could not be saved.
    pub(crate) save_error: Option<StoreError>,
    pub(crate) calls: Calls,
    pub(crate) saves: usize,
    /// How many requests reached a function.
    pub(crate) invoked: usize,
    pub(crate) waits: Vec<String>,
}

impl Run {
    /// Whether nothing failed.
    pub(crate) fn complete(&self) -> bool {
        self.outcome.as_ref().is_none_or(Outcome::complete)
            && self.back.as_ref().is_none_or(|back| back.failed.is_empty())
            && self.save_error.is_none()
    }

    /// How the check ended, if there was one.
    pub(crate) fn end(&self) -> Option<CheckEnd> {
        self.tried.as_ref().map(|(end, _)| *end)
    }

    /// The failures, for the message of an assertion.
    pub(crate) fn failures(&self) -> String {
        let outcome = self.outcome.as_ref().map_or_else(String::new, |outcome| {
            format!("{:#?}, {} skipped, {:?}", outcome.failed, outcome.skipped, outcome.save_error)
        });
        let back = self.back.as_ref().map(|back| &back.failed);
        format!("{outcome}, {back:?}, {:?}", self.save_error)
    }

    /// The steps that change something, such as `update lambda_function.open: timeout`.
    pub(crate) fn steps(&self) -> Vec<String> {
        self.plan.as_ref().map(steps).unwrap_or_default()
    }

    /// The write calls, by operation.
    pub(crate) fn writes(&self) -> BTreeMap<&str, u64> {
        let reads = ["Get", "List", "Describe"];
        let operations = self.calls.by_operation.iter().map(|(operation, count)| (operation.as_str(), *count));
        operations
            .filter(|(operation, _)| {
                let name = operation.split_once(':').unwrap().1;
                !reads.iter().any(|read| name.starts_with(read))
            })
            .collect()
    }

    #[track_caller]
    pub(crate) fn done(self) -> Self {
        assert!(self.complete(), "{}", self.failures());
        self
    }
}

/// The steps that change something, with the fields that require them.
pub(crate) fn steps(plan: &Plan) -> Vec<String> {
    let acting = plan.steps.iter().filter(|step| step.action.verb() != Verb::Keep);
    let mut steps: Vec<String> = acting
        .map(|step| {
            let (verb, changes) = match &step.action {
                Action::Adopt { changes, .. } => ("adopt", changes.as_slice()),
                Action::Update { changes, .. } => ("update", changes.as_slice()),
                Action::Replace { because, .. } => ("replace", because.as_slice()),
                Action::Create { .. } => ("create", &[][..]),
                Action::Delete { .. } => ("delete", &[][..]),
                Action::Untrack { .. } => ("untrack", &[][..]),
                Action::Keep { .. } => ("keep", &[][..]),
            };
            let fields = changes.iter().map(|change| change.path.join(".")).collect::<Vec<_>>().join(", ");
            let colon = if fields.is_empty() { "" } else { ": " };
            format!("{verb} {}{colon}{fields}", step.key)
        })
        .collect();
    steps.sort();
    steps
}
