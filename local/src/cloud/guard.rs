//! The lock of the world, which notices changes.

use std::{
    ops::{Deref, DerefMut},
    sync::{
        MutexGuard,
        atomic::{AtomicBool, Ordering},
    },
};

use crate::world::World;

/// The world, locked; it notices when it is borrowed for a change.
pub(crate) struct WorldGuard<'a> {
    pub(super) world: MutexGuard<'a, World>,
    pub(super) changed: &'a AtomicBool,
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
