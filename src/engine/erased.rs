//! What the engine asks of a kind without knowing its types.

use std::collections::BTreeSet;

use async_trait::async_trait;
use serde_json::Value;

use super::{
    claim::{Claim, Discovered, Parent, Scope, Search},
    context::Context,
    error::ResourceError,
    input::Resolved,
    rules::Traits,
};

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
    /// [`Discover::discover`](super::Discover::discover).
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
    /// The thing that proves that a live one is the stack's; `None` where its own tags do.
    fn parent(&self, live: &Value) -> Option<Parent>;
    /// What a kind with a live version can do; `None` for any other.
    fn live(&self) -> Option<&dyn ErasedRestore<C>>;
    /// What a kind that holds people's data can do; `None` for any other.
    fn data(&self) -> Option<&dyn ErasedCount<C>>;
}

/// What the engine asks of a kind with a live version.
#[async_trait]
pub trait ErasedRestore<C>: Send + Sync {
    /// [`Restore::LIVE`].
    fn output(&self) -> &'static str;
    /// [`Restore::restore`].
    async fn restore(&self, context: &Context<'_, C>, outputs: &Value, version: &str) -> Result<Value, ResourceError>;
    /// [`Restore::still_has`].
    async fn still_has(&self, context: &Context<'_, C>, outputs: &Value, version: &str) -> Result<bool, ResourceError>;
    /// [`Restore::prune`].
    async fn prune(
        &self,
        context: &Context<'_, C>,
        outputs: &Value,
        kept: &BTreeSet<String>,
    ) -> Result<(), ResourceError>;
}

/// What the engine asks of a kind that holds people's data.
#[async_trait]
pub trait ErasedCount<C>: Send + Sync {
    /// [`Count::count`].
    async fn count(&self, context: &Context<'_, C>, outputs: &Value) -> Result<u64, ResourceError>;
}
