//! What the engine asks of a kind without knowing its types.

use std::collections::BTreeSet;

use async_trait::async_trait;
use serde_json::Value;

use super::{
    claim::{Claim, Discovered, FoundJson, Parent, Scope},
    context::StepContext,
    error::Result,
    input::Resolved,
    rules::KindRules,
};

/// What the engine asks of a kind without knowing its types.
#[async_trait]
pub trait Erased<C>: Send + Sync {
    /// The fixed properties.
    fn traits(&self) -> KindRules;
    /// `Resource::id`; `None` when the outputs are not of this kind.
    fn id(&self, outputs: &Value) -> Option<String>;
    /// `Resource::read`.
    async fn read(&self, context: &StepContext<'_, C>, outputs: &Value, claim: &Claim) -> Result<FoundJson>;
    /// `Resource::find`.
    async fn find(
        &self,
        context: &StepContext<'_, C>,
        spec: &Resolved,
        claim: &Claim,
        known: &[Value],
    ) -> Result<FoundJson>;
    /// [`Discover::discover`](super::Discover::discover).
    async fn discover(
        &self,
        context: &StepContext<'_, C>,
        scope: &Scope,
        beneath: &[Value],
    ) -> Result<Discovered<Value, Value>>;
    /// `Resource::create`.
    async fn create(&self, context: &StepContext<'_, C>, spec: &Resolved, claim: &Claim) -> Result<Value>;
    /// `Resource::update`.
    async fn update(
        &self,
        context: &StepContext<'_, C>,
        outputs: &Value,
        live: &Value,
        want: &Resolved,
    ) -> Result<Value>;
    /// `Resource::delete`.
    async fn delete(&self, context: &StepContext<'_, C>, outputs: &Value) -> Result<()>;
    /// The thing that proves that a live one is the stack's; `None` where its own tags do.
    fn parent(&self, live: &Value) -> Option<Parent>;
    /// What a kind with a live version can do; `None` for any other.
    fn live(&self) -> Option<&dyn ErasedRestore<C>>;
    /// What a kind that holds user data can do; `None` for any other.
    fn data(&self) -> Option<&dyn ErasedCount<C>>;
}

/// What the engine asks of a kind with a live version.
#[async_trait]
pub trait ErasedRestore<C>: Send + Sync {
    /// `Restore::LIVE`.
    fn output(&self) -> &'static str;
    /// `Restore::SETTING`.
    fn setting(&self) -> &'static str;
    /// `Restore::restore`.
    async fn restore(&self, context: &StepContext<'_, C>, outputs: &Value, version: &str) -> Result<Value>;
    /// `Restore::still_has`.
    async fn still_has(&self, context: &StepContext<'_, C>, outputs: &Value, version: &str) -> Result<bool>;
    /// `Restore::prune`.
    async fn prune(&self, context: &StepContext<'_, C>, outputs: &Value, kept: &BTreeSet<String>) -> Result<()>;
}

/// What the engine asks of a kind that holds user data.
#[async_trait]
pub trait ErasedCount<C>: Send + Sync {
    /// `Count::count`.
    async fn count(&self, context: &StepContext<'_, C>, outputs: &Value) -> Result<u64>;
}
