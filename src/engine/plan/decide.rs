//! Decides for each thing what is to happen to it. Pure: no clock, no network, no chance.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Action, Change, Consent, Plan, PlanError, order::arrange};
use crate::{
    engine::{
        Desired, Found, Key, Lookup, Node, Observed, OutputRef, Replacement, Rules, Sight, Traits, diff::diff, graph,
        substitute,
    },
    state::State,
};

/// Plans the way from what is to what is to be.
///
/// # Errors
/// When people's data would be lost, when something of our name belongs to somebody else, when the state holds kinds
/// that `rules` does not know, or when things need each other in a circle.
pub fn plan(
    desired: &Desired,
    state: &State,
    observed: &Observed,
    rules: &dyn Rules,
    consent: &Consent,
) -> Result<Plan, PlanError> {
    let mut decisions =
        Decisions { desired, state, observed, rules, consent, outputs: BTreeMap::new(), made: Vec::new() };
    let needs = desired.nodes().iter().map(|(key, node)| (key.clone(), node.needs())).collect();
    for key in graph::order(&needs).map_err(|keys| PlanError::Circle { keys })? {
        decisions.decide_wanted(&key, &desired.nodes()[&key])?;
    }
    decisions.decide_unwanted()?;
    let decided = decisions.made;
    let stepped: BTreeSet<&Key> =
        decided.iter().filter(|one| one.action.verb() != super::Verb::Keep).map(|one| &one.key).collect();
    let over = state.pending.keys().filter(|key| !stepped.contains(key)).cloned().collect();
    Ok(Plan {
        stack: state.stack.clone(),
        stage: state.stage.clone(),
        based_on: state.serial,
        steps: arrange(decided, desired, state, rules)?,
        stale: over,
        desired: desired.clone(),
    })
}

/// What was decided for one thing.
pub(super) struct Decision {
    pub(super) key: Key,
    pub(super) action: Action,
}

struct Decisions<'a> {
    desired: &'a Desired,
    state: &'a State,
    observed: &'a Observed,
    rules: &'a dyn Rules,
    consent: &'a Consent,
    /// The outputs of the wanted things that exist and stay.
    outputs: BTreeMap<Key, Value>,
    made: Vec<Decision>,
}

impl Lookup for Decisions<'_> {
    fn output(&self, reference: &OutputRef) -> Option<Value> {
        self.outputs.get(&reference.key)?.get(&reference.output).cloned()
    }

    fn spec(&self, key: &Key) -> Option<&Value> {
        self.desired.get(key).map(|node| &node.spec)
    }
}

impl Decisions<'_> {
    fn traits(&self, key: &Key) -> Result<Traits, PlanError> {
        self.rules.traits(&key.kind).ok_or_else(|| PlanError::UnknownKind { key: key.clone() })
    }

    fn make(&mut self, key: &Key, action: Action) {
        self.made.push(Decision { key: key.clone(), action });
    }

    fn found(&self, key: &Key) -> Result<Option<&Sight>, PlanError> {
        match self.observed.found.get(key) {
            None | Some(Found::Nothing) => Ok(None),
            Some(Found::Ours(sight)) => Ok(Some(sight)),
            Some(Found::NotOurs(whose)) => Err(PlanError::NotOurs { key: key.clone(), whose: whose.clone() }),
        }
    }

    fn decide_wanted(&mut self, key: &Key, node: &Node) -> Result<(), PlanError> {
        let traits = self.traits(key)?;
        self.delete_replaced(key);
        if let Some(parent) = self.new_parent(key, node, &traits) {
            let recorded = self.state.resources.contains_key(key);
            let because = recorded.then(|| format!("it goes with the old {parent}"));
            self.make(key, Action::Create { because });
            return Ok(());
        }
        let want = substitute(&node.spec, self);
        let recorded = self.observed.recorded.get(key);
        if let Some(sight) = self.found(key)?.cloned() {
            // The old one may be gone already; only its deletion, which then does nothing, takes it off the record.
            let old = self.state.resources.get(key).map(|recorded| recorded.outputs.clone());
            if let Some(outputs) = old.filter(|outputs| *outputs != sight.outputs) {
                self.make(key, Action::Delete { outputs, replaced: true, holdings: 0 });
            }
            return self.decide_found(key, &sight, &want, &traits);
        }
        match recorded {
            None => self.make(key, Action::Create { because: None }),
            Some(None) => self.make(key, Action::Create { because: Some("it is gone".into()) }),
            Some(Some(sight)) => self.decide_recorded(key, &sight.clone(), &want, &traits)?,
        }
        Ok(())
    }

    /// The old ones of an interrupted replacement go, whatever becomes of the new one.
    fn delete_replaced(&mut self, key: &Key) {
        let replaced = self.state.resources.get(key).map(|recorded| recorded.replaced.clone()).unwrap_or_default();
        for outputs in replaced {
            self.make(key, Action::Delete { outputs, replaced: true, holdings: 0 });
        }
    }

    /// The parent that is made anew and takes this thing's old one with it.
    fn new_parent(&self, key: &Key, node: &Node, traits: &Traits) -> Option<Key> {
        let needs = node.needs();
        let parent =
            needs.iter().find(|need| traits.dies_with.contains(&need.kind) && !self.outputs.contains_key(need));
        parent.filter(|_| self.observed.recorded.contains_key(key)).cloned()
    }

    fn decide_found(&mut self, key: &Key, sight: &Sight, want: &Value, traits: &Traits) -> Result<(), PlanError> {
        let changes = diff(&sight.spec, want, traits.secret);
        let because: Vec<Change> = changes.iter().filter(|change| forces(change, traits)).cloned().collect();
        if because.is_empty() {
            self.outputs.insert(key.clone(), sight.outputs.clone());
            let (outputs, live) = (sight.outputs.clone(), sight.spec.clone());
            self.make(key, Action::Adopt { outputs, live, changes });
            return Ok(());
        }
        if traits.precious && self.observed.holdings.get(key).is_none_or(|records| *records > 0) {
            return Err(would_lose_data(key, &because[0]));
        }
        self.replace(key, sight, because, traits);
        Ok(())
    }

    fn decide_recorded(&mut self, key: &Key, sight: &Sight, want: &Value, traits: &Traits) -> Result<(), PlanError> {
        let changes = diff(&sight.spec, want, traits.secret);
        let because: Vec<Change> = changes.iter().filter(|change| forces(change, traits)).cloned().collect();
        if let Some(change) = because.first() {
            if traits.precious {
                return Err(would_lose_data(key, change));
            }
            self.replace(key, sight, because, traits);
            return Ok(());
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
        Ok(())
    }

    fn replace(&mut self, key: &Key, sight: &Sight, because: Vec<Change>, traits: &Traits) {
        let create_first = traits.replacement == Replacement::CreateFirst;
        let outputs = sight.outputs.clone();
        self.make(key, Action::Replace { outputs: outputs.clone(), create_first, because });
        if create_first {
            self.make(key, Action::Delete { outputs, replaced: true, holdings: 0 });
        }
    }

    /// Decides on what is there, or may be there, and is not wanted any more.
    fn decide_unwanted(&mut self) -> Result<(), PlanError> {
        let known = self.state.resources.keys().chain(self.state.pending.keys());
        let unwanted: BTreeSet<Key> = known.filter(|key| self.desired.get(key).is_none()).cloned().collect();
        let mut kept = BTreeSet::new();
        for key in &unwanted {
            self.traits(key)?;
            if let Some(because) = self.protected(key) {
                kept.insert(key.clone());
                self.make(key, Action::Keep { because: Some(because) });
            }
        }
        let needed =
            kept.iter().flat_map(|key| graph::reachable(key, &recorded_needs(self.state))).collect::<BTreeSet<_>>();
        for key in needed.intersection(&unwanted) {
            if kept.insert(key.clone()) {
                self.make(key, Action::Keep { because: Some("what is kept needs it".into()) });
            }
        }
        let leaving: BTreeSet<Key> = unwanted.difference(&kept).cloned().collect();
        leaving.iter().try_for_each(|key| self.decide_leaving(key, &leaving))
    }

    /// Why a thing that holds people's data is kept.
    fn protected(&self, key: &Key) -> Option<String> {
        let records = *self.observed.holdings.get(key)?;
        (records > 0 && self.consent.delete_holdings != Some(records)).then(|| match self.consent.delete_holdings {
            None => format!("it holds {}", people(records)),
            Some(named) => format!("it holds {}, not the {named} named", people(records)),
        })
    }

    fn decide_leaving(&mut self, key: &Key, leaving: &BTreeSet<Key>) -> Result<(), PlanError> {
        let traits = self.traits(key)?;
        self.delete_replaced(key);
        let recorded = self.state.resources.get(key);
        let dies_with = |parent: &&Key| traits.dies_with.contains(&parent.kind) && leaving.contains(parent);
        let after = recorded.map(|recorded| &recorded.after).or_else(|| self.state.pending.get(key).map(|i| &i.after));
        let parent = after.into_iter().flatten().find(dies_with).cloned();
        let live = self.observed.recorded.get(key).and_then(Option::as_ref).map(|sight| sight.outputs.clone());
        let found = self.found(key)?.map(|sight| sight.outputs.clone());
        // A replacement that was cut short leaves two: the old one on record, and the new one to be found.
        if let (Some(old), Some(_), None) = (&live, &found, &parent) {
            self.make(key, Action::Delete { outputs: old.clone(), replaced: true, holdings: 0 });
        }
        let sight = found.or(live);
        let action = match (sight, parent) {
            (None, _) if recorded.is_some() => Action::Forget { because: "it is gone already".into() },
            (None, _) => return Ok(()),
            (Some(_), Some(parent)) => Action::Forget { because: format!("it goes with {parent}") },
            (Some(outputs), None) => {
                let holdings = self.observed.holdings.get(key).copied().unwrap_or(0);
                Action::Delete { outputs, replaced: false, holdings }
            }
        };
        self.make(key, action);
        Ok(())
    }
}

/// What each recorded thing needs.
pub(super) fn recorded_needs(state: &State) -> BTreeMap<Key, BTreeSet<Key>> {
    let pending = state.pending.iter().map(|(key, intent)| (key.clone(), intent.after.clone()));
    let recorded = state.resources.iter().map(|(key, recorded)| (key.clone(), recorded.after.clone()));
    pending.chain(recorded).collect()
}

fn forces(change: &Change, traits: &Traits) -> bool {
    change.path.first().is_some_and(|field| traits.replace_on.contains(&field.as_str()))
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

/// Counts people for a message.
pub(in crate::engine) fn people(records: u64) -> String {
    if records == 1 { "1 user".into() } else { format!("{records} users") }
}
