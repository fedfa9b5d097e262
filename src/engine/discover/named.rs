//! Finds by its name what has no tags, on what has; and names what has another owner.

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::Value;

use super::discovery::{Discovery, Mark};
use crate::engine::{
    claim::{Found, FoundJson, LiveJson},
    desired::{Desired, Node},
    diff::diff,
    error::ResourceError,
    handle::Engine,
    input::{Lookup, OutputRef, Resolved},
    key::Key,
    observe::{ObserveError, claim, known},
    plan::forces,
    record::State,
};

/// Ids as far as they are known. What was looked for in vain has none, and what would name it may be there all the same,
/// naming another one.
pub(super) struct Known<'a> {
    pub(super) state: &'a State,
    pub(super) desired: &'a Desired,
    /// What was not looked for yet.
    pub(super) open: &'a [&'a Key],
}

impl Lookup for Known<'_> {
    fn output(&self, reference: &OutputRef) -> Option<Value> {
        match self.state.resources.get(&reference.key) {
            Some(recorded) => recorded.outputs.get(&reference.output).cloned(),
            None => (!self.open.contains(&&reference.key)).then(|| "it is not there".into()),
        }
    }

    fn spec(&self, key: &Key) -> Option<&Value> {
        self.desired.get(key).map(|node| &node.spec)
    }
}

impl<C: Send + Sync + 'static> Engine<'_, C> {
    /// Records what is known by its name on what was found, each thing after those whose ids it names.
    pub(super) async fn find_named(&self, discovery: &mut Discovery, desired: &Desired) -> Result<(), ObserveError> {
        let mut open: Vec<&Key> =
            desired.nodes().keys().filter(|key| !discovery.state.resources.contains_key(*key)).collect();
        loop {
            let known = Known { state: &discovery.state, desired, open: &open };
            let resolved = |key: &Key| Resolved::new(&desired.get(key)?.spec, &known);
            let ready: Vec<(&Key, Resolved)> = open.iter().filter_map(|key| Some((*key, resolved(key)?))).collect();
            if ready.is_empty() {
                return Ok(());
            }
            open.retain(|key| ready.iter().all(|(other, _)| other != key));
            let state = &discovery.state;
            let looks = ready.iter().map(|(key, want)| async move {
                let found = self.all_named(state, desired, (key, want)).await;
                found.map_err(|error| ObserveError { key: (*key).clone(), error })
            });
            let found: Vec<_> =
                stream::iter(looks.collect::<Vec<_>>()).buffered(self.parallel.max(1)).try_collect().await?;
            for ((key, want), (ours, last)) in ready.iter().zip(found) {
                if let Found::NotOurs(unmanaged) = last {
                    discovery.unmanaged.insert((*key).clone(), unmanaged);
                }
                self.choose(discovery, (*key).clone(), ours, (want, desired)).await?;
            }
        }
    }

    /// Everything that the name of a thing leads to, and what the look came to that found no other one.
    pub(super) async fn all_named(
        &self,
        state: &State,
        desired: &Desired,
        (key, want): (&Key, &Resolved),
    ) -> Result<(Vec<LiveJson>, FoundJson), ResourceError> {
        let kind = self.known_kind(key)?;
        let needs = desired.get(key).map(Node::needs).unwrap_or_default();
        if self.parents(key, &needs).any(|parent| !state.resources.contains_key(parent)) {
            return Ok((Vec::new(), Found::Nothing));
        }
        let claim = claim(state, key, None);
        let mut all: Vec<LiveJson> = Vec::new();
        let mut known = known(state, key, |_| true);
        loop {
            match kind.find(&self.context(key), want, &claim, &known).await? {
                Found::Ours(sight) if !known.contains(&sight.outputs) => {
                    known.push(sight.outputs.clone());
                    all.push(sight);
                }
                last => return Ok((all, last)),
            }
        }
    }

    /// Records the one that is most as configured. Of two that are equally so, neither is chosen.
    async fn choose(
        &self,
        discovery: &mut Discovery,
        key: Key,
        mut all: Vec<LiveJson>,
        (want, desired): (&Resolved, &Desired),
    ) -> Result<(), ObserveError> {
        let traits = self.kind(&key)?.traits();
        let distance = |sight: &LiveJson| {
            let changes = diff(&sight.spec, want.value(), traits.fields);
            (changes.iter().filter(|change| forces(change, &traits)).count(), changes.len())
        };
        all.sort_by_cached_key(distance);
        if let [one, other, ..] = &all[..]
            && distance(one) == distance(other)
        {
            let several = self.several(&key, Mark::Name, all).await?;
            discovery.several.insert(key, several);
            return Ok(());
        }
        let mut all = all.into_iter();
        if let Some(chosen) = all.next() {
            discovery.record(key.clone(), chosen, None, desired);
        }
        discovery.beside.extend(all.map(|sight| (key.clone(), sight.outputs)));
        Ok(())
    }
}
