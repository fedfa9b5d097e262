//! Looks at what is there: reads what is recorded, finds what an interruption may have left. Writes nothing.

use std::{collections::BTreeMap, time::Duration};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio::time::Instant;

use super::{
    Claim, Context, Desired, Engine, Erased, Found, Key, Lookup, OutputRef, Resolved,
    error::ResourceError,
    resource::{Search, Sight},
};
use crate::state::{Intent, State};

/// How long a created thing may be missing from AWS's lists before it counts as not there.
pub(super) const LIST_LAG: Duration = Duration::from_secs(10);

/// How old an intent may be for its thing to be missing from the lists only for that reason.
const FRESH: SignedDuration = SignedDuration::from_mins(10);

/// What a look at the cloud came to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Observed {
    /// What was recorded, as it is now; `None` when it is gone.
    pub recorded: BTreeMap<Key, Option<Sight>>,
    /// What was looked for because an intent says that it may exist.
    pub found: BTreeMap<Key, Search>,
    /// How many records of people's data the precious things hold that are to go, or were found.
    pub holdings: BTreeMap<Key, u64>,
}

/// A thing that could not be looked at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {error}")]
pub struct ObserveError {
    /// Which thing.
    pub key: Key,
    /// Why.
    pub error: ResourceError,
}

impl<C: Send + Sync + 'static> Engine<'_, C> {
    /// Looks at everything that is recorded or may exist. `desired` tells which precious things are to go: these are
    /// asked what they hold.
    ///
    /// # Errors
    /// When a thing cannot be read, or its kind is not known.
    pub async fn observe(&self, state: &State, desired: &Desired) -> Result<Observed, ObserveError> {
        let reads = state.resources.iter().map(|(key, recorded)| async move {
            let sight = self.kind(key)?.read(&self.context(key), &recorded.outputs).await;
            sight.map(|sight| (key.clone(), sight)).map_err(|error| ObserveError { key: key.clone(), error })
        });
        let recorded = stream::iter(reads).buffer_unordered(self.parallel.max(1)).try_collect().await?;
        let mut observed = Observed { recorded, ..Observed::default() };
        self.find_pending(state, &mut observed).await?;
        self.count_holdings(desired, &mut observed).await?;
        Ok(observed)
    }

    /// Finds what the intents say may exist, parents before what lives beneath them.
    async fn find_pending(&self, state: &State, observed: &mut Observed) -> Result<(), ObserveError> {
        let mut open: Vec<(&Key, &Intent)> = state.pending.iter().filter(|(_, intent)| intent.spec.is_some()).collect();
        loop {
            let searches: Vec<_> = open
                .iter()
                .filter_map(|(key, intent)| {
                    let lookup = Seen { state, observed };
                    Some((*key, *intent, Resolved::new(intent.spec.as_ref()?, &lookup)?))
                })
                .collect();
            if searches.is_empty() {
                return Ok(());
            }
            open.retain(|(key, _)| searches.iter().all(|(searched, ..)| searched != key));
            let recorded = &observed.recorded;
            let searches = searches.iter().map(|(key, intent, spec)| async move {
                let present = matches!(recorded.get(*key), Some(Some(_)));
                let known = known(state, key, present);
                let found = self.find_patiently(state, key, intent, (spec, &known)).await;
                found.map(|found| ((*key).clone(), found)).map_err(|error| ObserveError { key: (*key).clone(), error })
            });
            let found: Vec<_> = stream::iter(searches).buffer_unordered(self.parallel.max(1)).try_collect().await?;
            observed.found.extend(found);
        }
    }

    async fn find_patiently(
        &self,
        state: &State,
        key: &Key,
        intent: &Intent,
        (spec, known): (&Resolved, &[Value]),
    ) -> Result<Search, ResourceError> {
        let kind = self.catalog.get(&key.kind).ok_or_else(|| ResourceError::refused("its kind is not known"))?;
        let claim = claim(state, key, &intent.token);
        let fresh = Timestamp::now().duration_since(intent.since) < FRESH;
        let patience = if kind.traits().listed_late && fresh { LIST_LAG } else { Duration::ZERO };
        find(kind, &self.context(key), &Wanted { spec, claim: &claim, known }, patience).await
    }

    /// Asks the precious things that are to go, or were found, how much of people's data they hold.
    async fn count_holdings(&self, desired: &Desired, observed: &mut Observed) -> Result<(), ObserveError> {
        let recorded = observed.recorded.iter().filter_map(|(key, sight)| Some((key, sight.as_ref()?)));
        let recorded = recorded.filter(|(key, _)| desired.get(key).is_none());
        let found = observed.found.iter().filter_map(|(key, found)| match found {
            Found::Ours(sight) => Some((key, sight)),
            _ => None,
        });
        let mut holdings = BTreeMap::new();
        for (key, sight) in recorded.chain(found) {
            let kind = self.kind(key)?;
            if kind.traits().precious {
                let records = kind.holdings(&self.context(key), &sight.outputs).await;
                holdings.insert(key.clone(), records.map_err(|error| ObserveError { key: key.clone(), error })?);
            }
        }
        observed.holdings = holdings;
        Ok(())
    }

    fn kind(&self, key: &Key) -> Result<&dyn Erased<C>, ObserveError> {
        self.catalog.get(&key.kind).ok_or_else(|| ObserveError {
            key: key.clone(),
            error: ResourceError::refused(format!("this version of stackctl knows no kind `{}`", key.kind))
                .hint("use the version of stackctl that wrote the state, or a newer one"),
        })
    }

    pub(super) fn context<'k>(&'k self, key: &'k Key) -> Context<'k, C> {
        Context { cloud: self.cloud, key, events: self.events, interrupt: self.interrupt }
    }
}

/// What a search is for.
pub(super) struct Wanted<'a> {
    pub(super) spec: &'a Resolved,
    pub(super) claim: &'a Claim,
    pub(super) known: &'a [Value],
}

/// Searches once, and again until `patience` runs out while there is nothing.
pub(super) async fn find<C: Send + Sync>(
    kind: &dyn Erased<C>,
    context: &Context<'_, C>,
    wanted: &Wanted<'_>,
    patience: Duration,
) -> Result<Search, ResourceError> {
    let deadline = Instant::now() + patience;
    let mut told = false;
    loop {
        let found = kind.find(context, wanted.spec, wanted.claim, wanted.known).await?;
        if found != Found::Nothing || Instant::now() >= deadline {
            return Ok(found);
        }
        if !told {
            told = true;
            let seconds = patience.as_secs();
            context.waiting(format!("an interrupted run may have created it: looking for it for up to {seconds} s"));
        }
        context.wait(super::pause(Duration::from_secs(1)), "what an interrupted run may have created").await?;
    }
}

pub(super) fn claim(state: &State, key: &Key, token: &str) -> Claim {
    Claim { stack: state.stack.clone(), stage: state.stage.clone(), key: key.clone(), token: token.to_owned() }
}

/// The outputs already recorded under a key, which no search may find again. The present one counts only while it is
/// there: what is made in the place of one that is gone may have its very name.
pub(super) fn known(state: &State, key: &Key, present: bool) -> Vec<Value> {
    let Some(recorded) = state.resources.get(key) else { return Vec::new() };
    recorded.replaced.iter().chain(present.then_some(&recorded.outputs)).cloned().collect()
}

/// Outputs as far as they have been seen.
struct Seen<'a> {
    state: &'a State,
    observed: &'a Observed,
}

impl Lookup for Seen<'_> {
    fn output(&self, reference: &OutputRef) -> Option<Value> {
        let found = match self.observed.found.get(&reference.key) {
            Some(Found::Ours(sight)) => Some(&sight.outputs),
            _ => None,
        };
        let outputs = found.or_else(|| self.state.resources.get(&reference.key).map(|recorded| &recorded.outputs))?;
        outputs.get(&reference.output).cloned()
    }

    fn spec(&self, key: &Key) -> Option<&Value> {
        self.state.pending.get(key)?.spec.as_ref()
    }
}
