//! Shows a plan, asks for confirmation, counts the steps that are done, and reports the outcome.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use super::{
    Run, Session,
    confirm::{self, Act, Question},
};
use crate::{
    engine::{Event, Events, Outcome, Plan, State, Verb},
    exit::Exit,
    failure::{Failure, Fault},
    hint::Hint,
    report::{Executed, PlanTable, past},
};

/// Shows a plan and asks for confirmation where it is required and the plan changes something.
///
/// # Errors
/// When it is not confirmed.
pub(crate) async fn show<C>(run: &Run, session: &Session<C>, plan: &Plan, act: Act<'_>) -> Result<(), Failure> {
    let table = PlanTable::new(plan, &session.catalog);
    if acting(plan) == 0 || !confirm::is_due(run, act) {
        run.report.plan(table, false);
        return Ok(());
    }
    let target = session.target();
    confirm::show_target(run, &target);
    run.report.plan(table, true);
    let (stack, location) = (target.subject(), target.location.described());
    let text = match act {
        Act::Delete { .. } => format!("Delete {stack}, from {location}"),
        _ => format!("Deploy {stack}, to {location}"),
    };
    let hint = Hint::from("check the plan, then run ").run(run.options.again.clone().yes());
    confirm::ask(run, &Question { act, text, hint }).await
}

/// The number of steps that change something.
pub(crate) fn acting(plan: &Plan) -> usize {
    plan.steps.iter().filter(|step| step.action.verb() != Verb::Keep).count()
}

/// Reports the outcome of a plan with this number of steps. `again` is the hint for continuing an incomplete run, such
/// as [`go_on`].
///
/// # Errors
/// When not every step was done.
pub(crate) fn conclude(run: &Run, outcome: Outcome, (steps, again): (usize, Hint)) -> Result<State, Failure> {
    let exit = if outcome.done > 0 { Exit::Partly } else { Exit::Failed };
    let again = Hint::from(format!("{} of {steps} steps are done and recorded; ", outcome.done)).join(again);
    if let Some(error) = outcome.save_error {
        let failure = Failure::from(error);
        let exit = if failure.exit == Exit::Locked { Exit::Locked } else { exit };
        let begun = outcome.done + outcome.failed.len() + outcome.stopped.len() > 0;
        let found = Hint::from("the changes made so far are found by the next ").run(run.options.again.clone());
        return Err(Failure { exit, ..failure }.with_hints(begun.then_some(found)));
    }
    if !outcome.failed.is_empty() {
        let errors = outcome
            .failed
            .iter()
            .map(|failed| Fault::of(format!("{}: not {}", failed.key, past(failed.verb)), &failed.error));
        let exit = if outcome.interrupted { Exit::Interrupted } else { exit };
        return Err(Failure { exit, errors: errors.collect(), hints: vec![again] });
    }
    if outcome.interrupted {
        let failure = Failure::new(Exit::Interrupted, "interrupted; the calls in progress were finished").hint(again);
        let stopped = outcome.stopped.iter().map(|stopped| format!("{}: {}", stopped.key, stopped.error));
        return Err(stopped.fold(failure, Failure::detail));
    }
    Ok(outcome.state)
}

/// The hint to run the same command again to continue.
pub(crate) fn go_on(run: &Run) -> Hint {
    Hint::from("run ").run(run.options.again.clone()).text(" to continue")
}

/// Passes events on and counts the steps that are done, and those that are not started.
pub(crate) struct Tally<'a> {
    events: &'a dyn Events,
    steps: Mutex<BTreeMap<Verb, usize>>,
    skipped: AtomicUsize,
}

impl<'a> Tally<'a> {
    pub(crate) fn new(events: &'a dyn Events) -> Self {
        Self { events, steps: Mutex::default(), skipped: AtomicUsize::default() }
    }

    /// The counts, for a run that took so long.
    pub(crate) fn executed(self, took: Duration) -> Executed {
        let steps = self.steps.into_inner().unwrap_or_else(PoisonError::into_inner);
        Executed { steps, skipped: self.skipped.into_inner(), took }
    }
}

impl Events for Tally<'_> {
    fn emit(&self, event: Event) {
        match &event {
            Event::StepDone { verb, .. } => {
                *self.steps.lock().unwrap_or_else(PoisonError::into_inner).entry(*verb).or_default() += 1;
            }
            Event::StepSkipped { .. } => {
                self.skipped.fetch_add(1, Ordering::Relaxed);
            }
            _ => {}
        }
        self.events.emit(event);
    }
}
