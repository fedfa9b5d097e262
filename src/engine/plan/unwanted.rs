//! Decides what becomes of things that are not wanted any more. What has another owner by now is untracked, never
//! deleted.

use std::collections::BTreeSet;

use super::{
    decision::{Decisions, people, recorded_needs},
    error::PlanError,
};
use crate::engine::{
    action::Action,
    claim::{Found, LiveJson},
    graph,
    key::Key,
};

impl Decisions<'_> {
    /// Decides on what is there, or may be there, and is not wanted any more.
    pub(super) fn decide_unwanted(&mut self) -> Result<(), PlanError> {
        let known = self.state.resources.keys().chain(self.state.pending.keys());
        let unwanted: BTreeSet<Key> = known.filter(|key| self.desired.get(key).is_none()).cloned().collect();
        let mut kept = BTreeSet::new();
        for key in &unwanted {
            self.traits(key)?;
            if let Some(because) = self.protected(key) {
                kept.insert(key.clone());
                self.keep(key, because);
            }
        }
        let needed =
            kept.iter().flat_map(|key| graph::reachable(key, &recorded_needs(self.state))).collect::<BTreeSet<_>>();
        for key in needed.intersection(&unwanted) {
            if kept.insert(key.clone()) {
                self.keep(key, "what is kept needs it".into());
            }
        }
        let leaving: BTreeSet<Key> = unwanted.difference(&kept).cloned().collect();
        leaving.iter().try_for_each(|key| self.decide_leaving(key, &leaving))
    }

    /// Keeps a thing. One that an interrupted run left is recorded for that: a claim that is not recorded is an orphan's.
    fn keep(&mut self, key: &Key, because: String) {
        let action = match self.found(key).cloned() {
            Some(LiveJson { outputs, spec }) => Action::Adopt { outputs, live: spec, changes: Vec::new() },
            None => Action::Keep { because: Some(because) },
        };
        self.make(key, action);
    }

    /// Why a thing that holds user data is kept.
    fn protected(&self, key: &Key) -> Option<String> {
        let records = *self.observed.holdings.get(key)?;
        (records > 0 && self.consent.delete_holdings != Some(records)).then(|| match self.consent.delete_holdings {
            None => format!("it has {}", people(records)),
            Some(named) => format!("it has {}, not {named}", people(records)),
        })
    }

    fn decide_leaving(&mut self, key: &Key, leaving: &BTreeSet<Key>) -> Result<(), PlanError> {
        let traits = self.traits(key)?;
        self.remove_replaced(key);
        let recorded = self.state.resources.get(key);
        let dies_with = |parent: &&Key| traits.dies_with.contains(&parent.kind) && leaving.contains(parent);
        let after = recorded.map(|recorded| &recorded.needs).or_else(|| self.state.pending.get(key).map(|i| &i.needs));
        let parent = after.into_iter().flatten().find(dies_with).cloned();
        let live = self.observed.recorded.get(key).and_then(Found::ours).map(|sight| sight.outputs.clone());
        let found = self.found(key).map(|sight| sight.outputs.clone());
        // A replacement that was cut short leaves two: the old one on record, and the new one to be found.
        if let (Some(old), Some(_), None) = (&live, &found, &parent) {
            self.make(key, Action::Delete { outputs: old.clone(), replaced: true, holdings: 0 });
        }
        let action = match (found.or(live), parent) {
            (None, parent) if recorded.is_some() => {
                Action::Untrack { because: self.why_gone(key, parent.as_ref()), parent: None, replaced: None }
            }
            (None, _) => return Ok(()),
            (Some(_), Some(parent)) => {
                let because = format!("deleted with {parent}");
                Action::Untrack { because, parent: Some(parent), replaced: None }
            }
            (Some(outputs), None) => {
                let holdings = self.observed.holdings.get(key).copied().unwrap_or(0);
                Action::Delete { outputs, replaced: false, holdings }
            }
        };
        self.make(key, action);
        Ok(())
    }

    /// Why what is recorded is not there to be deleted.
    fn why_gone(&self, key: &Key, parent: Option<&Key>) -> String {
        let unmanaged = |key: &Key| match self.observed.recorded.get(key) {
            Some(Found::NotOurs(unmanaged)) => Some(unmanaged),
            _ => None,
        };
        match (unmanaged(key), parent.filter(|parent| unmanaged(parent).is_some())) {
            (Some(unmanaged), _) => unmanaged.left_alone(),
            (None, Some(parent)) => format!("it is left alone with {parent}"),
            (None, None) => "already deleted".into(),
        }
    }
}
