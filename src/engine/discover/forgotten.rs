//! Finds what no state knows and would be made a second time.

use serde_json::Value;

use super::named::Known;
use crate::{
    engine::{Desired, Engine, Key, ObserveError, Resolved, observe::claim},
    state::State,
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
                // A list may still hold what was just deleted.
                let read = kind.read(&self.context(key), &sight.outputs, &claim(state, key, None)).await;
                if read.map_err(failed)?.ours().is_some() {
                    forgotten.push((key.clone(), sight.outputs));
                }
            }
        }
        Ok(forgotten)
    }
}
