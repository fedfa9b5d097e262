//! The users of one pool: the clients that reach it, and where waits are shown.

use crate::{
    aws::{Clients, Context},
    engine::{Events, Interrupt, Key, Kind, StepContext},
};

/// The users of one user pool.
pub struct Users<'a> {
    pub cloud: &'a Clients,
    /// Where a wait is told.
    pub events: &'a dyn Events,
    /// What cuts a wait short.
    pub interrupt: &'a Interrupt,
    key: Key,
}

impl<'a> Users<'a> {
    /// The users of a pool, which is not looked at yet.
    #[must_use]
    pub fn of(
        pool_id: impl Into<String>,
        cloud: &'a Clients,
        events: &'a dyn Events,
        interrupt: &'a Interrupt,
    ) -> Self {
        Self { cloud, events, interrupt, key: Key::new(Kind::new("user_pool"), pool_id) }
    }

    /// The pool's id.
    #[must_use]
    pub fn pool_id(&self) -> &str {
        &self.key.name
    }

    pub(super) fn context(&self) -> Context<'_> {
        StepContext { cloud: self.cloud, key: &self.key, events: self.events, interrupt: self.interrupt, slot: None }
    }
}
