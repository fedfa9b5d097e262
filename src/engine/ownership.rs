//! Whose the things are that a state names. The state says where to look; what is found there has to prove that it is ours.

use std::collections::BTreeSet;

use super::{
    claim::{Found, FoundJson, LiveJson, Unmanaged},
    handle::Engine,
    key::Key,
    observe::{ObserveError, Observed},
    record::State,
};

impl<C: Send + Sync + 'static> Engine<'_, C> {
    /// Looks at these recorded things alone, and at whose they are. Changes nothing.
    ///
    /// # Errors
    /// When one cannot be read.
    pub async fn look_at(&self, state: &State, keys: &BTreeSet<Key>) -> Result<Observed, ObserveError> {
        self.observe_recorded(&state.only(keys)).await
    }

    /// Looks at the old ones of interrupted replacements. Their tokens are not recorded, so any will do.
    pub(super) async fn observe_replaced(&self, state: &State, observed: &mut Observed) -> Result<(), ObserveError> {
        for (key, recorded) in &state.resources {
            for outputs in &recorded.replaced {
                let found = self.read(state, (key, None), (outputs, None)).await?;
                observed.replaced.entry(key.clone()).or_default().push((outputs.clone(), found));
            }
        }
        Ok(())
    }

    /// A thing without a claim of its own is ours because what it lives on is: with that, it is gone, even when there
    /// is one of its name that another owner has created there since.
    pub(super) fn bury_children(&self, state: &State, observed: &mut Observed) {
        while let Some(orphan) = state.resources.iter().find_map(|(key, recorded)| {
            let lost = |parent: &&Key| observed.recorded.get(*parent).is_some_and(|found| found.ours().is_none());
            observed.recorded.get(key)?.ours()?;
            self.parents(key, &recorded.needs).find(lost).map(|_| key.clone())
        }) {
            observed.recorded.insert(orphan, Found::Nothing);
        }
    }

    /// The state says where a thing is, not whose it is: one without a claim of its own is ours only beneath a thing that
    /// was looked at and carries ours.
    pub(super) fn disown_children(&self, observed: &mut Observed) {
        let recorded = observed.recorded.iter().map(|(key, found)| (key.clone(), self.proven(observed, key, found)));
        let recorded = recorded.collect();
        let replaced = observed.replaced.iter().map(|(key, all)| {
            let all = all.iter().map(|(outputs, found)| (outputs.clone(), self.proven(observed, key, found)));
            (key.clone(), all.collect())
        });
        let replaced = replaced.collect();
        (observed.recorded, observed.replaced) = (recorded, replaced);
    }

    /// What a look came to, once it is known whether the thing lives beneath one of ours.
    pub(super) fn proven(&self, observed: &Observed, key: &Key, found: &FoundJson) -> FoundJson {
        let kind = self.catalog.get(&key.kind);
        let proof = found.ours().and_then(|sight| Some((sight, kind?.parent(&sight.spec)?)));
        let Some((sight, parent)) = proof else { return found.clone() };
        let mut looks = observed.recorded.iter().chain(&observed.found);
        let is_parent =
            |key: &Key, live: &LiveJson| key.kind == parent.kind && live.outputs[parent.output] == parent.id;
        if looks.any(|(key, found)| found.ours().is_some_and(|live| is_parent(key, live))) {
            return found.clone();
        }
        let id = kind.and_then(|kind| kind.id(&sight.outputs)).unwrap_or_default();
        Found::NotOurs(Unmanaged {
            thing: format!("{} `{id}`", key.kind),
            whose: format!("belongs to {} `{}`, which is not this stack's", parent.kind, parent.id),
            hints: vec!["if the state was edited or copied from another stack, use its last good version".into()],
        })
    }

    /// Those of its needs that take a thing along when they go.
    pub(super) fn parents<'k>(
        &self,
        key: &Key,
        needs: &'k BTreeSet<Key>,
    ) -> impl Iterator<Item = &'k Key> + use<'k, C> {
        let dies_with = self.catalog.get(&key.kind).map(|kind| kind.traits().dies_with).unwrap_or_default();
        needs.iter().filter(|need| dies_with.contains(&need.kind))
    }
}
