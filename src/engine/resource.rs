//! What a kind of resource must be able to do, and the one adapter that hides its types from the engine.

use std::{collections::BTreeSet, fmt::Debug, future::Future};

use async_trait::async_trait;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{Claim, Context, Found, Immutable, Kind, Live, Scope, error::ResourceError, input::Resolved};

/// Whether a replacement makes the new thing before it removes the old one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replacement {
    /// Both can exist at once: what depends on the old one moves over before it goes.
    CreateFirst,
    /// They would share a name: the old one goes first.
    DeleteFirst,
}

/// A kind of resource. Implementors never print, never retry a whole step and know nothing of state or plan.
pub trait Resource: Send + Sync + 'static {
    /// The name in keys.
    const KIND: Kind;
    /// Top-level fields of the spec that AWS cannot change in place.
    const IMMUTABLE: &'static [Immutable] = &[];
    /// How a replacement goes.
    const REPLACEMENT: Replacement = Replacement::DeleteFirst;
    /// Kinds whose deletion takes this one with it.
    const DIES_WITH: &'static [Kind] = &[];
    /// Whether deleting or replacing it loses people's data.
    const PRECIOUS: bool = false;
    /// Top-level fields of the spec whose values are never shown nor recorded.
    const SECRET: &'static [&'static str] = &[];
    /// Whether a new one can be missing from the lists that `find` reads, so that `find` is asked with patience.
    const LISTED_LATE: bool = false;
    /// The output that says what callers of the stack get of it, a text; none where they notice no change of it. What it
    /// said before can be put back.
    const SERVES: Option<&'static str> = None;

    /// The clients it calls.
    type Cloud: Send + Sync;
    /// Its settings.
    type Spec: Serialize + DeserializeOwned + Debug + Send + Sync;
    /// Its ids.
    type Outputs: Serialize + DeserializeOwned + Debug + Send + Sync;

    /// What a person calls it: an id, a name or an ARN out of its outputs.
    fn id(outputs: &Self::Outputs) -> String;

    /// Reads it by what was recorded. Where AWS has tags, it is ours only with the claim under which it was made: one
    /// that is gone may have left its name to somebody else.
    fn read(
        context: &Context<'_, Self::Cloud>,
        outputs: &Self::Outputs,
        claim: &Claim,
    ) -> impl Future<Output = Result<Found<Self::Outputs, Self::Spec>, ResourceError>> + Send;

    /// Finds what an interrupted create may have left behind. `known` are those already recorded, never to be found
    /// again; the values of secret fields in `spec` are digests.
    fn find(
        context: &Context<'_, Self::Cloud>,
        spec: &Self::Spec,
        claim: &Claim,
        known: &[Self::Outputs],
    ) -> impl Future<Output = Result<Found<Self::Outputs, Self::Spec>, ResourceError>> + Send;

    /// Finds everything of this kind that carries a claim of the stack, be it of a thing that no configuration knows any
    /// more. `beneath` are the ids of what was found of the kinds that it dies with. A kind without tags finds nothing
    /// here: its things are found by [`find`](Self::find).
    #[must_use]
    fn discover(
        context: &Context<'_, Self::Cloud>,
        scope: &Scope,
        beneath: &[Value],
    ) -> impl Future<Output = Result<Discovered<Self::Outputs, Self::Spec>, ResourceError>> + Send {
        let _ = (context, scope, beneath);
        async { Ok(Vec::new()) }
    }

    /// Creates it. The call that carries the claim comes first; what an interruption leaves undone is for `read` to
    /// report as a difference.
    fn create(
        context: &Context<'_, Self::Cloud>,
        spec: &Self::Spec,
        claim: &Claim,
    ) -> impl Future<Output = Result<Self::Outputs, ResourceError>> + Send;

    /// Changes it from `live` to `want`.
    fn update(
        context: &Context<'_, Self::Cloud>,
        outputs: &Self::Outputs,
        live: &Self::Spec,
        want: &Self::Spec,
    ) -> impl Future<Output = Result<Self::Outputs, ResourceError>> + Send;

    /// Deletes it; already gone is success.
    fn delete(
        context: &Context<'_, Self::Cloud>,
        outputs: &Self::Outputs,
    ) -> impl Future<Output = Result<(), ResourceError>> + Send;

    /// Lets it serve what it `served` before, without changing any setting; answers its outputs then. Asked of kinds
    /// that serve only.
    fn put_back(
        context: &Context<'_, Self::Cloud>,
        outputs: &Self::Outputs,
        served: &str,
    ) -> impl Future<Output = Result<Self::Outputs, ResourceError>> + Send {
        let _ = (context, outputs, served);
        async { Err(ResourceError::refused("it serves nothing")) }
    }

    /// Says whether what it `served` before is still there to be put back. Asked of kinds that serve only.
    fn still_has(
        context: &Context<'_, Self::Cloud>,
        outputs: &Self::Outputs,
        served: &str,
    ) -> impl Future<Output = Result<bool, ResourceError>> + Send {
        let _ = (context, outputs, served);
        async { Err(ResourceError::refused("it serves nothing")) }
    }

    /// Deletes what it has served, but for what is `kept` and what somebody else still uses. Asked of kinds that serve
    /// only.
    fn prune(
        context: &Context<'_, Self::Cloud>,
        outputs: &Self::Outputs,
        kept: &BTreeSet<String>,
    ) -> impl Future<Output = Result<(), ResourceError>> + Send {
        let _ = (context, outputs, kept);
        async { Ok(()) }
    }

    /// Counts exactly how many records of people's data it holds; asked of precious kinds only.
    fn holdings(
        context: &Context<'_, Self::Cloud>,
        outputs: &Self::Outputs,
    ) -> impl Future<Output = Result<u64, ResourceError>> + Send {
        let _ = (context, outputs);
        async { Ok(0) }
    }
}

/// Things with the claims that they carry.
pub type Discovered<O, S> = Vec<(Claim, Live<O, S>)>;

/// A live thing as JSON.
pub type Sight = Live<Value, Value>;

/// What a read or a search came to, as JSON.
pub type Search = Found<Value, Value>;

/// What the engine asks of a kind without knowing its types.
#[async_trait]
pub trait Erased<C>: Send + Sync {
    /// The fixed properties.
    fn traits(&self) -> Traits;
    /// [`Resource::id`]; `None` when the outputs are not of this kind.
    fn id(&self, outputs: &Value) -> Option<String>;
    /// [`Resource::read`].
    async fn read(&self, context: &Context<'_, C>, outputs: &Value, claim: &Claim) -> Result<Search, ResourceError>;
    /// [`Resource::find`].
    async fn find(
        &self,
        context: &Context<'_, C>,
        spec: &Resolved,
        claim: &Claim,
        known: &[Value],
    ) -> Result<Search, ResourceError>;
    /// [`Resource::discover`].
    async fn discover(
        &self,
        context: &Context<'_, C>,
        scope: &Scope,
        beneath: &[Value],
    ) -> Result<Discovered<Value, Value>, ResourceError>;
    /// [`Resource::create`].
    async fn create(&self, context: &Context<'_, C>, spec: &Resolved, claim: &Claim) -> Result<Value, ResourceError>;
    /// [`Resource::update`].
    async fn update(
        &self,
        context: &Context<'_, C>,
        outputs: &Value,
        live: &Value,
        want: &Resolved,
    ) -> Result<Value, ResourceError>;
    /// [`Resource::delete`].
    async fn delete(&self, context: &Context<'_, C>, outputs: &Value) -> Result<(), ResourceError>;
    /// [`Resource::put_back`].
    async fn put_back(&self, context: &Context<'_, C>, outputs: &Value, served: &str) -> Result<Value, ResourceError>;
    /// [`Resource::still_has`].
    async fn still_has(&self, context: &Context<'_, C>, outputs: &Value, served: &str) -> Result<bool, ResourceError>;
    /// [`Resource::prune`].
    async fn prune(
        &self,
        context: &Context<'_, C>,
        outputs: &Value,
        kept: &BTreeSet<String>,
    ) -> Result<(), ResourceError>;
    /// [`Resource::holdings`].
    async fn holdings(&self, context: &Context<'_, C>, outputs: &Value) -> Result<u64, ResourceError>;
}

/// The fixed properties of a kind; see the constants of [`Resource`].
#[derive(Debug, Clone)]
pub struct Traits {
    /// [`Resource::KIND`].
    pub kind: Kind,
    /// [`Resource::IMMUTABLE`].
    pub immutable: &'static [Immutable],
    /// [`Resource::REPLACEMENT`].
    pub replacement: Replacement,
    /// [`Resource::DIES_WITH`].
    pub dies_with: &'static [Kind],
    /// [`Resource::PRECIOUS`].
    pub precious: bool,
    /// [`Resource::SECRET`].
    pub secret: &'static [&'static str],
    /// [`Resource::LISTED_LATE`].
    pub listed_late: bool,
    /// [`Resource::SERVES`].
    pub serves: Option<&'static str>,
}

/// Makes any [`Resource`] an [`Erased`].
pub(crate) struct Adapter<R>(pub(crate) std::marker::PhantomData<fn() -> R>);

#[async_trait]
impl<R: Resource> Erased<R::Cloud> for Adapter<R> {
    fn traits(&self) -> Traits {
        Traits {
            kind: R::KIND,
            immutable: R::IMMUTABLE,
            replacement: R::REPLACEMENT,
            dies_with: R::DIES_WITH,
            precious: R::PRECIOUS,
            secret: R::SECRET,
            listed_late: R::LISTED_LATE,
            serves: R::SERVES,
        }
    }

    fn id(&self, outputs: &Value) -> Option<String> {
        serde_json::from_value(outputs.clone()).ok().map(|outputs| R::id(&outputs))
    }

    async fn read(
        &self,
        context: &Context<'_, R::Cloud>,
        outputs: &Value,
        claim: &Claim,
    ) -> Result<Search, ResourceError> {
        let outputs = typed::<R::Outputs>(outputs, "recorded outputs")?;
        Ok(erase::<R>(R::read(context, &outputs, claim).await?))
    }

    async fn find(
        &self,
        context: &Context<'_, R::Cloud>,
        spec: &Resolved,
        claim: &Claim,
        known: &[Value],
    ) -> Result<Search, ResourceError> {
        let spec = typed::<R::Spec>(spec.value(), "spec")?;
        let known = known.iter().map(|outputs| typed::<R::Outputs>(outputs, "recorded outputs"));
        let known = known.collect::<Result<Vec<_>, _>>()?;
        Ok(erase::<R>(R::find(context, &spec, claim, &known).await?))
    }

    async fn discover(
        &self,
        context: &Context<'_, R::Cloud>,
        scope: &Scope,
        beneath: &[Value],
    ) -> Result<Discovered<Value, Value>, ResourceError> {
        let discovered = R::discover(context, scope, beneath).await?.into_iter();
        Ok(discovered.map(|(claim, live)| (claim, sight::<R>(&live))).collect())
    }

    async fn create(
        &self,
        context: &Context<'_, R::Cloud>,
        spec: &Resolved,
        claim: &Claim,
    ) -> Result<Value, ResourceError> {
        let outputs = R::create(context, &typed::<R::Spec>(spec.value(), "spec")?, claim).await?;
        Ok(plain(&outputs))
    }

    async fn update(
        &self,
        context: &Context<'_, R::Cloud>,
        outputs: &Value,
        live: &Value,
        want: &Resolved,
    ) -> Result<Value, ResourceError> {
        let outputs = typed::<R::Outputs>(outputs, "recorded outputs")?;
        let live = typed::<R::Spec>(live, "live settings")?;
        let want = typed::<R::Spec>(want.value(), "spec")?;
        Ok(plain(&R::update(context, &outputs, &live, &want).await?))
    }

    async fn delete(&self, context: &Context<'_, R::Cloud>, outputs: &Value) -> Result<(), ResourceError> {
        R::delete(context, &typed::<R::Outputs>(outputs, "recorded outputs")?).await
    }

    async fn put_back(
        &self,
        context: &Context<'_, R::Cloud>,
        outputs: &Value,
        served: &str,
    ) -> Result<Value, ResourceError> {
        let outputs = typed::<R::Outputs>(outputs, "recorded outputs")?;
        Ok(plain(&R::put_back(context, &outputs, served).await?))
    }

    async fn still_has(
        &self,
        context: &Context<'_, R::Cloud>,
        outputs: &Value,
        served: &str,
    ) -> Result<bool, ResourceError> {
        R::still_has(context, &typed::<R::Outputs>(outputs, "recorded outputs")?, served).await
    }

    async fn prune(
        &self,
        context: &Context<'_, R::Cloud>,
        outputs: &Value,
        kept: &BTreeSet<String>,
    ) -> Result<(), ResourceError> {
        R::prune(context, &typed::<R::Outputs>(outputs, "recorded outputs")?, kept).await
    }

    async fn holdings(&self, context: &Context<'_, R::Cloud>, outputs: &Value) -> Result<u64, ResourceError> {
        R::holdings(context, &typed::<R::Outputs>(outputs, "recorded outputs")?).await
    }
}

fn erase<R: Resource>(found: Found<R::Outputs, R::Spec>) -> Search {
    match found {
        Found::Nothing => Found::Nothing,
        Found::Ours(live) => Found::Ours(sight::<R>(&live)),
        Found::NotOurs(foreign) => Found::NotOurs(foreign),
    }
}

fn sight<R: Resource>(live: &Live<R::Outputs, R::Spec>) -> Sight {
    Live { outputs: plain(&live.outputs), spec: plain(&live.spec) }
}

fn plain(value: &impl Serialize) -> Value {
    serde_json::to_value(value).expect("specs and outputs are plain data")
}

fn typed<T: DeserializeOwned>(value: &Value, what: &str) -> Result<T, ResourceError> {
    T::deserialize(value).map_err(|error| ResourceError::refused(format!("the {what} cannot be read: {error}")))
}
