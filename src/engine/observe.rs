//! Looks at what is there: reads what is recorded, finds what an interruption may have left. Writes nothing.

use std::{collections::BTreeMap, time::Duration};

use futures_util::{StreamExt as _, TryStreamExt as _, stream, stream::FuturesUnordered};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio::time::Instant;

use super::{
    claim::{Claim, Found, FoundJson, LiveJson},
    context::StepContext,
    desired::Desired,
    erased::Erased,
    error::{ResourceError, Result},
    handle::Engine,
    input::{Lookup, OutputRef, Resolved},
    key::Key,
    record::{Intent, State},
    slots::{Slot, Slots},
};

/// How long a created thing may be missing from AWS's lists before it counts as not there.
pub(super) const LIST_LAG: Duration = Duration::from_secs(10);

/// How old an intent may be for its thing to be missing from the lists only for that reason.
const FRESH: SignedDuration = SignedDuration::from_mins(10);

/// What a look at the cloud came to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Observed {
    /// What was recorded, as it is now. What is beneath a thing that is gone, or has another owner by now, is gone.
    pub recorded: BTreeMap<Key, FoundJson>,
    /// The old ones of interrupted replacements: as they are recorded, and as they are now.
    pub replaced: BTreeMap<Key, Vec<(Value, FoundJson)>>,
    /// What was looked for because an intent says that it may exist.
    pub found: BTreeMap<Key, FoundJson>,
    /// How many user records the precious things hold that are to go, or were found.
    pub holdings: BTreeMap<Key, u64>,
}

/// A thing that could not be looked at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {error}")]
pub struct ObserveError {
    pub key: Key,
    pub error: ResourceError,
}

impl<C: Send + Sync + 'static> Engine<'_, C> {
    /// Looks at everything that is recorded or may exist. `desired` tells which precious things are to go: these are
    /// asked what they hold.
    ///
    /// # Errors
    /// When a thing cannot be read, or its kind is not known.
    pub async fn observe(&self, state: &State, desired: &Desired) -> Result<Observed, ObserveError> {
        let mut observed = self.observe_recorded(state).await?;
        self.find_pending(state, &mut observed).await?;
        self.count_holdings(desired, &mut observed).await?;
        Ok(observed)
    }

    /// Looks at everything that is recorded, and asks each thing whether it is ours.
    ///
    /// # Errors
    /// When a thing cannot be read, or its kind is not known.
    pub(super) async fn observe_recorded(&self, state: &State) -> Result<Observed, ObserveError> {
        let slots = &Slots::new(self.parallel);
        let reads: FuturesUnordered<_> = state
            .resources
            .iter()
            .map(|(key, recorded)| async move {
                let slot = slots.enter(self.kind(key)?.traits().work).await;
                let found =
                    self.read(state, (key, Some(&slot)), (&recorded.outputs, recorded.token.as_deref())).await?;
                Ok((key.clone(), found))
            })
            .collect();
        let recorded = reads.try_collect().await?;
        let mut observed = Observed { recorded, ..Observed::default() };
        self.bury_children(state, &mut observed);
        self.observe_replaced(state, &mut observed).await?;
        self.disown_children(&mut observed);
        Ok(observed)
    }

    pub(super) async fn read(
        &self,
        state: &State,
        (key, slot): (&Key, Option<&Slot<'_>>),
        (outputs, token): (&Value, Option<&str>),
    ) -> Result<FoundJson, ObserveError> {
        let context = StepContext { slot, ..self.context(key) };
        let found = self.kind(key)?.read(&context, outputs, &claim(state, key, token)).await;
        found.map_err(|error| ObserveError { key: key.clone(), error })
    }

    /// Finds what the intents say may exist, parents before what lives beneath them.
    async fn find_pending(&self, state: &State, observed: &mut Observed) -> Result<(), ObserveError> {
        let mut open: BTreeMap<&Key, &Intent> =
            state.pending.iter().filter(|(_, intent)| intent.spec.is_some()).collect();
        loop {
            let ready =
                |key: &Key, intent: &Intent| self.parents(key, &intent.needs).all(|one| !open.contains_key(one));
            let searches: Vec<_> = open
                .iter()
                .filter(|(key, intent)| ready(key, intent))
                .filter_map(|(key, intent)| {
                    let lookup = KnownOutputs { state, observed };
                    Some((*key, *intent, Resolved::new(intent.spec.as_ref()?, &lookup)?))
                })
                .collect();
            if searches.is_empty() {
                return Ok(());
            }
            open.retain(|key, _| searches.iter().all(|(searched, ..)| searched != key));
            let seen = &*observed;
            let searches = searches.iter().map(|(key, intent, spec)| async move {
                let found = self.find_beneath_ours(state, seen, (key, intent), spec).await;
                found.map(|found| ((*key).clone(), found)).map_err(|error| ObserveError { key: (*key).clone(), error })
            });
            let found: Vec<_> = stream::iter(searches).buffer_unordered(self.parallel.max(1)).try_collect().await?;
            let found = found.into_iter().map(|(key, found)| (self.proven(observed, &key, &found), key));
            let found: Vec<_> = found.map(|(found, key)| (key, found)).collect();
            observed.found.extend(found);
        }
    }

    /// Looks for a thing, unless what it would live on is not ours: then there is none of ours.
    async fn find_beneath_ours(
        &self,
        state: &State,
        observed: &Observed,
        (key, intent): (&Key, &Intent),
        spec: &Resolved,
    ) -> Result<FoundJson> {
        if self.parents(key, &intent.needs).any(|parent| observed.ours(parent).is_none()) {
            return Ok(Found::Nothing);
        }
        let known = known(state, key, |key| observed.recorded.get(key).and_then(Found::ours).is_some());
        self.find_listed_late(state, key, intent, (spec, &known)).await
    }

    async fn find_listed_late(
        &self,
        state: &State,
        key: &Key,
        intent: &Intent,
        (spec, known): (&Resolved, &[Value]),
    ) -> Result<FoundJson> {
        let kind = self.known_kind(key)?;
        let claim = claim(state, key, Some(&intent.token));
        let fresh = Timestamp::now().duration_since(intent.since) < FRESH;
        let timeout = if kind.traits().listed_late && fresh { LIST_LAG } else { Duration::ZERO };
        find(kind, &self.context(key), &Wanted { spec, claim: &claim, known }, timeout).await
    }

    /// Asks the precious things that are to go, or were found, how much user data they hold.
    async fn count_holdings(&self, desired: &Desired, observed: &mut Observed) -> Result<(), ObserveError> {
        let ours = |(key, found)| Some((key, Found::ours(found)?));
        let recorded = observed.recorded.iter().filter_map(ours).filter(|(key, _)| desired.get(key).is_none());
        let found = observed.found.iter().filter_map(ours);
        let mut holdings = BTreeMap::new();
        for (key, sight) in recorded.chain(found) {
            if let Some(data) = self.kind(key)?.data() {
                let records = data.count(&self.context(key), &sight.outputs).await;
                holdings.insert(key.clone(), records.map_err(|error| ObserveError { key: key.clone(), error })?);
            }
        }
        observed.holdings = holdings;
        Ok(())
    }

    pub(super) fn kind(&self, key: &Key) -> Result<&dyn Erased<C>, ObserveError> {
        self.known_kind(key).map_err(|error| ObserveError { key: key.clone(), error })
    }

    /// The kind of a thing; the error knows nothing of the thing.
    pub(super) fn known_kind(&self, key: &Key) -> Result<&dyn Erased<C>> {
        self.catalog.get(&key.kind).ok_or_else(|| {
            ResourceError::refused(format!("this version of stackctl does not know the kind `{}`", key.kind))
                .hint("use the version of stackctl that wrote the state, or a newer one")
        })
    }

    pub(super) fn context<'k>(&'k self, key: &'k Key) -> StepContext<'k, C> {
        StepContext { cloud: self.cloud, key, events: self.events, interrupt: self.interrupt, slot: None }
    }
}

/// What a search is for.
pub(super) struct Wanted<'a> {
    pub(super) spec: &'a Resolved,
    pub(super) claim: &'a Claim,
    pub(super) known: &'a [Value],
}

/// Searches once, and again until `timeout` runs out while there is nothing.
pub(super) async fn find<C: Send + Sync>(
    kind: &dyn Erased<C>,
    context: &StepContext<'_, C>,
    wanted: &Wanted<'_>,
    timeout: Duration,
) -> Result<FoundJson> {
    let late = Late {
        timeout,
        because: "an interrupted run may have created it",
        what: "what an interrupted run may have created",
    };
    let look = || kind.find(context, wanted.spec, wanted.claim, wanted.known);
    look_until(context, &late, look, |found| *found != Found::Nothing).await
}

/// What may be listed late.
pub(super) struct Late<'a> {
    /// For how long.
    pub(super) timeout: Duration,
    /// Why it may be there all the same, for the user.
    pub(super) because: &'a str,
    pub(super) what: &'a str,
}

/// Looks once, and again until the timeout runs out while that does not find `enough`.
pub(super) async fn look_until<C: Send + Sync, T, F>(
    context: &StepContext<'_, C>,
    late: &Late<'_>,
    look: impl Fn() -> F,
    enough: impl Fn(&T) -> bool,
) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    let Late { timeout, because, what } = late;
    let deadline = Instant::now() + *timeout;
    let mut noted = false;
    loop {
        let found = look().await?;
        if enough(&found) || Instant::now() >= deadline {
            return Ok(found);
        }
        if !noted {
            noted = true;
            context.waiting(format!("{because}: looking for it for up to {} s", timeout.as_secs()));
        }
        context.wait(super::clock::pause(Duration::from_secs(1)), what).await?;
    }
}

pub(super) fn claim(state: &State, key: &Key, token: Option<&str>) -> Claim {
    let token = token.map(str::to_owned);
    Claim { stack: state.stack.clone(), stage: state.stage.clone(), key: key.clone(), token }
}

/// The outputs already recorded of things of a kind, which no search may find again. The present ones count only while
/// they are `there`: what is made in the place of one that is gone may have its very name.
pub(super) fn known(state: &State, key: &Key, there: impl Fn(&Key) -> bool) -> Vec<Value> {
    let same_kind = state.resources.iter().filter(|(other, _)| other.kind == key.kind);
    let outputs = same_kind
        .flat_map(|(other, recorded)| recorded.replaced.iter().chain(there(other).then_some(&recorded.outputs)));
    outputs.cloned().collect()
}

impl Observed {
    /// A thing of ours as it was found, or else as it was recorded and is there.
    fn ours(&self, key: &Key) -> Option<&LiveJson> {
        let found = self.found.get(key).and_then(Found::ours);
        found.or_else(|| self.recorded.get(key)?.ours())
    }
}

/// Outputs as far as they have been seen.
struct KnownOutputs<'a> {
    state: &'a State,
    observed: &'a Observed,
}

impl Lookup for KnownOutputs<'_> {
    fn output(&self, reference: &OutputRef) -> Option<Value> {
        let found = self.observed.found.get(&reference.key).and_then(Found::ours).map(|sight| &sight.outputs);
        let outputs = found.or_else(|| self.state.resources.get(&reference.key).map(|recorded| &recorded.outputs))?;
        outputs.get(&reference.output).cloned()
    }

    fn spec(&self, key: &Key) -> Option<&Value> {
        self.state.pending.get(key)?.spec.as_ref()
    }
}
