//! The decisions of a plan, and what they are made from.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{error::PlanError, steps::Consent};
use crate::engine::{
    action::{Action, Change},
    claim::{Found, LiveJson},
    desired::Desired,
    input::{Lookup, OutputRef},
    key::Key,
    observe::Observed,
    record::State,
    rules::{KindRules, Rules},
};

/// What was decided for one thing.
pub(super) struct Decision {
    pub(super) key: Key,
    pub(super) action: Action,
}

/// The decisions as they are made, and what they are made from.
pub(super) struct Decisions<'a> {
    pub(super) desired: &'a Desired,
    pub(super) state: &'a State,
    pub(super) observed: &'a Observed,
    pub(super) rules: &'a dyn Rules,
    pub(super) consent: &'a Consent,
    /// The outputs of the wanted things that exist and stay.
    pub(super) outputs: BTreeMap<Key, Value>,
    pub(super) made: Vec<Decision>,
    pub(super) refused: Vec<PlanError>,
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
    pub(super) fn traits(&self, key: &Key) -> Result<KindRules, PlanError> {
        self.rules.traits(&key.kind).ok_or_else(|| PlanError::UnknownKind { key: key.clone() })
    }

    pub(super) fn make(&mut self, key: &Key, action: Action) {
        self.made.push(Decision { key: key.clone(), action });
    }

    pub(super) fn found(&self, key: &Key) -> Option<&LiveJson> {
        self.observed.found.get(key)?.ours()
    }

    /// The old ones of an interrupted replacement go, whatever becomes of the new one: those that are ours are deleted, and
    /// the record of the others is dropped.
    pub(super) fn remove_replaced(&mut self, key: &Key) {
        for (outputs, found) in self.observed.replaced.get(key).into_iter().flatten() {
            let outputs = outputs.clone();
            let because = match found {
                Found::Ours(_) => {
                    self.make(key, Action::Delete { outputs, replaced: true, holdings: 0 });
                    continue;
                }
                Found::Nothing => "the old one of a replacement is already deleted".into(),
                Found::NotOurs(unmanaged) => unmanaged.left_alone(),
            };
            self.make(key, Action::Untrack { because, parent: None, replaced: Some(outputs) });
        }
    }
}

/// What each recorded thing needs.
pub(super) fn recorded_needs(state: &State) -> BTreeMap<Key, BTreeSet<Key>> {
    let pending = state.pending.iter().map(|(key, intent)| (key.clone(), intent.needs.clone()));
    let recorded = state.resources.iter().map(|(key, recorded)| (key.clone(), recorded.needs.clone()));
    pending.chain(recorded).collect()
}

/// Whether AWS cannot make this change in place.
pub(crate) fn forces(change: &Change, traits: &KindRules) -> bool {
    change.path.first().is_some_and(|field| traits.fixes(field))
}

/// Counts users for a message.
pub(crate) fn people(records: u64) -> String {
    if records == 1 { "1 user".into() } else { format!("{records} users") }
}
