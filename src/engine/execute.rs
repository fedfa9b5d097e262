//! Carries out a plan: as many steps at once as allowed, each after those it waits for. It makes no choices and knows
//! no kinds.

use std::{cmp::Reverse, collections::BTreeSet, time::Duration};

use futures_util::{FutureExt as _, StreamExt as _, future::BoxFuture, stream::FuturesUnordered};
use serde_json::Value;
use tokio::time::Instant;

use super::{
    error::{Result, Verdict},
    event::Event,
    handle::Engine,
    journal::Journal,
    key::Key,
    outcome::{FailedStep, Outcome},
    plan::{Plan, Step},
    record::{State, Store, StoreError},
    rules::{Rules, Work},
    slots::Slots,
    step::Effect,
    verb::Verb,
};

impl<C: Send + Sync + 'static> Engine<'_, C> {
    /// Carries out `plan`, recording into `state` and saving to `store`: every intent before the first effect, results
    /// as they come. A step that fails stops only what waits for it.
    ///
    /// Dropping the future at any point is as safe as killing the process: run observe, plan and execute again.
    pub async fn execute(&self, plan: &Plan, state: State, store: &dyn Store) -> Outcome {
        let (mut journal, slots) = (Journal::new(state, store), Slots::new(self.parallel));
        if let Err(error) = journal.begin(plan, self.catalog).await {
            return Run::new(self, plan, (journal, &slots)).give_up(error);
        }
        Run::new(self, plan, (journal, &slots)).finish().await
    }
}

struct Run<'r, C> {
    engine: &'r Engine<'r, C>,
    plan: &'r Plan,
    journal: Journal<'r>,
    slots: &'r Slots,
    /// How long it takes from the beginning of each step to the end of all that waits for it.
    remaining: Vec<Duration>,
    /// Positions not begun yet.
    waiting: BTreeSet<usize>,
    done: BTreeSet<usize>,
    failed: Vec<FailedStep>,
    stopped: Vec<FailedStep>,
    stopping: bool,
    interrupted: bool,
    save_error: Option<StoreError>,
}

type Running<'r> = FuturesUnordered<BoxFuture<'r, (usize, Duration, Result<Option<Value>>)>>;

impl<'r, C: Send + Sync + 'static> Run<'r, C> {
    fn new(engine: &'r Engine<'r, C>, plan: &'r Plan, (journal, slots): (Journal<'r>, &'r Slots)) -> Self {
        let acting = |step: &Step| step.action.verb() != Verb::Keep;
        let waiting = plan.steps.iter().enumerate().filter(|(_, step)| acting(step)).map(|(at, _)| at).collect();
        Self {
            engine,
            plan,
            journal,
            slots,
            remaining: remaining(plan, engine.catalog),
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
        let mut saving: Option<BoxFuture<'r, Result<(), StoreError>>> = None;
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
                () = self.slots.freed() => {}
                () = super::clock::pause_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {}
            }
        }
    }

    /// Begins the steps that wait for nothing any more, as many as there are slots for: first those that the longest
    /// chain of others waits for.
    fn begin_ready(&mut self, running: &mut Running<'r>) {
        if self.stopping {
            return;
        }
        let ready = |at: &usize| self.plan.steps[*at].after.iter().all(|wait| self.settled(*wait));
        let mut ready: Vec<usize> = self.waiting.iter().copied().filter(ready).collect();
        ready.sort_by_key(|at| (Reverse(self.remaining[*at]), *at));
        for at in ready {
            let step = &self.plan.steps[at];
            let Some(slot) = self.slots.try_enter(work(&step.key, self.engine.catalog)) else { continue };
            self.waiting.remove(&at);
            self.tell(Event::StepStarted { key: step.key.clone(), verb: step.action.verb() });
            let effect = Effect::prepare(self.engine, self.plan, (step, slot), &self.journal);
            let began = Instant::now();
            running.push(effect.carry_out().map(move |result| (at, began.elapsed(), result)).boxed());
        }
    }

    fn settled(&self, at: usize) -> bool {
        self.done.contains(&at) || self.plan.steps[at].action.verb() == Verb::Keep
    }

    fn take(&mut self, at: usize, took: Duration, result: Result<Option<Value>>) {
        let Step { key, action, .. } = &self.plan.steps[at];
        let (key, verb) = (key.clone(), action.verb());
        match result {
            Ok(outputs) => {
                self.journal.record(self.plan, (&key, action), outputs, self.engine.catalog);
                self.done.insert(at);
                self.tell(Event::StepDone { key, verb, took });
            }
            Err(error) if error.verdict == Verdict::Interrupted => {
                self.tell(Event::StepStopped { key: key.clone(), verb, reason: error.message.clone() });
                self.stopped.push(FailedStep { key, verb, error });
            }
            Err(error) => {
                self.tell(Event::StepFailed { key: key.clone(), verb, error: error.clone() });
                self.failed.push(FailedStep { key, verb, error });
            }
        }
    }

    fn saved(&mut self, result: Result<(), StoreError>) {
        self.journal.saved(&result);
        if let Err(error) = result {
            self.stop_saving(error);
        }
    }

    /// What cannot be recorded is not begun; the first reason is the one to tell.
    fn stop_saving(&mut self, error: StoreError) {
        self.stopping = true;
        self.save_error.get_or_insert(error);
    }

    fn interrupt(&mut self) {
        self.stopping = true;
        self.interrupted = true;
        self.tell(Event::Interrupted);
    }

    fn give_up(mut self, error: StoreError) -> Outcome {
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

fn work(key: &Key, rules: &dyn Rules) -> Work {
    rules.traits(&key.kind).map_or(Work::LIGHT, |traits| traits.work)
}

/// The longest chain of steps that each step begins, by typical times.
fn remaining(plan: &Plan, rules: &dyn Rules) -> Vec<Duration> {
    let mut remaining = vec![Duration::ZERO; plan.steps.len()];
    // A step waits for earlier ones only.
    for (at, step) in plan.steps.iter().enumerate().rev() {
        let creates = matches!(step.action.verb(), Verb::Create | Verb::Replace);
        remaining[at] += if creates { work(&step.key, rules).creation } else { Work::LIGHT.creation };
        for wait in &step.after {
            remaining[*wait] = remaining[*wait].max(remaining[at]);
        }
    }
    remaining
}
