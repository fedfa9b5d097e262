//! Finds things by their tags.

use std::{collections::BTreeMap, time::Duration};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::Value;

use super::discovery::{Discovery, Mark};
use crate::engine::{
    claim::{Discovered, Scope},
    context::StepContext,
    desired::Desired,
    erased::Erased,
    error::ResourceError,
    handle::Engine,
    key::{Key, Kind},
    observe::{LIST_LAG, Late, ObserveError, look_until},
};

/// Things with their claims, by key.
type Things = BTreeMap<Key, Discovered<Value, Value>>;

/// What is looked for of one kind.
struct ClaimSearch<'a> {
    scope: &'a Scope,
    /// The ids of what it lives on.
    beneath: Vec<Value>,
    wanted: Vec<&'a Key>,
}

impl<C: Send + Sync + 'static> Engine<'_, C> {
    /// Records everything of these kinds that carries a claim of the stack.
    pub(super) async fn find_claimed(
        &self,
        discovery: &mut Discovery,
        kinds: &[&Kind],
        (desired, scope): (&Desired, &Scope),
    ) -> Result<(), ObserveError> {
        for (key, mut things) in self.claimed(discovery, kinds, (desired, scope)).await? {
            match things.pop() {
                Some((claim, sight)) if things.is_empty() => discovery.record(key, sight, claim.token, desired),
                last => {
                    let sights = things.into_iter().chain(last).map(|(_, sight)| sight).collect();
                    let several = self.several(&key, Mark::Claim, sights).await?;
                    discovery.several.insert(key, several);
                }
            }
        }
        Ok(())
    }

    async fn claimed(
        &self,
        discovery: &Discovery,
        kinds: &[&Kind],
        (desired, scope): (&Desired, &Scope),
    ) -> Result<Things, ObserveError> {
        let searches = kinds.iter().map(|kind| async move {
            let wanted: Vec<&Key> = desired.nodes().keys().filter(|wanted| wanted.kind == **kind).collect();
            let key = match wanted[..] {
                [only] => only.clone(),
                _ => Key::new((*kind).clone(), "*"),
            };
            let one = self.kind(&key)?;
            let parents = one.traits().dies_with;
            let recorded = discovery.state.resources.iter().filter(|(key, _)| parents.contains(&key.kind));
            let search = ClaimSearch {
                scope,
                beneath: recorded.map(|(_, recorded)| recorded.outputs.clone()).collect(),
                wanted,
            };
            let found = all_of(one, &self.context(&key), &search).await;
            found.map_err(|error| ObserveError { key, error })
        });
        let found: Vec<_> =
            stream::iter(searches.collect::<Vec<_>>()).buffered(self.parallel.max(1)).try_collect().await?;
        let mut things = Things::new();
        for (claim, sight) in found.into_iter().flatten() {
            things.entry(claim.key.clone()).or_default().push((claim, sight));
        }
        Ok(things)
    }
}

/// Looks for the things of a kind, for as long as new ones may be missing from AWS's lists and wanted ones are missing.
async fn all_of<C: Send + Sync>(
    kind: &dyn Erased<C>,
    context: &StepContext<'_, C>,
    search: &ClaimSearch<'_>,
) -> Result<Discovered<Value, Value>, ResourceError> {
    let late = Late {
        timeout: if kind.traits().listed_late { LIST_LAG } else { Duration::ZERO },
        because: "a new one may be listed late",
        what: "what may be listed late",
    };
    let there = |found: &Discovered<Value, Value>, key: &Key| found.iter().any(|(claim, _)| claim.key == *key);
    let all_there = |found: &_| search.wanted.iter().all(|key| there(found, key));
    look_until(context, &late, || kind.discover(context, search.scope, &search.beneath), all_there).await
}
