//! Rolls back to a release, and forward again when its check fails.
//!
//! Nothing moves unless everything that the release's deployment needs is there, as it was just read: callers would get
//! errors otherwise. What was live before is on record ahead of the first move, so a run that dies anywhere is followed by
//! one that finishes the rollback.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::Value;

use super::{
    claim::{Found, FoundJson},
    error::{ResourceError, Verdict},
    handle::Engine,
    key::Key,
    observe::ObserveError,
    outcome::{FailedStep, Outcome},
    record::{Release, State, Store, StoreError, Unconfirmed},
    release::{Move, New, Obstacle, WayBack, add, obstacles, served, serves, undo, way_back},
    rollout::{CheckEnd, CheckOutcome, PostDeployCheck, Reverted, Rollout},
    verb::Verb,
};

/// What releases need, as it was just read.
#[derive(Debug, Default)]
pub struct ReleaseNeeds {
    /// What each resource has live.
    pub serves: BTreeMap<Key, String>,
    found: BTreeMap<Key, FoundJson>,
}

/// What became of a rollback.
#[derive(Debug)]
pub struct RollbackOutcome<R> {
    pub state: State,
    /// What serves as it did then, and what does not.
    pub back: Reverted,
    /// What the check came to; `None` without one, or when not everything could be moved.
    pub tried: Option<(CheckEnd, R)>,
    /// What became of rolling forward again; `None` when there was no need.
    pub forward: Option<Reverted>,
    /// How often the state was saved.
    pub saves: u64,
    /// Why the state could not be saved.
    pub save_error: Option<StoreError>,
}

impl ReleaseNeeds {
    /// The way back to a release.
    #[must_use]
    pub fn way_back(&self, state: &State, release: &Release) -> WayBack {
        way_back(state, &self.serves, &release.serves)
    }

    /// Why a resource that a release needs is of no use to it.
    fn obstacle(&self, key: &Key, serves: bool) -> Option<Obstacle> {
        let key = key.clone();
        match self.found.get(&key) {
            Some(Found::Ours(_)) if serves && !self.serves.contains_key(&key) => Some(Obstacle::NotLive { key }),
            Some(Found::Ours(_)) => None,
            Some(Found::NotOurs(_)) => Some(Obstacle::Unmanaged { key }),
            Some(Found::Nothing) | None => Some(Obstacle::Missing { key }),
        }
    }
}

impl<C: Send + Sync + 'static> Engine<'_, C> {
    /// Reads everything that these releases need, and what is live of it. Changes nothing.
    ///
    /// # Errors
    /// When something cannot be read.
    pub async fn present(&self, state: &State, releases: &[&Release]) -> Result<ReleaseNeeds, ObserveError> {
        let needs = releases.iter().flat_map(|release| release.needs.keys().chain(release.serves.keys()));
        let keys: BTreeSet<Key> = needs.cloned().chain(serves(state, self.catalog).into_keys()).collect();
        let found = self.observe_recorded(&state.only(&keys)).await?.recorded;
        let live = found.iter().filter_map(|(key, found)| {
            let field = self.catalog.get(&key.kind)?.traits().serves?;
            Some((key.clone(), served(&found.ours()?.outputs, field)?))
        });
        Ok(ReleaseNeeds { serves: live.collect(), found })
    }

    /// Why a release cannot be rolled back to; nothing when everything that its deployment needs is there.
    ///
    /// # Errors
    /// When something cannot be read.
    pub async fn obstacles(
        &self,
        state: &State,
        present: &ReleaseNeeds,
        release: &Release,
    ) -> Result<Vec<Obstacle>, ObserveError> {
        let recorded = obstacles(state, self.catalog, release);
        if !recorded.is_empty() {
            return Ok(recorded);
        }
        let serves = |key: &Key| self.catalog.get(&key.kind).is_some_and(|kind| kind.traits().serves.is_some());
        let missing = release.needs.keys().filter_map(|key| present.obstacle(key, serves(key)));
        let missing: Vec<_> = missing.collect();
        if !missing.is_empty() {
            return Ok(missing);
        }
        let moves = present.way_back(state, release).moves;
        let looks = moves.iter().map(|one| self.pruned(state, one));
        let pruned: Vec<_> = stream::iter(looks).buffered(self.parallel.max(1)).try_collect().await?;
        Ok(pruned.into_iter().flatten().collect())
    }

    /// Whether what a resource is to have live is not there any more.
    async fn pruned(&self, state: &State, Move { key, to, .. }: &Move) -> Result<Option<Obstacle>, ObserveError> {
        let Some(recorded) = state.resources.get(key) else { return Ok(None) };
        let Some(live) = self.kind(key)?.live() else { return Ok(None) };
        let there = live.still_has(&self.context(key), &recorded.outputs, to).await;
        let there = there.map_err(|error| ObserveError { key: key.clone(), error })?;
        Ok((!there).then(|| Obstacle::Pruned { key: key.clone(), served: to.clone() }))
    }

    /// Rolls back to a release without [obstacles](Self::obstacles) and records that as a new one, when its check has
    /// passed. When it has failed, or not everything could be moved, what was live before is live again. What is left
    /// half-way is an unconfirmed change, as after an interrupted roll-out.
    pub async fn go_back<T: PostDeployCheck>(
        &self,
        mut state: State,
        store: &dyn Store,
        (to, present): (&Release, &ReleaseNeeds),
        how: &Rollout<'_, T>,
    ) -> RollbackOutcome<T::Report> {
        let moves = present.way_back(&state, to).moves;
        let unconfirmed = state.unconfirmed.get_or_insert_default();
        unconfirmed.back_to = Some(to.number);
        for Move { key, from, .. } in &moves {
            unconfirmed.from.entry(key.clone()).or_insert_with(|| from.clone());
        }
        let mut outcome = Outcome::idle(state);
        outcome.save(store).await;
        let mut went = RollbackOutcome::of(outcome);
        if went.save_error.is_some() {
            return went;
        }
        went.back = self.put_back(&mut went.state, moves).await;
        if !went.back.failed.is_empty() {
            let unmoved = unmoved(&went, present);
            went.forward = Some(self.go_forward(&mut went.state, &unmoved).await);
        } else if self.is_right(&mut went, store, how.trial).await {
            self.confirm(&mut went.state, to, (how.trial.is_some(), &how.entry.by));
        }
        went.save(store).await;
        went
    }

    /// Checks what was rolled back to, and rolls forward when it is not right; whether it may be confirmed.
    async fn is_right<T: PostDeployCheck>(
        &self,
        went: &mut RollbackOutcome<T::Report>,
        store: &dyn Store,
        trial: Option<&T>,
    ) -> bool {
        let Some(trial) = trial else { return true };
        let CheckOutcome { state, end, report, saves } = trial.run(went.state.clone(), store).await;
        went.state = state;
        went.saves += saves;
        went.tried = Some((end, report));
        if end == CheckEnd::Failed {
            went.forward = Some(self.go_forward(&mut went.state, &BTreeSet::new()).await);
        }
        end == CheckEnd::Passed
    }

    /// Records the release that a rollback has made.
    fn confirm(&self, state: &mut State, to: &Release, (checked, by): (bool, &str)) {
        undo(state);
        let new = New {
            by: by.to_owned(),
            checked,
            back_to: Some(to.number),
            changes: BTreeMap::new(),
            serves: serves(state, self.catalog),
            needs: to.needs.clone(),
            checks: to.checks.clone(),
        };
        add(state, new);
    }

    /// Lets everything but what is `unmoved` serve what it did before a rollback began, and forgets the rollback when all of
    /// it does.
    async fn go_forward(&self, state: &mut State, unmoved: &BTreeSet<Key>) -> Reverted {
        let from = state.unconfirmed.iter().flat_map(|unconfirmed| &unconfirmed.from);
        let from = from.filter(|(key, _)| !unmoved.contains(key));
        let moves = from.map(|(key, to)| Move { key: key.clone(), from: to.clone(), to: to.clone() }).collect();
        let back = self.put_back(state, moves).await;
        if back.failed.is_empty()
            && let Some(unconfirmed) = &mut state.unconfirmed
        {
            unconfirmed.back_to = None;
            unconfirmed.from.clear();
        }
        // What is left of it is a change from before the rollback.
        state.unconfirmed.take_if(|unconfirmed| *unconfirmed == Unconfirmed::default());
        back
    }

    /// Moves each thing to what it is to serve, and records that. Each is looked at before: the state does not prove whose
    /// a thing is.
    pub(super) async fn put_back(&self, state: &mut State, moves: Vec<Move>) -> Reverted {
        let mut back = Reverted::default();
        let observed = match self.observe_recorded(&self.movers(state, &moves)).await {
            Ok(observed) => observed,
            Err(ObserveError { key, error }) => {
                back.failed.push(FailedStep { key, verb: Verb::Update, error });
                return back;
            }
        };
        let calls = moves.iter().filter_map(|Move { key, to, .. }| {
            let (live, found) = (self.catalog.get(&key.kind)?.live()?, observed.recorded.get(key)?);
            Some(async move {
                let restored = match owned(found) {
                    Ok(outputs) => live.restore(&self.context(key), outputs, to).await,
                    Err(error) => Err(error),
                };
                (key, restored)
            })
        });
        let ended: Vec<_> = stream::iter(calls).buffer_unordered(self.parallel.max(1)).collect().await;
        for (key, result) in ended {
            match result {
                Ok(outputs) => {
                    if let Some(recorded) = state.resources.get_mut(key) {
                        recorded.outputs = outputs;
                    }
                    back.restored.push(key.clone());
                }
                Err(error) => back.failed.push(FailedStep { key: key.clone(), verb: Verb::Update, error }),
            }
        }
        back.restored.sort();
        back
    }

    /// The record of what is to move, and of what that lives beneath.
    fn movers(&self, state: &State, moves: &[Move]) -> State {
        let mut keys = BTreeSet::new();
        for Move { key, .. } in moves {
            let needs = state.resources.get(key).map(|recorded| &recorded.needs);
            keys.extend(needs.into_iter().flat_map(|needs| self.parents(key, needs)).cloned());
            keys.insert(key.clone());
        }
        state.only(&keys)
    }

    /// Deletes what these things have served and no release needs; answers what could not be deleted.
    pub(super) async fn prune(&self, state: &State, keys: impl Iterator<Item = &Key>) -> Vec<(Key, ResourceError)> {
        let now = serves(state, self.catalog);
        let calls = keys.filter_map(|key| {
            let (live, recorded) = (self.catalog.get(&key.kind)?.live()?, state.resources.get(key)?);
            let past = state.releases.iter().filter_map(|release| release.serves.get(key));
            let kept: BTreeSet<String> = past.chain(now.get(key)).cloned().collect();
            Some(async move { (key, live.prune(&self.context(key), &recorded.outputs, &kept).await) })
        });
        let ended: Vec<_> = stream::iter(calls).buffer_unordered(self.parallel.max(1)).collect().await;
        ended.into_iter().filter_map(|(key, result)| Some((key.clone(), result.err()?))).collect()
    }
}

/// The ids of a recorded thing that is there and ours.
fn owned(found: &FoundJson) -> Result<&Value, ResourceError> {
    match found {
        Found::Ours(sight) => Ok(&sight.outputs),
        Found::Nothing => Err(ResourceError::refused("it is missing")),
        Found::NotOurs(unmanaged) => Err(ResourceError::new(Verdict::NotOurs, unmanaged.is_another())),
    }
}

/// What surely serves what it did before a rollback began: the move was refused.
fn unmoved<R>(went: &RollbackOutcome<R>, present: &ReleaseNeeds) -> BTreeSet<Key> {
    let from = |key: &Key| went.state.unconfirmed.as_ref()?.from.get(key);
    let refused = went.back.failed.iter().filter(|failed| failed.error.verdict == Verdict::Refused);
    let keys = refused.map(|failed| &failed.key);
    keys.filter(|key| from(key).is_some() && from(key) == present.serves.get(*key)).cloned().collect()
}

impl<R> RollbackOutcome<R> {
    fn of(Outcome { state, saves, save_error, .. }: Outcome) -> Self {
        Self { state, back: Reverted::default(), tried: None, forward: None, saves, save_error }
    }

    async fn save(&mut self, store: &dyn Store) {
        let mut outcome = Outcome::idle(self.state.clone());
        outcome.save(store).await;
        self.state = outcome.state;
        self.saves += outcome.saves;
        self.save_error = outcome.save_error;
    }
}
