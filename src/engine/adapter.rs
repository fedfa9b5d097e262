//! The one adapter that hides the types of a kind from the engine.

use std::{collections::BTreeSet, marker::PhantomData};

use async_trait::async_trait;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{
    claim::{Claim, Discovered, Found, FoundJson, Live, LiveJson, Parent, Scope},
    context::StepContext,
    damage::wrong_member,
    erased::{Erased, ErasedCount, ErasedRestore},
    error::{ResourceError, Result},
    input::Resolved,
    resource::{Count, LiveVersion, Ownership as _, Promise, Resource, Restore, UserData},
    rules::KindRules,
};

/// Makes any [`Resource`] an [`Erased`].
pub(super) struct Adapter<R>(PhantomData<fn() -> R>);

impl<R: Resource> Adapter<R> {
    /// One for as long as the program runs.
    pub(super) const STATIC: &'static Self = &Self::new();

    /// There is nothing in it.
    pub(super) const fn new() -> Self {
        Self(PhantomData)
    }
}

#[async_trait]
impl<R: Resource> Erased<R::Clients> for Adapter<R> {
    fn traits(&self) -> KindRules {
        KindRules {
            kind: R::KIND,
            fields: R::FIELDS,
            replacement: R::REPLACEMENT,
            dies_with: R::DIES_WITH,
            precious: R::Promise::count().is_some(),
            listed_late: R::LISTED_LATE,
            serves: R::Promise::restore().map(ErasedRestore::output),
            live_setting: R::Promise::restore().map(ErasedRestore::setting),
            work: R::WORK,
        }
    }

    fn id(&self, outputs: &Value) -> Option<String> {
        serde_json::from_value(outputs.clone()).ok().map(|outputs| R::id(&outputs))
    }

    async fn read(&self, context: &StepContext<'_, R::Clients>, outputs: &Value, claim: &Claim) -> Result<FoundJson> {
        let outputs = typed::<R::Outputs>(outputs, "recorded outputs")?;
        Ok(erase::<R>(R::read(context, &outputs, claim).await?))
    }

    async fn find(
        &self,
        context: &StepContext<'_, R::Clients>,
        spec: &Resolved,
        claim: &Claim,
        known: &[Value],
    ) -> Result<FoundJson> {
        let spec = typed::<R::Spec>(spec.value(), "spec")?;
        let known = known.iter().map(|outputs| typed::<R::Outputs>(outputs, "recorded outputs"));
        let known = known.collect::<Result<Vec<_>, _>>()?;
        Ok(erase::<R>(R::find(context, &spec, claim, &known).await?))
    }

    async fn discover(
        &self,
        context: &StepContext<'_, R::Clients>,
        scope: &Scope,
        beneath: &[Value],
    ) -> Result<Discovered<Value, Value>> {
        let discovered = R::Ownership::discover(context, scope, beneath).await?.into_iter();
        Ok(discovered.map(|(claim, live)| (claim, sight::<R>(&live))).collect())
    }

    async fn create(&self, context: &StepContext<'_, R::Clients>, spec: &Resolved, claim: &Claim) -> Result<Value> {
        let outputs = R::create(context, &typed::<R::Spec>(spec.value(), "spec")?, claim).await?;
        Ok(plain(&outputs))
    }

    async fn update(
        &self,
        context: &StepContext<'_, R::Clients>,
        outputs: &Value,
        live: &Value,
        want: &Resolved,
    ) -> Result<Value> {
        let outputs = typed::<R::Outputs>(outputs, "recorded outputs")?;
        let live = typed::<R::Spec>(live, "live settings")?;
        let want = typed::<R::Spec>(want.value(), "spec")?;
        Ok(plain(&R::update(context, &outputs, &live, &want).await?))
    }

    async fn delete(&self, context: &StepContext<'_, R::Clients>, outputs: &Value) -> Result<()> {
        R::delete(context, &typed::<R::Outputs>(outputs, "recorded outputs")?).await
    }

    fn parent(&self, live: &Value) -> Option<Parent> {
        R::Ownership::parent(&typed::<R::Spec>(live, "live settings").ok()?)
    }

    fn live(&self) -> Option<&dyn ErasedRestore<R::Clients>> {
        R::Promise::restore().map(|kind| kind as _)
    }

    fn data(&self) -> Option<&dyn ErasedCount<R::Clients>> {
        R::Promise::count().map(|kind| kind as _)
    }
}

#[async_trait]
impl<R: Restore> ErasedRestore<R::Clients> for Adapter<R> {
    fn output(&self) -> &'static str {
        R::LIVE
    }

    fn setting(&self) -> &'static str {
        R::SETTING
    }

    async fn restore(&self, context: &StepContext<'_, R::Clients>, outputs: &Value, version: &str) -> Result<Value> {
        let outputs = typed::<R::Outputs>(outputs, "recorded outputs")?;
        Ok(plain(&R::restore(context, &outputs, version).await?))
    }

    async fn still_has(&self, context: &StepContext<'_, R::Clients>, outputs: &Value, version: &str) -> Result<bool> {
        R::still_has(context, &typed::<R::Outputs>(outputs, "recorded outputs")?, version).await
    }

    async fn prune(
        &self,
        context: &StepContext<'_, R::Clients>,
        outputs: &Value,
        kept: &BTreeSet<String>,
    ) -> Result<()> {
        R::prune(context, &typed::<R::Outputs>(outputs, "recorded outputs")?, kept).await
    }
}

#[async_trait]
impl<R: Count> ErasedCount<R::Clients> for Adapter<R> {
    async fn count(&self, context: &StepContext<'_, R::Clients>, outputs: &Value) -> Result<u64> {
        R::count(context, &typed::<R::Outputs>(outputs, "recorded outputs")?).await
    }
}

fn erase<R: Resource>(found: Found<R::Outputs, R::Spec>) -> FoundJson {
    match found {
        Found::Nothing => Found::Nothing,
        Found::Ours(live) => Found::Ours(sight::<R>(&live)),
        Found::NotOurs(unmanaged) => Found::NotOurs(unmanaged),
    }
}

fn sight<R: Resource>(live: &Live<R::Outputs, R::Spec>) -> LiveJson {
    Live { outputs: plain(&live.outputs), spec: plain(&live.spec) }
}

fn plain(value: &impl Serialize) -> Value {
    serde_json::to_value(value).expect("specs and outputs are plain data")
}

fn typed<T: DeserializeOwned>(value: &Value, what: &str) -> Result<T> {
    T::deserialize(value)
        .map_err(|error| ResourceError::refused(format!("the {what} cannot be read: {}", wrong_member(&error))))
}

impl<R: Restore> Promise<R> for LiveVersion {
    fn restore() -> Option<&'static dyn ErasedRestore<R::Clients>> {
        Some(Adapter::<R>::STATIC)
    }
}

impl<R: Count> Promise<R> for UserData {
    fn count() -> Option<&'static dyn ErasedCount<R::Clients>> {
        Some(Adapter::<R>::STATIC)
    }
}
