//! What was confirmed and can be gone back to: recorded, found again, and put back.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt as _, stream};
use jiff::{Timestamp, Unit};
use serde::Serialize;
use serde_json::Value;

use super::{Back, Engine, Failed, Key, Outcome, ResourceError, Rules, Verb};
use crate::state::{Changed, Release, State, StateError, Store};

/// How many releases are kept: the last one and four to go back to.
const KEPT: usize = 5;

/// A release to be recorded.
pub(super) struct New<'a> {
    pub(super) by: &'a str,
    pub(super) checked: bool,
    pub(super) back_to: Option<u64>,
    pub(super) changes: BTreeMap<Key, Changed>,
    pub(super) serves: BTreeMap<Key, String>,
}

/// Records a release and forgets one where there are too many. Those that nobody has checked make room first, so that a
/// `watch` does not push out what was deployed with care; but for the last one, so that there is always a step back.
pub(super) fn add(state: &mut State, new: New<'_>) {
    let New { by, checked, back_to, changes, serves } = new;
    let number = state.releases.last().map_or(1, |last| last.number + 1);
    let now = Timestamp::now();
    let at = now.round(Unit::Second).unwrap_or(now);
    state.releases.push(Release { number, at, by: by.to_owned(), checked, back_to, changes, serves });
    while state.releases.len() > KEPT {
        let unseen = state.releases[..KEPT - 1].iter().position(|release| !release.checked);
        state.releases.remove(unseen.unwrap_or_default());
    }
}

/// What a thing's outputs say that it serves.
pub(super) fn served(outputs: &Value, field: &str) -> Option<String> {
    outputs.get(field)?.as_str().map(str::to_owned)
}

/// What each thing serves, as it is recorded.
#[must_use]
pub fn serves(state: &State, rules: &dyn Rules) -> BTreeMap<Key, String> {
    let all = state.resources.iter().filter_map(|(key, recorded)| {
        let field = rules.traits(&key.kind)?.serves?;
        Some((key.clone(), served(&recorded.outputs, field)?))
    });
    all.collect()
}

/// The release that is served: the last one in which everything served what it serves now. None when a change is not
/// confirmed yet.
#[must_use]
pub fn served_release<'s>(state: &'s State, rules: &dyn Rules) -> Option<&'s Release> {
    if state.unchecked.is_some() {
        return None;
    }
    let now = serves(state, rules);
    state.releases.iter().rfind(|release| now.iter().all(|(key, served)| release.serves.get(key) == Some(served)))
}

/// The way back to what was served.
#[derive(Debug, Default)]
pub struct WayBack {
    /// What has to move.
    pub moves: Vec<Move>,
    /// What served something then and is not there any more.
    pub gone: Vec<Key>,
    /// What serves something now and did not then: it was made later, or made anew, and stays as it is.
    pub later: Vec<Key>,
}

/// A thing that has to serve what it served.
#[derive(Debug, Serialize)]
pub struct Move {
    /// The thing.
    pub key: Key,
    /// What it serves now, as it is recorded.
    pub from: String,
    /// What it is to serve.
    pub to: String,
}

/// What has to happen so that everything that is still there serves what is `wanted`. What an unconfirmed change was about
/// to move is moved whatever the record says: a run that died may have moved it and not recorded it.
#[must_use]
pub fn way_back(state: &State, rules: &dyn Rules, wanted: &BTreeMap<Key, String>) -> WayBack {
    let now = serves(state, rules);
    let unsure = |key: &Key| state.unchecked.as_ref().is_some_and(|unchecked| unchecked.before.contains_key(key));
    let mut way = WayBack::default();
    for (key, to) in wanted {
        match now.get(key) {
            None => way.gone.push(key.clone()),
            Some(from) if from == to && !unsure(key) => {}
            Some(from) => way.moves.push(Move { key: key.clone(), from: from.clone(), to: to.clone() }),
        }
    }
    way.later = now.into_keys().filter(|key| !wanted.contains_key(key)).collect();
    way
}

/// Forgets what a thing has served that is not there any more. Numbers and ids of one that is made anew may mean
/// something else.
pub(super) fn forget(releases: &mut [Release], key: &Key) {
    for release in releases {
        release.serves.remove(key);
    }
}

/// Forgets a change that is not served any more, but for what it was about.
pub(super) fn undo(state: &mut State) {
    let Some(unchecked) = state.unchecked.take() else { return };
    for (key, changed) in unchecked.changes {
        state.undone.entry(key).or_insert(changed);
    }
}

/// What became of going back to a release.
#[derive(Debug)]
pub struct WentBack {
    /// The state as it is now.
    pub state: State,
    /// What serves as it did then, and what does not.
    pub back: Back,
    /// How often the state was saved.
    pub saves: u64,
    /// Why the state could not be saved.
    pub save_error: Option<StateError>,
}

impl<C: Send + Sync + 'static> Engine<'_, C> {
    /// Lets everything that is still there serve what it served with a release, and records that as a new one. What is
    /// left half-way is an unconfirmed change, as after an interrupted roll-out.
    pub async fn go_back(&self, mut state: State, store: &dyn Store, (to, by): (&Release, &str)) -> WentBack {
        let moves = way_back(&state, self.catalog, &to.serves).moves;
        let now = serves(&state, self.catalog);
        let unchecked = state.unchecked.get_or_insert_default();
        unchecked.back_to = Some(to.number);
        for Move { key, .. } in &moves {
            unchecked.before.entry(key.clone()).or_insert_with(|| now.get(key).cloned());
        }
        let mut outcome = Outcome::idle(state);
        outcome.save(store).await;
        if outcome.save_error.is_some() {
            return WentBack::of(outcome, Back::default());
        }
        let back = self.put_back(&mut outcome.state, moves).await;
        if back.failed.is_empty() {
            undo(&mut outcome.state);
            let serves = serves(&outcome.state, self.catalog);
            let new = New { by, checked: false, back_to: Some(to.number), changes: BTreeMap::new(), serves };
            add(&mut outcome.state, new);
        }
        outcome.save(store).await;
        WentBack::of(outcome, back)
    }

    /// Moves each thing to what it is to serve, and records that.
    pub(super) async fn put_back(&self, state: &mut State, moves: Vec<Move>) -> Back {
        let calls = moves.iter().filter_map(|Move { key, to, .. }| {
            let (kind, recorded) = (self.catalog.get(&key.kind)?, state.resources.get(key)?);
            let outputs = recorded.outputs.clone();
            Some(async move { (key, kind.put_back(&self.context(key), &outputs, to).await) })
        });
        let ended: Vec<_> = stream::iter(calls).buffer_unordered(self.parallel.max(1)).collect().await;
        let mut back = Back::default();
        for (key, result) in ended {
            match result {
                Ok(outputs) => {
                    if let Some(recorded) = state.resources.get_mut(key) {
                        recorded.outputs = outputs;
                    }
                    back.restored.push(key.clone());
                }
                Err(error) => back.failed.push(Failed { key: key.clone(), verb: Verb::Update, error }),
            }
        }
        back.restored.sort();
        back
    }

    /// Deletes what these things have served and no release needs; answers what could not be deleted.
    pub(super) async fn prune(&self, state: &State, keys: impl Iterator<Item = &Key>) -> Vec<(Key, ResourceError)> {
        let now = serves(state, self.catalog);
        let calls = keys.filter_map(|key| {
            let (kind, recorded) = (self.catalog.get(&key.kind)?, state.resources.get(key)?);
            let past = state.releases.iter().filter_map(|release| release.serves.get(key));
            let kept: BTreeSet<String> = past.chain(now.get(key)).cloned().collect();
            Some(async move { (key, kind.prune(&self.context(key), &recorded.outputs, &kept).await) })
        });
        let ended: Vec<_> = stream::iter(calls).buffer_unordered(self.parallel.max(1)).collect().await;
        ended.into_iter().filter_map(|(key, result)| Some((key.clone(), result.err()?))).collect()
    }
}

impl WentBack {
    fn of(Outcome { state, saves, save_error, .. }: Outcome, back: Back) -> Self {
        Self { state, back, saves, save_error }
    }
}
