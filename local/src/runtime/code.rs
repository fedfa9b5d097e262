//! The unpacked code of functions, one folder per zip.

use std::{
    fs,
    io::{self, Write as _},
    path::Path,
    sync::{Arc, OnceLock},
};

use bytes::Bytes;
use tokio::sync::Mutex;

use super::{
    Place, sandbox,
    scratch::{Scratch, set_writable},
    unpack::unpack,
};

const PYTHON: &str = include_str!("bootstrap.py");
const NODE: &str = include_str!("bootstrap.mjs");

/// A temporary folder, deleted with the emulator.
#[derive(Debug, Default)]
pub(super) struct CodeCache {
    folder: OnceLock<Scratch>,
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
        let folder = Scratch::create()?;
        sandbox::furnish(folder.path())?;
        for (name, text) in [("bootstrap.py", PYTHON), ("bootstrap.mjs", NODE)] {
            fs::File::create_new(folder.path().join("runtime").join(name))?.write_all(text.as_bytes())?;
        }
        Ok(self.folder.get_or_init(|| folder).path())
    }
}

/// Blob names may have characters that file names must not have.
fn folder_name(key: &str) -> String {
    key.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect()
}
