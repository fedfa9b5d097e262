//! What everything that calls a cloud is a method of.

use super::{catalog::Catalog, event::Events, interrupt::Interrupt};

/// Looks at a cloud and changes it, through the kinds of a catalog.
pub struct Engine<'a, C> {
    pub catalog: &'a Catalog<C>,
    pub cloud: &'a C,
    /// Where what happens is told.
    pub events: &'a dyn Events,
    /// The wish to stop: nothing new begins then, and what only waits stops waiting.
    pub interrupt: &'a Interrupt,
    /// How many steps, or looks, are under way at once at most.
    pub parallel: usize,
}
