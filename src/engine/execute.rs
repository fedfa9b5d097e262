//! Carries out a plan: as many steps at once as allowed, each after those it waits for. It makes no choices and knows
//! no kinds.

use std::{collections::BTreeSet, time::Duration};

use futures_util::{FutureExt as _, StreamExt as _, future::BoxFuture, stream::FuturesUnordered};
use serde_json::Value;
use tokio::time::Instant;

use super::{
    Action, Catalog, Event, Events, Interrupt, Key, Plan, Step, Verb, Verdict, error::ResourceError, journal::Journal,
    record, step::Effect,
};
use crate::state::{State, StateError, Store};

/// Looks at a cloud and changes it, through the kinds of a catalog.
pub struct Engine<'a, C> {
    /// The kinds.
    pub catalog: &'a Catalog<C>,
    /// The clients.
    pub cloud: &'a C,
    /// Where what happens is told.
    pub events: &'a dyn Events,
    /// The wish to stop: nothing new begins then, and what only waits stops waiting.
    pub interrupt: &'a Interrupt,
    /// How many steps, or looks, are under way at once at most.
    pub parallel: usize,
}

/// A step that did not do what it was to do.
#[derive(Debug, Clone, PartialEq)]
pub struct Failed {
    /// Whose step.
    pub key: Key,
    /// What it was to do.
    pub verb: Verb,
    /// Why it did not.
    pub error: ResourceError,
}

/// What became of a plan.
#[derive(Debug)]
pub struct Outcome {
    /// The state as it is now.
    pub state: State,
    /// How many steps were done.
    pub done: usize,
    /// The steps that failed.
    pub failed: Vec<Failed>,
    /// The steps that only waited when somebody wished to stop: what they have done so far is found by the next run.
    pub stopped: Vec<Failed>,
    /// The steps that were not begun.
    pub skipped: usize,
    /// Whether somebody wished to stop before the end.
    pub interrupted: bool,
    /// How often the state was saved.
    pub saves: u64,
    /// Why the state could not be saved; nothing was begun after that.
    pub save_error: Option<StateError>,
}

impl Outcome {
    /// Of a plan in which there was nothing to do.
    pub(super) fn idle(state: State) -> Self {
        Self {
            state,
            done: 0,
            failed: Vec::new(),
            stopped: Vec::new(),
            skipped: 0,
            interrupted: false,
            saves: 0,
            save_error: None,
        }
    }

    /// Adds what became of a plan that was carried out after this one, which was complete.
    pub(super) fn go_on_with(&mut self, next: Self) {
        let (done, saves) = (self.done + next.done, self.saves + next.saves);
        *self = Self { done, saves, ..next };
    }

    /// Saves the state, which was changed elsewhere than in the steps of the plan.
    pub(super) async fn save(&mut self, store: &dyn Store) {
        self.saves += 1;
        match record(self.state.clone(), store).await {
            Ok(state) => self.state = state,
            Err(error) => self.save_error = Some(error),
        }
    }

    /// Whether every step was done and recorded.
    #[must_use]
    pub fn complete(&self) -> bool {
        self.failed.is_empty() && self.stopped.is_empty() && self.skipped == 0 && self.save_error.is_none()
    }
}

impl<C: Send + Sync + 'static> Engine<'_, C> {
    /// Carries out `plan`, recording into `state` and saving to `store`: every intent before the first effect, results
    /// as they come. A step that fails stops only what waits for it.
    ///
    /// Dropping the future at any point is as safe as killing the process: run observe, plan and execute again.
    pub async fn execute(&self, plan: &Plan, state: State, store: &dyn Store) -> Outcome {
        let mut journal = Journal::new(state, store);
        if let Err(error) = journal.begin(plan, self.catalog).await {
            return Run::new(self, plan, journal).give_up(error);
        }
        Run::new(self, plan, journal).finish().await
    }
}

struct Run<'r, C> {
    engine: &'r Engine<'r, C>,
    plan: &'r Plan,
    journal: Journal<'r>,
    /// Positions not begun yet.
    waiting: BTreeSet<usize>,
    /// Positions that are done.
    done: BTreeSet<usize>,
    failed: Vec<Failed>,
    stopped: Vec<Failed>,
    stopping: bool,
    interrupted: bool,
    save_error: Option<StateError>,
}

type Running<'r> = FuturesUnordered<BoxFuture<'r, (usize, Duration, Result<Option<Value>, ResourceError>)>>;

impl<'r, C: Send + Sync + 'static> Run<'r, C> {
    fn new(engine: &'r Engine<'r, C>, plan: &'r Plan, journal: Journal<'r>) -> Self {
        let acting = |step: &Step| step.action.verb() != Verb::Keep;
        let waiting = plan.steps.iter().enumerate().filter(|(_, step)| acting(step)).map(|(at, _)| at).collect();
        Self {
            engine,
            plan,
            journal,
            waiting,
            done: BTreeSet::new(),
            failed: Vec::new(),
            stopped: Vec::new(),
            stopping: false,
            interrupted: false,
            save_error: None,
        }
    }

    async fn finish(mut self) -> Outcome {
        let mut running: Running<'r> = FuturesUnordered::new();
        let mut saving: Option<BoxFuture<'r, Result<(), StateError>>> = None;
        let mut lost = self.journal.lost();
        loop {
            self.begin_ready(&mut running);
            let idle = running.is_empty();
            let due = if saving.is_none() { self.journal.due(idle) } else { None };
            if due.is_some_and(|due| due <= Instant::now()) {
                saving = Some(self.journal.start_save());
                continue;
            }
            if idle && saving.is_none() {
                return self.outcome();
            }
            tokio::select! {
                biased;
                error = &mut lost, if self.save_error.is_none() => self.stop_saving(error),
                () = self.engine.interrupt.wait(), if !self.interrupted => self.interrupt(),
                Some((at, took, result)) = running.next(), if !idle => self.take(at, took, result),
                result = async { saving.as_mut().expect("guarded").await }, if saving.is_some() => {
                    saving = None;
                    self.saved(result);
                }
                () = super::pause_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {}
            }
        }
    }

    /// Begins the steps that wait for nothing any more, as many as may be under way.
    fn begin_ready(&mut self, running: &mut Running<'r>) {
        while !self.stopping && running.len() < self.engine.parallel.max(1) {
            let ready = |at: &&usize| self.plan.steps[**at].after.iter().all(|wait| self.settled(*wait));
            let Some(at) = self.waiting.iter().find(ready).copied() else { return };
            self.waiting.remove(&at);
            let step = &self.plan.steps[at];
            self.tell(Event::StepStarted { key: step.key.clone(), verb: step.action.verb() });
            let effect = Effect::prepare(self.engine, self.plan, step, &self.journal);
            let began = Instant::now();
            running.push(effect.carry_out().map(move |result| (at, began.elapsed(), result)).boxed());
        }
    }

    fn settled(&self, at: usize) -> bool {
        self.done.contains(&at) || self.plan.steps[at].action.verb() == Verb::Keep
    }

    fn take(&mut self, at: usize, took: Duration, result: Result<Option<Value>, ResourceError>) {
        let Step { key, action, .. } = &self.plan.steps[at];
        let (key, verb) = (key.clone(), action.verb());
        match result {
            Ok(outputs) => {
                self.journal.record(self.plan, &key, action, outputs);
                self.done.insert(at);
                self.tell(Event::StepDone { key, verb, took });
            }
            Err(error) if error.verdict == Verdict::Interrupted => {
                self.tell(Event::StepStopped { key: key.clone(), verb, reason: error.message.clone() });
                self.stopped.push(Failed { key, verb, error });
            }
            Err(error) => {
                self.tell(Event::StepFailed { key: key.clone(), verb, error: error.clone() });
                self.failed.push(Failed { key, verb, error });
            }
        }
    }

    fn saved(&mut self, result: Result<(), StateError>) {
        self.journal.saved(&result);
        if let Err(error) = result {
            self.stop_saving(error);
        }
    }

    /// What cannot be recorded is not begun; the first reason is the one to tell.
    fn stop_saving(&mut self, error: StateError) {
        self.stopping = true;
        self.save_error.get_or_insert(error);
    }

    fn interrupt(&mut self) {
        self.stopping = true;
        self.interrupted = true;
        self.tell(Event::Interrupted);
    }

    fn give_up(mut self, error: StateError) -> Outcome {
        self.save_error = Some(error);
        self.outcome()
    }

    fn outcome(self) -> Outcome {
        for at in &self.waiting {
            let step = &self.plan.steps[*at];
            self.tell(Event::StepSkipped { key: step.key.clone(), verb: step.action.verb() });
        }
        Outcome {
            done: self.done.len(),
            interrupted: self.interrupted && !(self.waiting.is_empty() && self.stopped.is_empty()),
            failed: self.failed,
            stopped: self.stopped,
            skipped: self.waiting.len(),
            saves: self.journal.saves,
            save_error: self.save_error,
            state: self.journal.state,
        }
    }

    fn tell(&self, event: Event) {
        self.engine.events.emit(event);
    }
}

/// Whether a step replaces what is there before it makes the new one.
pub(super) fn deletes_first(action: &Action) -> bool {
    matches!(action, Action::Replace { create_first: false, .. })
}
