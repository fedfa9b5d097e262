//! A cache of packages, so that functions that share a folder share its package.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Package, PackageError, package};

/// The packages of one run, each created once.
#[derive(Debug, Default)]
pub struct Packages {
    made: BTreeMap<PathBuf, Arc<Package>>,
}

impl Packages {
    /// Returns the package of a folder, however its path is written.
    ///
    /// # Errors
    ///
    /// As [`package`].
    pub fn get(&mut self, source: &Path) -> Result<Arc<Package>, PackageError> {
        let folder = source.canonicalize().map_err(|_| PackageError::NoFolder { folder: source.to_owned() })?;
        if let Some(made) = self.made.get(&folder) {
            return Ok(Arc::clone(made));
        }
        // Packaged by the path as written, so that errors show the path that the user knows.
        let made = Arc::new(package(source)?);
        self.made.insert(folder, Arc::clone(&made));
        Ok(made)
    }
}
