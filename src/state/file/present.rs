//! The present version of the file, held against every other save.
//!
//! Reading what is there and renaming a new file over it are two steps. They are one for everybody who saves, because each
//! locks the very file that it read, and makes sure that it is still the present one.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _},
    path::Path,
    time::Duration,
};

use super::{error::unreachable, lock::LockIdentity};
use crate::{engine::pause, filesystem, state::error::StateError};

/// How long until the next try, while another process saves.
const PAUSE: Duration = Duration::from_millis(20);
/// How often it is tried: a save that takes five seconds was stopped in its middle.
const TRIES: u32 = 250;

/// A file that no other process overwrites while this lives.
pub(super) struct Present {
    pub(super) bytes: Vec<u8>,
    /// Carries the lock.
    file: File,
}

impl Drop for Present {
    fn drop(&mut self) {
        // As with the lock of a state: closing it may not be enough.
        let _ = self.file.unlock();
    }
}

/// Holds the present version; nothing when there is none.
///
/// # Errors
/// [`StateError::Locked`] when another process was stopped in the middle of a save.
pub(super) async fn hold(path: &Path) -> Result<Option<Present>, StateError> {
    for _ in 0..TRIES {
        let mut file = match open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unreachable(path, "read", &error)),
        };
        match file.try_lock() {
            Ok(()) if !LockIdentity::of(&file).is_some_and(|it| it.is_at(path)) => {}
            Ok(()) => {
                let mut bytes = Vec::new();
                file.read_to_end(&mut bytes).map_err(|error| unreachable(path, "read", &error))?;
                return Ok(Some(Present { bytes, file }));
            }
            Err(fs::TryLockError::WouldBlock) => pause(PAUSE).await,
            Err(fs::TryLockError::Error(error)) => return Err(unreachable(path, "saved", &error)),
        }
    }
    // Another process is in the middle of a save, and stays there.
    Err(StateError::Locked { path: path.display().to_string(), holder: None })
}

/// Network file systems lock only what may be written to; a file that may not can be replaced all the same.
fn open(path: &Path) -> io::Result<File> {
    match filesystem::open(path, OpenOptions::new().read(true).write(true)) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            filesystem::open(path, OpenOptions::new().read(true))
        }
        opened => opened,
    }
}
