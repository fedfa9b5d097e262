//! A change of what serves callers: carried out, tried, and put back when the trial fails.
//!
//! What served before is on record ahead of the first effect, with the intents. So a run that dies anywhere in between is
//! followed by one that finishes the change, tries it, and still knows where to go back to.

use std::{collections::BTreeSet, time::Duration};

use serde_json::Value;
use tokio::time::Instant;

use super::{
    action::Action,
    changes,
    error::ResourceError,
    handle::Engine,
    key::Key,
    outcome::{FailedStep, Outcome},
    plan::Plan,
    record::{State, Store},
    release::{self, served},
    rules::Rules,
    verb::Verb,
};

/// Tries what serves after a change.
pub trait PostDeployCheck: Send + Sync {
    /// What there is to tell of it.
    type Report: Send;

    /// Tries it. The state may be changed and saved on the way.
    fn run(&self, state: State, store: &dyn Store) -> impl Future<Output = CheckOutcome<Self::Report>> + Send;
}

/// How a change is rolled out.
pub struct Rollout<'a, T> {
    /// What tries it; none when it is to be confirmed unseen.
    pub trial: Option<&'a T>,
    /// Whether what served before is to serve again when the trial fails.
    pub undo: bool,
    pub entry: &'a ReleaseEntry,
}

/// What a release records besides what is live then.
#[derive(Debug, Clone, Default)]
pub struct ReleaseEntry {
    pub by: String,
    /// What the live deployment needs to respond to a request.
    pub needs: BTreeSet<Key>,
    /// What the check asks, as the check itself writes it down.
    pub checks: Value,
}

/// What a trial came to.
#[derive(Debug)]
pub struct CheckOutcome<R> {
    pub state: State,
    /// How it ended.
    pub end: CheckEnd,
    pub report: R,
    /// How often the state was saved.
    pub saves: u64,
}

/// How a trial ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckEnd {
    Passed,
    Failed,
    /// That could not be found out, or the run was cancelled: the next run tries again.
    Open,
}

/// What became of a plan that was tried.
#[derive(Debug)]
pub struct RolledOut<R> {
    /// What became of the steps. Removals are begun when the trial has passed, so they are not counted before.
    pub outcome: Outcome,
    /// How long the steps took.
    pub took: Duration,
    /// What the trial came to; `None` when nothing that serves has changed, or not everything was done.
    pub tried: Option<(CheckEnd, R)>,
    /// What became of going back; `None` when there was no need, no wish or nothing to go back to.
    pub back: Option<Reverted>,
    /// What is not served any more and could not be deleted, and why. The next change deletes it.
    pub unpruned: Vec<(Key, ResourceError)>,
}

/// What became of going back.
#[derive(Debug, Default)]
pub struct Reverted {
    /// What serves again what it served before.
    pub restored: Vec<Key>,
    /// What could not be put back.
    pub failed: Vec<FailedStep>,
}

/// Remembers what serves now, as far as the plan is about to change it. What was remembered before and never confirmed
/// stays: it is where to go back to.
fn remember(state: &mut State, plan: &Plan, rules: &dyn Rules) {
    if let Some(unconfirmed) = &mut state.unconfirmed {
        // A rollback that did not end is a part of this change.
        unconfirmed.back_to = None;
        for (key, live) in std::mem::take(&mut unconfirmed.from) {
            unconfirmed.before.entry(key).or_insert(Some(live));
        }
    }
    for step in &plan.steps {
        let Some(field) = rules.traits(&step.key.kind).and_then(|traits| traits.serves) else { continue };
        let made = matches!(step.action, Action::Create { .. } | Action::Replace { .. });
        let before = match &step.action {
            Action::Update { outputs, .. } => served(outputs, field),
            Action::Create { .. } | Action::Adopt { .. } | Action::Replace { .. } => None,
            Action::Keep { .. } | Action::Delete { .. } | Action::Untrack { .. } => continue,
        };
        let unconfirmed = state.unconfirmed.get_or_insert_default();
        if made {
            // What is made anew has served nothing, whatever the one before it did.
            unconfirmed.before.remove(&step.key);
            release::forget(&mut state.releases, &step.key);
        }
        unconfirmed.before.entry(step.key.clone()).or_insert(before);
    }
    let Some(unconfirmed) = &mut state.unconfirmed else { return };
    // What was put back is undone where callers see it, and nowhere else: this change is about that, too.
    for (key, changed) in std::mem::take(&mut state.reverted) {
        unconfirmed.changes.entry(key).or_insert(changed);
    }
    changes::add_plan(&mut unconfirmed.changes, plan);
}

impl<C: Send + Sync + 'static> Engine<'_, C> {
    /// Carries out a plan so that a change can be undone: what makes or changes something first, then the trial, and the
    /// removals when it has passed. When it has failed, what served before serves again, if that is wanted.
    pub async fn roll_out<T: PostDeployCheck>(
        &self,
        plan: Plan,
        mut state: State,
        store: &dyn Store,
        how: &Rollout<'_, T>,
    ) -> RolledOut<T::Report> {
        remember(&mut state, &plan, self.catalog);
        let (making, removing) = plan.split();
        let began = Instant::now();
        let outcome = self.carry_out(&making, state, store).await;
        let mut all = RolledOut { outcome, took: began.elapsed(), tried: None, back: None, unpruned: Vec::new() };
        if !all.outcome.complete() || self.stop_before(&removing, &mut all) {
            return all;
        }
        if all.outcome.state.unconfirmed.is_some() {
            let passed = self.try_out(&mut all, store, how).await;
            if !passed || self.stop_before(&removing, &mut all) {
                return all;
            }
        }
        self.finish(&mut all, &removing, (store, how.entry)).await;
        all
    }

    /// Carries out a plan, in which there may be nothing to do.
    async fn carry_out(&self, plan: &Plan, state: State, store: &dyn Store) -> Outcome {
        if plan.is_empty() { Outcome::idle(state) } else { self.execute(plan, state, store).await }
    }

    /// Whether the run was cancelled before the check or the deletions.
    fn stop_before<R>(&self, removing: &Plan, all: &mut RolledOut<R>) -> bool {
        let left = all.outcome.state.unconfirmed.is_some() || !removing.is_empty();
        let stops = self.interrupt.requested() && left;
        all.outcome.interrupted |= stops;
        stops
    }

    /// Tries what serves now, and goes back when it is not as it is to be; `false` when it is not known to be.
    async fn try_out<T: PostDeployCheck>(
        &self,
        all: &mut RolledOut<T::Report>,
        store: &dyn Store,
        how: &Rollout<'_, T>,
    ) -> bool {
        let Some(trial) = how.trial else { return true };
        let CheckOutcome { state, end, report, saves } = trial.run(all.outcome.state.clone(), store).await;
        all.outcome.state = state;
        all.outcome.saves += saves;
        if end == CheckEnd::Failed && how.undo {
            self.undo(all, store).await;
        }
        all.tried = Some((end, report));
        end == CheckEnd::Passed
    }

    /// Confirms the change, removes what is not wanted any more, and what no rollback can restore.
    async fn finish<R>(&self, all: &mut RolledOut<R>, removing: &Plan, (store, entry): (&dyn Store, &ReleaseEntry)) {
        let checked = all.tried.is_some();
        let unconfirmed = all.outcome.state.unconfirmed.take();
        if let Some(unconfirmed) = &unconfirmed {
            let removed = |key: &Key| removing.steps.iter().any(|step| step.key == *key && removes_all(&step.action));
            let state = &mut all.outcome.state;
            let mut serves = release::serves(state, self.catalog);
            serves.retain(|key, _| !removed(key));
            let tokens = |key: &Key| Some((key.clone(), state.resources.get(key)?.token.clone()));
            let needs = entry.needs.iter().filter_map(tokens).collect();
            let (by, checks, changes) = (entry.by.clone(), entry.checks.clone(), unconfirmed.changes.clone());
            release::add(state, release::New { by, checked, back_to: None, changes, serves, needs, checks });
        }
        let began = Instant::now();
        if !removing.is_empty() {
            let removed = self.execute(removing, all.outcome.state.clone(), store).await;
            all.outcome.go_on_with(removed);
            all.took += began.elapsed();
        } else if unconfirmed.is_some() {
            all.outcome.save(store).await;
        }
        if let Some(unconfirmed) = unconfirmed.filter(|_| all.outcome.complete()) {
            let moved = unconfirmed.before.iter().filter(|(_, before)| before.is_some()).map(|(key, _)| key);
            all.unpruned = self.prune(&all.outcome.state, moved).await;
        }
    }

    /// Lets everything serve again what it served before the change, and forgets the change when all of it does. Where
    /// nothing has moved, there is nothing to go back to, and the change stays unconfirmed.
    async fn undo<R>(&self, all: &mut RolledOut<R>, store: &dyn Store) {
        let state = &mut all.outcome.state;
        let before = state.unconfirmed.iter().flat_map(|unconfirmed| &unconfirmed.before);
        let before = before.filter_map(|(key, served)| Some((key.clone(), served.clone()?))).collect();
        let now = release::serves(state, self.catalog);
        let mut moves = release::way_back(state, &now, &before).moves;
        // Everything has just been carried out, so what is recorded is so.
        moves.retain(|one| one.from != one.to);
        if moves.is_empty() {
            return;
        }
        let back = self.put_back(state, moves).await;
        if back.failed.is_empty() {
            release::undo(state);
        }
        all.outcome.save(store).await;
        all.back = Some(back);
    }
}

/// Whether nothing is left of a thing after a step.
fn removes_all(action: &Action) -> bool {
    matches!(action.verb(), Verb::Delete | Verb::Untrack) && action.replaced().is_none()
}
