//! A second cloud that begins as another one is.

use std::{collections::BTreeMap, io};

use bytes::Bytes;

use super::{Cloud, Inner, lock};
use crate::settings::Settings;

impl Cloud {
    /// Makes another cloud, in memory, that is now as this one is and of the same age, and lives its own life from here
    /// on.
    ///
    /// Its settings are its own. It has no faults, has counted no calls, and its functions have no processes yet.
    ///
    /// # Errors
    /// When this cloud lives in a folder that cannot be read.
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
