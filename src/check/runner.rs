//! What a check needs.

use super::propagation::Propagation;
use crate::{
    aws::Clients,
    config::Config,
    engine::{Events, Interrupt},
};

/// Checks the API of a stack. A user that an interrupted check has left is dismissed before.
pub struct CheckRunner<'a, C> {
    /// What is served, by its configuration.
    pub config: &'a Config,
    pub cloud: &'a Clients,
    /// Where a wait is told.
    pub events: &'a dyn Events,
    /// The wish to stop.
    pub interrupt: &'a Interrupt,
    /// What carries requests.
    pub courier: &'a C,
    /// How long what was there before the change may still be served.
    pub propagation: Propagation,
    /// The endpoint of the local emulator, where that is checked.
    pub emulator: Option<&'a str>,
}
