//! One resource of a kind, with the operations of the engine.

use serde_json::Value;
use stackctl::{
    aws::Clients,
    engine::{
        Catalog, Claim, Erased, Events, Found, Interrupt, Key, Kind, Lookup, OutputRef, Resolved, ResourceError,
        Silent, StepContext,
    },
    resources::catalog,
};

use crate::harness::claim;

/// Resolves nothing: the specs here hold no references.
struct Nowhere;

impl Lookup for Nowhere {
    fn output(&self, _: &OutputRef) -> Option<Value> {
        None
    }

    fn spec(&self, _: &Key) -> Option<&Value> {
        None
    }
}

pub(super) fn resolved(spec: &Value) -> Resolved {
    Resolved::new(spec, &Nowhere).expect("no references")
}

pub(super) struct Subject<'a> {
    pub(super) key: Key,
    cloud: &'a Clients,
    events: &'a dyn Events,
    interrupt: Interrupt,
    catalog: Catalog<Clients>,
}

impl<'a> Subject<'a> {
    pub(super) fn new(cloud: &'a Clients, key: &Key) -> Self {
        Self { key: key.clone(), cloud, events: &Silent, interrupt: Interrupt::new(), catalog: catalog() }
    }

    /// What the cases need beside their own resources.
    pub(super) fn needed(cloud: &'a Clients, kind: &'static str) -> Self {
        Self::new(cloud, &Key::new(Kind::new(kind), "needed"))
    }

    pub(super) fn telling(self, events: &'a dyn Events) -> Self {
        Self { events, ..self }
    }

    pub(super) fn kind(&self) -> &dyn Erased<Clients> {
        self.catalog.get(&self.key.kind).expect("a kind of the catalog")
    }

    pub(super) fn context(&self) -> StepContext<'_, Clients> {
        StepContext { cloud: self.cloud, key: &self.key, events: self.events, interrupt: &self.interrupt, slot: None }
    }

    pub(super) fn claim(&self) -> Claim {
        claim("ours", &self.key)
    }

    pub(super) async fn create(&self, spec: &Value) -> Result<Value, ResourceError> {
        self.kind().create(&self.context(), &resolved(spec), &self.claim()).await
    }

    pub(super) async fn read(&self, outputs: &Value) -> Result<Found<Value, Value>, ResourceError> {
        self.kind().read(&self.context(), outputs, &self.claim()).await
    }

    /// The live spec, if the resource exists and is ours.
    pub(super) async fn live(&self, outputs: &Value) -> Option<Value> {
        let found = self.read(outputs).await.unwrap_or_else(|error| panic!("{}: read: {error}", self.key));
        found.ours().map(|sight| sight.spec.clone())
    }

    pub(super) async fn update(&self, outputs: &Value, live: &Value, want: &Value) -> Result<Value, ResourceError> {
        self.kind().update(&self.context(), outputs, live, &resolved(want)).await
    }

    /// Updates the live resource.
    pub(super) async fn bring(&self, outputs: &Value, want: &Value) -> Value {
        let live = self.live(outputs).await.expect("it exists");
        self.update(outputs, &live, want).await.unwrap_or_else(|error| panic!("{}: update: {error}", self.key))
    }
}
