//! Copying an emulator.

use std::{collections::BTreeMap, io};

use bytes::Bytes;

use super::handle::{Emulator, Inner, lock};
use crate::store::settings::Settings;

impl Emulator {
    /// Creates an independent copy in memory, with the same state and age.
    ///
    /// The copy has its own settings, no faults, no recorded calls and no function processes.
    ///
    /// # Errors
    /// When this emulator is stored in a folder that cannot be read.
    pub fn fork(&self, settings: Settings) -> io::Result<Self> {
        let fork = Inner {
            blobs: self.blobs()?.into(),
            started: self.0.started,
            started_at: self.0.started_at,
            ..Inner::new(settings, lock(&self.0.world).clone(), None)
        };
        Ok(Self(fork.into()))
    }

    fn blobs(&self) -> io::Result<BTreeMap<String, Bytes>> {
        let unwritten = lock(&self.0.blobs).clone();
        let mut blobs = self.0.store.as_ref().map_or_else(|| Ok(BTreeMap::new()), |store| lock(store).blobs())?;
        blobs.extend(unwritten);
        Ok(blobs)
    }
}
