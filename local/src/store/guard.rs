//! The guard of the world, which tracks changes.

use std::{
    ops::{Deref, DerefMut},
    sync::{
        MutexGuard,
        atomic::{AtomicBool, Ordering},
    },
};

use crate::emulator::world::World;

/// The locked world. A mutable borrow marks it as changed.
pub(crate) struct WorldGuard<'a> {
    pub(crate) world: MutexGuard<'a, World>,
    pub(crate) changed: &'a AtomicBool,
}

impl Deref for WorldGuard<'_> {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl DerefMut for WorldGuard<'_> {
    fn deref_mut(&mut self) -> &mut World {
        self.changed.store(true, Ordering::SeqCst);
        &mut self.world
    }
}
