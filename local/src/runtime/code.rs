//! The unpacked code of functions, one folder per zip.

use std::{
    fs,
    io::{self, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::Path,
    sync::{Arc, OnceLock},
};

use bytes::Bytes;
use tempfile::TempDir;
use tokio::sync::Mutex;

use super::{Place, sandbox, unpack::unpack};

const PYTHON: &str = include_str!("bootstrap.py");
const NODE: &str = include_str!("bootstrap.mjs");

/// A temporary folder, deleted with the emulator.
#[derive(Debug, Default)]
pub(super) struct CodeCache {
    folder: OnceLock<TempDir>,
    /// Serializes unpacking, so that no process starts from a partial folder.
    unpacking: Arc<Mutex<()>>,
}

impl CodeCache {
    /// Returns the folder of the zip, unpacking it if needed.
    pub(super) async fn unpack(&self, key: &str, zip: Bytes) -> io::Result<Place> {
        let _alone = self.unpacking.lock().await;
        let root = self.folder()?.to_owned();
        let place = Place::below(&root, root.join("code").join(folder_name(key)));
        if !place.task_root.exists() {
            let task_root = place.task_root.clone();
            let unpacking = move || {
                unpack(&zip, &task_root)?;
                // A sandbox has the code read-only in any case.
                if sandbox::works() { Ok(()) } else { set_writable(&task_root, false) }
            };
            tokio::task::spawn_blocking(unpacking).await.map_err(io::Error::other)??;
        }
        Ok(place)
    }

    fn folder(&self) -> io::Result<&Path> {
        if let Some(folder) = self.folder.get() {
            return Ok(folder.path());
        }
        // The code and the files of functions may be secret, but the system's temporary folder is readable by other
        // users.
        let private = fs::Permissions::from_mode(0o700);
        let folder = tempfile::Builder::new().prefix("stackctl-local-").permissions(private).tempdir()?;
        sandbox::furnish(folder.path())?;
        for (name, text) in [("bootstrap.py", PYTHON), ("bootstrap.mjs", NODE)] {
            fs::File::create_new(folder.path().join("runtime").join(name))?.write_all(text.as_bytes())?;
        }
        Ok(self.folder.get_or_init(|| folder).path())
    }
}

impl Drop for CodeCache {
    /// Makes the folders deletable.
    fn drop(&mut self) {
        if let Some(folder) = self.folder.get()
            && let Err(error) = set_writable(&folder.path().join("code"), true)
        {
            tracing::warn!(%error, "the code of functions cannot be deleted");
        }
    }
}

/// Allows or forbids changes of a folder's entries, and of those below it.
fn set_writable(folder: &Path, writable: bool) -> io::Result<()> {
    let mode = if writable { 0o700 } else { 0o500 };
    // A folder is listed while it is writable, so that a half-done change can be undone.
    if writable {
        fs::set_permissions(folder, fs::Permissions::from_mode(mode))?;
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            set_writable(&entry.path(), writable)?;
        }
    }
    fs::set_permissions(folder, fs::Permissions::from_mode(mode))
}

/// Blob names may have characters that file names must not have.
fn folder_name(key: &str) -> String {
    key.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect()
}
