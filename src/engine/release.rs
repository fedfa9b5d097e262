//! Releases: what was confirmed, whether it can still be rolled back to, and what has to move for that.

use std::collections::BTreeMap;

use jiff::{Timestamp, Unit};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::{
    key::Key,
    record::{Changed, Release, State, Unconfirmed},
    rules::Rules,
};

/// How many releases are kept: the last one and four to go back to.
const KEPT: usize = 5;

/// A release to be recorded.
pub(super) struct New {
    pub(super) by: String,
    pub(super) checked: bool,
    pub(super) back_to: Option<u64>,
    pub(super) changes: BTreeMap<Key, Changed>,
    pub(super) serves: BTreeMap<Key, String>,
    pub(super) needs: BTreeMap<Key, Option<String>>,
    pub(super) checks: Value,
}

/// Records a release and forgets one where there are too many. Those that are not checked make room first, so that a
/// `watch` does not push out what was deployed with care; but for the last one, so that there is always a step back.
pub(super) fn add(state: &mut State, new: New) {
    let New { by, checked, back_to, changes, serves, needs, checks } = new;
    let number = state.releases.last().map_or(1, |last| last.number + 1);
    let now = Timestamp::now();
    let at = now.round(Unit::Second).unwrap_or(now);
    state.releases.push(Release { number, at, by, checked, back_to, changes, serves, needs, checks });
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
pub(super) fn serves(state: &State, rules: &dyn Rules) -> BTreeMap<Key, String> {
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
    if state.unconfirmed.is_some() {
        return None;
    }
    let now = serves(state, rules);
    state.releases.iter().rfind(|release| now.iter().all(|(key, served)| release.serves.get(key) == Some(served)))
}

/// Why a release cannot be rolled back to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Obstacle {
    /// It was recorded by a version that did not keep what its deployment needs.
    Unrecorded,
    /// What its deployment needs was deleted since.
    Deleted { key: Key },
    /// What its deployment needs was created anew since.
    Replaced { key: Key },
    /// What its deployment needs is on record and does not exist.
    Missing { key: Key },
    /// What its deployment needs belongs to another owner by now.
    Unmanaged { key: Key },
    /// What its deployment needs exists and has nothing live, as a function without its alias.
    NotLive { key: Key },
    /// What was live with it was deleted since.
    Pruned { key: Key, served: String },
}

/// Why a release cannot be rolled back to, as far as that is on record.
#[must_use]
pub fn obstacles(state: &State, rules: &dyn Rules, release: &Release) -> Vec<Obstacle> {
    if release.needs.is_empty() {
        return vec![Obstacle::Unrecorded];
    }
    let serves = |key: &Key| rules.traits(&key.kind).is_some_and(|traits| traits.serves.is_some());
    let obstacle = |(key, token): (&Key, &Option<String>)| {
        let key = key.clone();
        match state.resources.get(&key) {
            None => Some(Obstacle::Deleted { key }),
            Some(recorded) if recorded.token != *token => Some(Obstacle::Replaced { key }),
            // What is created anew is struck from what was live.
            Some(_) if serves(&key) && !release.serves.contains_key(&key) => Some(Obstacle::Replaced { key }),
            Some(_) => None,
        }
    };
    release.needs.iter().filter_map(obstacle).collect()
}

/// The way back to what was served.
#[derive(Debug, Default)]
pub struct WayBack {
    pub moves: Vec<Move>,
    /// What served something then and is not there any more.
    pub gone: Vec<Key>,
    /// What serves something now and did not then: it was made later, or made anew, and stays as it is.
    pub later: Vec<Key>,
}

/// A thing that has to serve what it served.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Move {
    pub key: Key,
    /// What it serves now, as it is recorded.
    pub from: String,
    pub to: String,
}

/// What has to happen so that everything that is still there serves what is `wanted` and not what it serves `now`. What an
/// unconfirmed change was about to move is moved in any case: a call of a run that died may still be on its way.
#[must_use]
pub(super) fn way_back(state: &State, now: &BTreeMap<Key, String>, wanted: &BTreeMap<Key, String>) -> WayBack {
    let begun =
        |Unconfirmed { before, from, .. }: &Unconfirmed, key: &Key| before.contains_key(key) || from.contains_key(key);
    let unsure = |key: &Key| state.unconfirmed.as_ref().is_some_and(|unconfirmed| begun(unconfirmed, key));
    let mut way = WayBack::default();
    for (key, to) in wanted {
        match now.get(key) {
            None => way.gone.push(key.clone()),
            Some(from) if from == to && !unsure(key) => {}
            Some(from) => way.moves.push(Move { key: key.clone(), from: from.clone(), to: to.clone() }),
        }
    }
    way.later = now.keys().filter(|key| !wanted.contains_key(*key)).cloned().collect();
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
    let Some(unconfirmed) = state.unconfirmed.take() else { return };
    for (key, changed) in unconfirmed.changes {
        state.reverted.entry(key).or_insert(changed);
    }
}
