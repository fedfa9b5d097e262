//! Puts decisions in an order: what is needed is made first, what needs something is gone before it goes.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    decision::{Decision, recorded_needs},
    error::PlanError,
    steps::Step,
};
use crate::engine::{action::Action, desired::Desired, graph, key::Key, record::State, rules::Rules, verb::Verb};

/// Turns decisions into steps, each after the steps it has to wait for.
pub(super) fn arrange(
    decisions: Vec<Decision>,
    desired: &Desired,
    state: &State,
    rules: &dyn Rules,
) -> Result<Vec<Step>, PlanError> {
    let edges = Edges::new(&decisions, desired, state, rules);
    let mut waits: BTreeMap<usize, BTreeSet<usize>> =
        (0..decisions.len()).map(|position| (position, edges.waits_for(position))).collect();
    for (before, after) in edges.deleted_with() {
        // A wish more than a need: it never stands in the way of another.
        if !graph::reachable(&before, &waits).contains(&after) {
            waits.entry(after).or_default().insert(before);
        }
    }
    let order = graph::order(&waits)
        .map_err(|circle| PlanError::Circle { keys: circle.iter().map(|at| decisions[*at].key.clone()).collect() })?;
    let place: BTreeMap<usize, usize> = order.iter().enumerate().map(|(new, old)| (*old, new)).collect();
    let mut steps: Vec<Step> = decisions
        .into_iter()
        .enumerate()
        .map(|(old, decision)| Step {
            key: decision.key,
            action: decision.action,
            after: waits[&old].iter().map(|wait| place[wait]).collect(),
        })
        .collect();
    let mut at = 0;
    steps.sort_by_cached_key(|_| {
        at += 1;
        place[&(at - 1)]
    });
    Ok(steps)
}

struct Edges<'a> {
    decisions: &'a [Decision],
    /// What each thing will need, and needs now: a step waits along both.
    wanted: BTreeMap<Key, BTreeSet<Key>>,
    present: BTreeMap<Key, BTreeSet<Key>>,
    rules: &'a dyn Rules,
}

impl<'a> Edges<'a> {
    fn new(decisions: &'a [Decision], desired: &Desired, state: &State, rules: &'a dyn Rules) -> Self {
        let wanted: BTreeMap<_, _> = desired.nodes().iter().map(|(key, node)| (key.clone(), node.needs())).collect();
        let present = closure(&recorded_needs(state));
        Self { decisions, wanted: closure(&wanted), present, rules }
    }

    /// The positions that the decision at `position` waits for.
    fn waits_for(&self, position: usize) -> BTreeSet<usize> {
        let this = &self.decisions[position];
        let others = self.decisions.iter().enumerate().filter(|(other, _)| *other != position);
        let acting = others.filter(|(_, other)| other.action.verb() != Verb::Keep);
        acting.filter(|(_, other)| self.waits(this, other)).map(|(other, _)| other).collect()
    }

    fn waits(&self, this: &Decision, other: &Decision) -> bool {
        match (Phase::of(&this.action), Phase::of(&other.action)) {
            (Phase::Keep, _) | (_, Phase::Keep) | (Phase::Make, Phase::Remove) => false,
            (Phase::Make, Phase::Make) => needs(&self.wanted, &this.key, &other.key),
            (Phase::Remove, Phase::Make) => {
                this.key == other.key
                    || needs(&self.present, &other.key, &this.key)
                    || needs(&self.wanted, &other.key, &this.key)
            }
            (Phase::Remove, Phase::Remove) => self.goes_after(this, other),
        }
    }

    /// Among deletions: what needs a resource is deleted before it, and what is deleted with a parent is dropped after it.
    /// Nothing waits for a resource that is only dropped: its call is the deletion of the parent.
    fn goes_after(&self, this: &Decision, other: &Decision) -> bool {
        let before = matches!(other.action, Action::Delete { .. }) && needs(&self.present, &other.key, &this.key);
        before || self.goes_with(this, other)
    }

    /// The pairs of deletions of which the first has to come before the second, because it deletes something that needs the
    /// second: a stage goes with its API, and needs the functions. The other way round, a permission needs the API and goes
    /// with its function; but the stage needs the permission.
    fn deleted_with(&self) -> Vec<(usize, usize)> {
        let positions = || (0..self.decisions.len()).filter(|at| self.deletes(*at));
        let children = |parent: usize| {
            let parent = &self.decisions[parent].key;
            let with =
                move |action: &Action| matches!(action, Action::Untrack { parent: Some(key), .. } if key == parent);
            self.decisions.iter().filter(move |one| with(&one.action)).map(|one| &one.key)
        };
        let is_needed_by = |key: &Key, parent: usize| children(parent).any(|child| needs(&self.present, child, key));
        let pairs = positions().flat_map(|before| positions().map(move |after| (before, after)));
        let pairs = pairs.filter(|(before, after)| before != after);
        let pairs = pairs.filter(|(before, after)| {
            let key = &self.decisions[*after].key;
            let mut users = children(*before).filter(|child| needs(&self.present, child, key));
            users.any(|child| !is_needed_by(child, *after))
        });
        pairs.collect()
    }

    fn deletes(&self, position: usize) -> bool {
        matches!(self.decisions[position].action, Action::Delete { replaced: false, .. })
    }

    /// Whether `child` is only dropped, because deleting `parent` deletes it too.
    fn goes_with(&self, child: &Decision, parent: &Decision) -> bool {
        let dies = self.rules.traits(&child.key.kind).is_some_and(|traits| traits.dies_with.contains(&parent.key.kind));
        let follows = matches!((&child.action, &parent.action), (Action::Untrack { .. }, Action::Delete { .. }));
        dies && follows && needs(&self.present, &child.key, &parent.key)
    }
}

#[derive(Clone, Copy)]
enum Phase {
    Keep,
    Make,
    Remove,
}

impl Phase {
    fn of(action: &Action) -> Self {
        match action.verb() {
            Verb::Keep => Self::Keep,
            Verb::Create | Verb::Adopt | Verb::Update | Verb::Replace => Self::Make,
            Verb::Delete | Verb::Untrack => Self::Remove,
        }
    }
}

fn needs(closed: &BTreeMap<Key, BTreeSet<Key>>, key: &Key, need: &Key) -> bool {
    closed.get(key).is_some_and(|needs| needs.contains(need))
}

fn closure(needs: &BTreeMap<Key, BTreeSet<Key>>) -> BTreeMap<Key, BTreeSet<Key>> {
    needs.keys().map(|key| (key.clone(), graph::reachable(key, needs))).collect()
}
