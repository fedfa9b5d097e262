//! Finds what no state knows and would be made a second time.

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::Value;

use super::{discovery::Discovery, named::Known};
use crate::engine::{
    claim::Scope,
    desired::Desired,
    handle::Engine,
    input::Resolved,
    key::Key,
    observe::{ObserveError, claim},
    record::State,
};

impl<C: Send + Sync + 'static> Engine<'_, C> {
    /// Finds what carries the stack's claim although `state` knows nothing of it, of the kinds that AWS lets be made twice.
    /// Where there is any, the state was lost, or it is another one's. A new one may not be listed yet.
    ///
    /// # Errors
    /// When something cannot be looked at.
    pub async fn forgotten(&self, state: &State, desired: &Desired) -> Result<Vec<(Key, Value)>, ObserveError> {
        let mut forgotten = Vec::new();
        let unknown = |key: &&Key| !state.resources.contains_key(*key) && !state.pending.contains_key(*key);
        for key in desired.nodes().keys().filter(unknown) {
            let kind = self.kind(key)?;
            let known = Known { state, desired, open: &[] };
            let want = desired.get(key).and_then(|node| Resolved::new(&node.spec, &known));
            let Some(want) = want.filter(|_| kind.traits().listed_late) else { continue };
            let failed = |error| ObserveError { key: key.clone(), error };
            let (found, _) = self.all_named(state, desired, (key, &want)).await.map_err(failed)?;
            for sight in found {
                if self.is_there(state, key, &sight.outputs).await? {
                    forgotten.push((key.clone(), sight.outputs));
                }
            }
        }
        Ok(forgotten)
    }

    /// Finds everything that carries the claim of a stack whose `state` knows nothing.
    ///
    /// # Errors
    /// When something cannot be looked at.
    pub async fn claimed_by(&self, state: State, scope: &Scope) -> Result<Vec<(Key, Value)>, ObserveError> {
        let Discovery { state, several, .. } = self.discover(state, &Desired::default(), scope).await?;
        let one = state.resources.iter().map(|(key, recorded)| (key, &recorded.outputs));
        let several =
            several.iter().flat_map(|(key, several)| several.candidates.iter().map(move |one| (key, &one.outputs)));
        let looks = one.chain(several).map(|(key, outputs)| async {
            let there = self.is_there(&state, key, outputs).await?;
            Ok(there.then(|| (key.clone(), outputs.clone())))
        });
        let looks = stream::iter(looks.collect::<Vec<_>>()).buffered(self.parallel.max(1));
        looks.try_filter_map(|found| async { Ok(found) }).try_collect().await
    }

    /// Whether a thing that was listed is there and ours: a list may still hold what was just deleted.
    async fn is_there(&self, state: &State, key: &Key, outputs: &Value) -> Result<bool, ObserveError> {
        let read = self.kind(key)?.read(&self.context(key), outputs, &claim(state, key, None)).await;
        Ok(read.map_err(|error| ObserveError { key: key.clone(), error })?.ours().is_some())
    }
}
