//! What a search for a lost state finds.

use std::{cmp::Reverse, collections::BTreeMap};

use serde_json::Value;

use crate::engine::{
    claim::{LiveJson, Scope, Unmanaged},
    desired::{Desired, Node},
    handle::Engine,
    key::{Key, Kind},
    observe::ObserveError,
    record::{Recorded, State},
};

/// What was found of a stack.
#[derive(Debug, Clone, PartialEq)]
pub struct Discovery {
    pub state: State,
    /// Of which things there are several, so that it is unknown which one is the stack's. None of them is in the state.
    pub several: BTreeMap<Key, Several>,
    /// Things without tags that have the name of one in the state, and are less as configured than that.
    pub beside: Vec<(Key, Value)>,
    /// What has the name of one of the stack's resources and has another owner.
    pub unmanaged: BTreeMap<Key, Unmanaged>,
}

/// Several things where one should be.
#[derive(Debug, Clone, PartialEq)]
pub struct Several {
    /// What they have in common.
    pub alike_in: Mark,
    /// Each of them, those that hold most first.
    pub candidates: Vec<Candidate>,
}

/// How a thing is recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    Claim,
    /// By its name, on something that has tags.
    Name,
}

/// One of several things.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    pub outputs: Value,
    /// How many user records it holds; `None` for a kind that holds none.
    pub holdings: Option<u64>,
}

impl<C: Send + Sync + 'static> Engine<'_, C> {
    /// Finds what there is of a stack, and makes a state of it out of `state`, which knows nothing yet. `desired` says
    /// which things without tags may be there, and by which names.
    ///
    /// # Errors
    /// When something cannot be looked at.
    pub async fn discover(&self, state: State, desired: &Desired, scope: &Scope) -> Result<Discovery, ObserveError> {
        let mut discovery =
            Discovery { state, several: BTreeMap::new(), beside: Vec::new(), unmanaged: BTreeMap::new() };
        // What lives on something is looked for on what was found, so it comes after that.
        let (roots, children): (Vec<&Kind>, Vec<&Kind>) = self
            .catalog
            .kinds()
            .partition(|kind| self.catalog.get(kind).is_some_and(|kind| kind.traits().dies_with.is_empty()));
        for kinds in [roots, children] {
            self.find_claimed(&mut discovery, &kinds, (desired, scope)).await?;
            if !discovery.several.is_empty() {
                return Ok(discovery);
            }
        }
        self.find_named(&mut discovery, desired).await?;
        Ok(discovery)
    }

    /// What cannot be told apart, with what the user needs to do so.
    pub(super) async fn several(
        &self,
        key: &Key,
        alike_in: Mark,
        sights: Vec<LiveJson>,
    ) -> Result<Several, ObserveError> {
        let kind = self.kind(key)?;
        let mut candidates = Vec::new();
        for LiveJson { outputs, .. } in sights {
            let mut holdings = None;
            if let Some(data) = kind.data() {
                let counted = data.count(&self.context(key), &outputs).await;
                holdings = Some(counted.map_err(|error| ObserveError { key: key.clone(), error })?);
            }
            candidates.push(Candidate { outputs, holdings });
        }
        candidates.sort_by_key(|one| Reverse(one.holdings));
        Ok(Several { alike_in, candidates })
    }
}

impl Discovery {
    pub(super) fn record(&mut self, key: Key, sight: LiveJson, token: Option<String>, desired: &Desired) {
        let after = desired.get(&key).map(Node::needs).unwrap_or_default();
        let recorded = Recorded { outputs: sight.outputs, token, needs: after, applied: None, replaced: Vec::new() };
        self.state.resources.insert(key, recorded);
    }
}
