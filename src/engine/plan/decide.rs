//! Decides for each thing what is to happen to it. Pure: no clock, no network, no chance.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    decision::{Decisions, forces},
    error::{PlanError, Refused},
    order::arrange,
    steps::{Comparison, Consent, Plan},
};
use crate::engine::{
    action::{Action, Change},
    claim::{Found, LiveJson, Unmanaged},
    desired::{Desired, Node},
    graph,
    input::substitute,
    key::Key,
    observe::Observed,
    record::State,
    rules::{KindRules, Replacement, Rules},
    verb::Verb,
};

/// Plans the way from what is to what is to be.
///
/// # Errors
/// When user data would be lost, when something of our name has another owner, when the state holds kinds
/// that `rules` does not know, or when things need each other in a circle.
pub fn plan(
    desired: &Desired,
    state: &State,
    observed: &Observed,
    rules: &dyn Rules,
    consent: &Consent,
) -> Result<Plan, Refused> {
    let Comparison { plan, refused } = compare(desired, state, observed, rules, consent)?;
    if refused.is_empty() { Ok(plan) } else { Err(Refused(refused)) }
}

/// Compares what is with what is to be: a plan and everything that stands against it.
///
/// # Errors
/// When nothing can be compared: the state holds kinds that `rules` does not know, or things need each other in a circle.
pub fn compare(
    desired: &Desired,
    state: &State,
    observed: &Observed,
    rules: &dyn Rules,
    consent: &Consent,
) -> Result<Comparison, PlanError> {
    let (outputs, made, refused) = (BTreeMap::new(), Vec::new(), Vec::new());
    let mut decisions = Decisions { desired, state, observed, rules, consent, outputs, made, refused };
    let needs = desired.nodes().iter().map(|(key, node)| (key.clone(), node.needs())).collect();
    for key in graph::order(&needs).map_err(|keys| PlanError::Circle { keys })? {
        decisions.decide_wanted(&key, &desired.nodes()[&key])?;
    }
    decisions.decide_unwanted()?;
    let Decisions { made: decided, refused, .. } = decisions;
    let stepped: BTreeSet<&Key> =
        decided.iter().filter(|one| one.action.verb() != Verb::Keep).map(|one| &one.key).collect();
    let over = state.pending.keys().filter(|key| !stepped.contains(key)).cloned().collect();
    let plan = Plan {
        stack: state.stack.clone(),
        stage: state.stage.clone(),
        based_on: state.serial,
        steps: arrange(decided, desired, state, rules)?,
        stale: over,
        found: observed.found.iter().filter(|(_, found)| found.ours().is_some()).map(|(key, _)| key.clone()).collect(),
        later: Vec::new(),
        desired: desired.clone(),
    };
    Ok(Comparison { plan, refused })
}

impl Decisions<'_> {
    fn decide_wanted(&mut self, key: &Key, node: &Node) -> Result<(), PlanError> {
        let traits = self.traits(key)?;
        self.remove_replaced(key);
        if let Some(parent) = self.new_parent(key, node, &traits) {
            let recorded = self.state.resources.contains_key(key);
            let because = recorded.then(|| format!("deleted with the old {parent}"));
            self.make(key, Action::Create { because });
            return Ok(());
        }
        let want = substitute(&node.spec, self);
        let observed = self.observed;
        let found = observed.found.get(key).unwrap_or(&Found::Nothing);
        match (found, observed.recorded.get(key)) {
            (Found::Ours(sight), recorded) => {
                // Both are there when a replacement was cut short.
                if let Some(old) = recorded.and_then(Found::ours).filter(|old| old.outputs != sight.outputs) {
                    self.make(key, Action::Delete { outputs: old.outputs.clone(), replaced: true, holdings: 0 });
                }
                self.decide_found(key, sight, &want, &traits);
            }
            (_, Some(Found::NotOurs(unmanaged))) => self.reject_unmanaged(key, unmanaged, true),
            (Found::NotOurs(unmanaged), _) => self.reject_unmanaged(key, unmanaged, false),
            (Found::Nothing, None) => self.make(key, Action::Create { because: None }),
            (Found::Nothing, Some(Found::Nothing)) => {
                self.make(key, Action::Create { because: Some("it is missing".into()) });
            }
            (Found::Nothing, Some(Found::Ours(sight))) => self.decide_recorded(key, sight, &want, &traits),
        }
        Ok(())
    }

    fn reject_unmanaged(&mut self, key: &Key, unmanaged: &Unmanaged, recorded: bool) {
        self.refuse(key, PlanError::NotOurs { key: key.clone(), recorded, unmanaged: unmanaged.clone() });
    }

    /// Leaves a thing alone, and says why no plan is carried out that wants it otherwise.
    fn refuse(&mut self, key: &Key, error: PlanError) {
        self.make(key, Action::Keep { because: Some(error.to_string()) });
        self.refused.push(error);
    }

    /// The parent that is made anew and takes this thing's old one with it.
    fn new_parent(&self, key: &Key, node: &Node, traits: &KindRules) -> Option<Key> {
        let needs = node.needs();
        let parent =
            needs.iter().find(|need| traits.dies_with.contains(&need.kind) && !self.outputs.contains_key(need));
        parent.filter(|_| self.observed.recorded.contains_key(key)).cloned()
    }

    fn decide_found(&mut self, key: &Key, sight: &LiveJson, want: &Value, traits: &KindRules) {
        let changes = self.differences(key, sight, want, traits);
        let because: Vec<Change> = changes.iter().filter(|change| forces(change, traits)).cloned().collect();
        if because.is_empty() {
            self.outputs.insert(key.clone(), sight.outputs.clone());
            let (outputs, live) = (sight.outputs.clone(), sight.spec.clone());
            self.make(key, Action::Adopt { outputs, live, changes });
        } else if traits.precious && self.observed.holdings.get(key).is_none_or(|records| *records > 0) {
            self.outputs.insert(key.clone(), sight.outputs.clone());
            self.refuse(key, would_lose_data(key, &because[0]));
        } else {
            self.replace(key, sight, because, traits);
        }
    }

    fn decide_recorded(&mut self, key: &Key, sight: &LiveJson, want: &Value, traits: &KindRules) {
        let changes = self.differences(key, sight, want, traits);
        let because: Vec<Change> = changes.iter().filter(|change| forces(change, traits)).cloned().collect();
        if let Some(change) = because.first() {
            if traits.precious {
                self.outputs.insert(key.clone(), sight.outputs.clone());
                self.refuse(key, would_lose_data(key, change));
            } else {
                self.replace(key, sight, because, traits);
            }
            return;
        }
        self.outputs.insert(key.clone(), sight.outputs.clone());
        // A thing that was found under another id than the recorded one is recorded anew, before others refer to it.
        let moved = self.state.resources.get(key).is_some_and(|recorded| recorded.outputs != sight.outputs);
        let action = if changes.is_empty() && !moved {
            Action::Keep { because: None }
        } else {
            Action::Update { outputs: sight.outputs.clone(), live: sight.spec.clone(), changes }
        };
        self.make(key, action);
    }

    fn replace(&mut self, key: &Key, sight: &LiveJson, because: Vec<Change>, traits: &KindRules) {
        let create_first = traits.replacement == Replacement::CreateFirst;
        let outputs = sight.outputs.clone();
        self.make(key, Action::Replace { outputs: outputs.clone(), create_first, because });
        if create_first {
            self.make(key, Action::Delete { outputs, replaced: true, holdings: 0 });
        }
    }
}

fn would_lose_data(key: &Key, change: &Change) -> PlanError {
    let shown =
        |value: &Option<Value>| value.as_ref().map_or_else(|| "nothing".to_owned(), |value| format!("`{value}`"));
    PlanError::WouldLoseData {
        key: key.clone(),
        field: change.path.join("."),
        live: shown(&change.old),
        wanted: shown(&change.new),
    }
}
