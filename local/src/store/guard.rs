//! The guard of the world, which tracks changes.

use std::{
    ops::{Deref, DerefMut},
    sync::{
        MutexGuard,
        atomic::{AtomicBool, Ordering},
    },
};

/// The locked world. A mutable borrow marks it as changed.
pub(crate) struct Guard<'a, W> {
    pub(crate) world: MutexGuard<'a, W>,
    pub(crate) changed: &'a AtomicBool,
}

impl<W> Deref for Guard<'_, W> {
    type Target = W;

    fn deref(&self) -> &W {
        &self.world
    }
}

impl<W> DerefMut for Guard<'_, W> {
    fn deref_mut(&mut self) -> &mut W {
        self.changed.store(true, Ordering::SeqCst);
        &mut self.world
    }
}
