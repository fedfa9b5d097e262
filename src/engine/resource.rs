//! What a kind of resource must be able to do. What a promise needs has no default: a kind says how it is known to be the
//! stack's and what it promises, and the compiler asks it for all that this takes.

use std::{collections::BTreeSet, fmt::Debug, future::Future};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{
    claim::{Claim, Discovered, Found, Parent, Scope},
    context::StepContext,
    erased::{ErasedCount, ErasedRestore},
    error::Result,
    field::Field,
    key::Kind,
    rules::{Replacement, Work},
};

/// What every kind of resource must do. Implementors never print, never retry a whole step and know nothing of state or
/// plan.
pub trait Resource: Send + Sync + Sized + 'static {
    /// The name in keys.
    const KIND: Kind;
    /// Every top-level field of the spec, and how AWS treats it.
    const FIELDS: &'static [Field];
    /// How a replacement goes.
    const REPLACEMENT: Replacement;
    /// Kinds whose deletion takes this one with it.
    const DIES_WITH: &'static [Kind];
    /// Whether a new one can be missing from the lists that `find` reads, so that `find` is asked again for a while.
    const LISTED_LATE: bool;
    /// What its steps ask of AWS.
    const WORK: Work = Work::LIGHT;

    /// How a thing of this kind is known to be the stack's: [`ByTags`] or [`ByParent`].
    type Ownership: Ownership<Self>;
    /// What it promises beyond its settings: [`Plain`], [`LiveVersion`] or [`UserData`].
    type Promise: Promise<Self>;
    /// The clients it calls.
    type Clients: Send + Sync;
    /// Its settings.
    type Spec: Serialize + DeserializeOwned + Debug + Send + Sync;
    /// Its ids.
    type Outputs: Serialize + DeserializeOwned + Debug + Send + Sync;

    /// What a user calls it: an id, a name or an ARN out of its outputs.
    fn id(outputs: &Self::Outputs) -> String;

    /// Reads it by what was recorded. Where AWS has tags, it is ours only with the claim under which it was made: one
    /// that is gone may have left its name to another owner.
    fn read(
        context: &StepContext<'_, Self::Clients>,
        outputs: &Self::Outputs,
        claim: &Claim,
    ) -> impl Future<Output = Result<FoundOf<Self>>> + Send;

    /// Finds what an interrupted create may have left behind. `known` are those already recorded, never to be found
    /// again; the values of secret fields in `spec` are digests.
    fn find(
        context: &StepContext<'_, Self::Clients>,
        spec: &Self::Spec,
        claim: &Claim,
        known: &[Self::Outputs],
    ) -> impl Future<Output = Result<FoundOf<Self>>> + Send;

    /// Creates it. The call that carries the claim comes first; what an interruption leaves undone is for `read` to
    /// report as a difference.
    fn create(
        context: &StepContext<'_, Self::Clients>,
        spec: &Self::Spec,
        claim: &Claim,
    ) -> impl Future<Output = Result<Self::Outputs>> + Send;

    /// Changes it from `live` to `want`.
    fn update(
        context: &StepContext<'_, Self::Clients>,
        outputs: &Self::Outputs,
        live: &Self::Spec,
        want: &Self::Spec,
    ) -> impl Future<Output = Result<Self::Outputs>> + Send;

    /// Deletes it; already gone is success.
    fn delete(
        context: &StepContext<'_, Self::Clients>,
        outputs: &Self::Outputs,
    ) -> impl Future<Output = Result<()>> + Send;
}

/// A [`Found`] of a kind.
pub type FoundOf<R> = Found<<R as Resource>::Outputs, <R as Resource>::Spec>;

/// What a kind whose things carry the claim in their own tags must do: `read` and `find` compare them, and a state that
/// is missing is rebuilt from them.
pub trait Discover: Resource<Ownership = ByTags> {
    /// Finds everything of this kind that carries a claim of the stack, be it of a thing that no configuration knows any
    /// more. `beneath` are the ids of what was found of the kinds that it dies with.
    fn discover(
        context: &StepContext<'_, Self::Clients>,
        scope: &Scope,
        beneath: &[Value],
    ) -> impl Future<Output = Result<Discovered<Self::Outputs, Self::Spec>>> + Send;
}

/// What a kind without tags must do: name the thing beneath which it lives. It is the stack's because that one is, which is
/// looked at and never taken from the state.
pub trait Beneath: Resource<Ownership = ByParent> {
    /// The kind of the parent.
    const PARENT: Kind;
    /// The output of the parent that [`parent`](Self::parent) is compared with.
    const PARENT_OUTPUT: &'static str;

    /// The parent of a live one. It must be the very one through which the thing is read, changed and deleted.
    fn parent(live: &Self::Spec) -> &str;
}

/// What a kind with a live version must do.
pub trait Restore: Resource<Promise = LiveVersion> {
    /// The output that says what callers of the stack get of it, a text.
    const LIVE: &'static str;
    /// The setting that says whether the live version is the one of the other settings.
    const SETTING: &'static str;

    /// Makes a `version` live that was live before, without changing any setting; answers its outputs then.
    fn restore(
        context: &StepContext<'_, Self::Clients>,
        outputs: &Self::Outputs,
        version: &str,
    ) -> impl Future<Output = Result<Self::Outputs>> + Send;

    /// Says whether a `version` that was live before is still there to be made live again.
    fn still_has(
        context: &StepContext<'_, Self::Clients>,
        outputs: &Self::Outputs,
        version: &str,
    ) -> impl Future<Output = Result<bool>> + Send;

    /// Deletes the versions of ours but for those `kept` and those that are still used outside the stack.
    fn prune(
        context: &StepContext<'_, Self::Clients>,
        outputs: &Self::Outputs,
        kept: &BTreeSet<String>,
    ) -> impl Future<Output = Result<()>> + Send;
}

/// What a kind that holds user data must do. Replacing or deleting it loses them.
pub trait Count: Resource<Promise = UserData> {
    /// Counts exactly how many user records it holds.
    fn count(
        context: &StepContext<'_, Self::Clients>,
        outputs: &Self::Outputs,
    ) -> impl Future<Output = Result<u64>> + Send;
}

/// How a thing is known to be the stack's, whatever the state says.
pub trait Ownership<R: Resource> {
    /// Everything that carries a claim of the stack.
    fn discover(
        context: &StepContext<'_, R::Clients>,
        scope: &Scope,
        beneath: &[Value],
    ) -> impl Future<Output = Result<Discovered<R::Outputs, R::Spec>>> + Send;

    /// The thing that proves it; `None` where its own tags do.
    fn parent(live: &R::Spec) -> Option<Parent>;
}

/// By the claim in its own tags.
#[derive(Debug)]
pub struct ByTags;

/// By the thing beneath which it lives.
#[derive(Debug)]
pub struct ByParent;

impl<R: Discover> Ownership<R> for ByTags {
    fn discover(
        context: &StepContext<'_, R::Clients>,
        scope: &Scope,
        beneath: &[Value],
    ) -> impl Future<Output = Result<Discovered<R::Outputs, R::Spec>>> + Send {
        <R as Discover>::discover(context, scope, beneath)
    }

    fn parent(_live: &R::Spec) -> Option<Parent> {
        None
    }
}

impl<R: Beneath> Ownership<R> for ByParent {
    async fn discover(
        _context: &StepContext<'_, R::Clients>,
        _scope: &Scope,
        _beneath: &[Value],
    ) -> Result<Discovered<R::Outputs, R::Spec>> {
        Ok(Vec::new())
    }

    fn parent(live: &R::Spec) -> Option<Parent> {
        Some(Parent { kind: R::PARENT, output: R::PARENT_OUTPUT, id: R::parent(live).to_owned() })
    }
}

/// What a kind promises beyond its settings.
pub trait Promise<R: Resource> {
    /// How an earlier version is made live again, for a kind that has one.
    #[must_use]
    fn restore() -> Option<&'static dyn ErasedRestore<R::Clients>> {
        None
    }

    /// How user data is counted, for a kind that holds some.
    #[must_use]
    fn count() -> Option<&'static dyn ErasedCount<R::Clients>> {
        None
    }
}

/// Nothing: it can be made again from the config, and callers notice no change of it.
#[derive(Debug)]
pub struct Plain;

/// Callers get a version of it, and an earlier one can be made live again.
#[derive(Debug)]
pub struct LiveVersion;

/// It holds user data, which is deleted only when its exact number was given.
#[derive(Debug)]
pub struct UserData;

impl<R: Resource> Promise<R> for Plain {}
