//! The kinds, by name.

use std::collections::BTreeMap;

use super::{
    adapter::Adapter,
    erased::Erased,
    key::Kind,
    resource::Resource,
    rules::{KindRules, Rules},
};

/// The kinds that work on one sort of cloud.
pub struct Catalog<C> {
    kinds: BTreeMap<Kind, Box<dyn Erased<C>>>,
}

impl<C: 'static> Catalog<C> {
    /// A catalog of nothing.
    #[must_use]
    pub fn new() -> Self {
        Self { kinds: BTreeMap::new() }
    }

    /// Adds a kind.
    #[must_use]
    pub fn with<R: Resource<Clients = C>>(mut self) -> Self {
        self.kinds.insert(R::KIND, Box::new(Adapter::<R>::new()));
        self
    }

    /// One kind.
    #[must_use]
    pub fn get(&self, kind: &Kind) -> Option<&dyn Erased<C>> {
        self.kinds.get(kind).map(AsRef::as_ref)
    }

    /// The names of all kinds.
    pub fn kinds(&self) -> impl Iterator<Item = &Kind> {
        self.kinds.keys()
    }
}

impl<C: 'static> Default for Catalog<C> {
    fn default() -> Self {
        Self::new()
    }
}

impl<C: 'static> Rules for Catalog<C> {
    fn traits(&self, kind: &Kind) -> Option<KindRules> {
        self.get(kind).map(Erased::traits)
    }
}
