//! Shows a plan, asks, carries it out, and says what became of it.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use tokio::time::Instant;

use super::{
    app::{App, OnInterrupt},
    consent,
    session::{Session, Survey},
};
use crate::{
    engine::{Event, Events, Outcome, Plan, Verb},
    error::{Failure, Fault},
    exit::Exit,
    report::{Message, PlanTable, past},
    state::State,
};

/// Carries out the plan of a survey, after asking, and returns the state as it is then.
pub(crate) async fn carry_out(app: &App, session: &Session, survey: Survey, question: &str) -> Result<State, Failure> {
    let Survey { state, plan, .. } = &survey;
    let asking = acting(plan) > 0 && !app.common.yes && !session.is_local();
    let table = PlanTable::new(plan, &session.catalog);
    if asking {
        app.report.insist(&Message::Plan(&table));
        let hint = format!("look at the plan, then run `stackctl {} --yes`", app.command);
        consent::ask(app, "the plan", question, hint).await?;
    } else {
        app.report.tell(&Message::Plan(&table));
    }
    if plan.is_empty() {
        return Ok(state.clone());
    }
    let again = format!("run `stackctl {}` to go on", app.command);
    let began = Instant::now();
    let applied = apply(app, session, survey, (&app.report, &again)).await;
    app.report.tell(&Message::Executed { steps: &applied.steps, took: began.elapsed() });
    applied.state
}

/// What became of a plan that was carried out.
pub(crate) struct Applied {
    /// How many steps were done, by verb.
    pub(crate) steps: BTreeMap<Verb, usize>,
    /// The state as it is then, or why not everything was done.
    pub(crate) state: Result<State, Failure>,
}

/// Carries out the plan of a survey, to which whoever must has agreed; `again` says how a rest of it is done.
pub(crate) async fn apply(
    app: &App,
    session: &Session,
    survey: Survey,
    (events, again): (&dyn Events, &str),
) -> Applied {
    let Survey { state, plan, .. } = survey;
    app.set_on_interrupt(OnInterrupt::Finish);
    let tally = Tally { events, steps: Mutex::default() };
    let outcome = session.engine(app, &tally).execute(&plan, state, &*session.store).await;
    app.bill_saves(outcome.saves);
    Applied { steps: tally.take(), state: conclude(app, outcome, (acting(&plan), again)) }
}

fn acting(plan: &Plan) -> usize {
    plan.steps.iter().filter(|step| step.action.verb() != Verb::Keep).count()
}

fn conclude(app: &App, outcome: Outcome, (steps, again): (usize, &str)) -> Result<State, Failure> {
    let exit = if outcome.done > 0 { Exit::Partly } else { Exit::Failed };
    let again = format!("{} of {steps} steps are done and recorded; {again}", outcome.done);
    if let Some(error) = outcome.save_error {
        let failure = Failure::from(error);
        let exit = if failure.exit == Exit::Locked { Exit::Locked } else { exit };
        let begun = outcome.done + outcome.failed.len() + outcome.stopped.len() > 0;
        let found = format!("what was done meanwhile is found by the next `stackctl {}`", app.command);
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
        let failure = Failure::new(Exit::Interrupted, "interrupted; what was under way is finished").hint(again);
        let stopped = outcome.stopped.iter().map(|stopped| format!("{}: {}", stopped.key, stopped.error));
        return Err(stopped.fold(failure, Failure::detail));
    }
    Ok(outcome.state)
}

/// Passes events on and counts the steps that are done.
struct Tally<'a> {
    events: &'a dyn Events,
    steps: Mutex<BTreeMap<Verb, usize>>,
}

impl Tally<'_> {
    fn take(self) -> BTreeMap<Verb, usize> {
        self.steps.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Events for Tally<'_> {
    fn emit(&self, event: Event) {
        if let Event::StepDone { verb, .. } = &event {
            *self.steps.lock().unwrap_or_else(PoisonError::into_inner).entry(*verb).or_default() += 1;
        }
        self.events.emit(event);
    }
}
