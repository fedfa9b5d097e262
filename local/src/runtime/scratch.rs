//! The temporary folder of an emulator, which is deleted with it. One that was left by a killed emulator is deleted by
//! the next one that starts.

use std::{
    fs::{self, File, Permissions},
    io,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::Path,
};

use tempfile::TempDir;

const PREFIX: &str = "stackctl-local-";

/// A file in the folder, locked as long as its emulator runs.
const LOCK: &str = "lock";

/// The folder, and its lock.
#[derive(Debug)]
pub(super) struct Scratch {
    folder: TempDir,
    _lock: File,
}

impl Scratch {
    /// Creates a folder in the system's temporary folder, which only this user can enter: the code and the files of
    /// functions may be secret.
    pub(super) fn create() -> io::Result<Self> {
        Self::create_in(&std::env::temp_dir())
    }

    fn create_in(parent: &Path) -> io::Result<Self> {
        let private = Permissions::from_mode(0o700);
        let folder = tempfile::Builder::new().prefix(PREFIX).permissions(private).tempdir_in(parent)?;
        // It gets its name when it is locked, so that no other emulator finds it unlocked.
        let unnamed = folder.path().join("lock.new");
        let lock = File::create_new(&unnamed)?;
        lock.try_lock()?;
        fs::rename(unnamed, folder.path().join(LOCK))?;
        Ok(Self { folder, _lock: lock })
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for Scratch {
    /// Makes the folders deletable.
    fn drop(&mut self) {
        if let Err(error) = make_deletable(self.path()) {
            tracing::warn!(%error, "the code of functions cannot be deleted");
        }
    }
}

/// Deletes the folders of emulators of this user that were killed.
pub(crate) fn sweep() {
    sweep_in(&std::env::temp_dir());
}

fn sweep_in(parent: &Path) {
    let user = rustix::process::geteuid().as_raw();
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        // The metadata is not that of the target of a link.
        let is_own = entry.metadata().is_ok_and(|metadata| metadata.is_dir() && metadata.uid() == user);
        if !is_own || !entry.file_name().to_string_lossy().starts_with(PREFIX) {
            continue;
        }
        let folder = entry.path();
        let Ok(lock) = File::open(folder.join(LOCK)) else { continue };
        if lock.try_lock().is_err() {
            continue;
        }
        if let Err(error) = make_deletable(&folder).and_then(|()| fs::remove_dir_all(&folder)) {
            tracing::warn!(%error, folder = %folder.display(), "the folder of a killed emulator cannot be deleted");
        }
    }
}

fn make_deletable(folder: &Path) -> io::Result<()> {
    let code = folder.join("code");
    if code.exists() { set_writable(&code, true) } else { Ok(()) }
}

/// Allows or forbids changes of a folder's entries, and of those below it.
pub(super) fn set_writable(folder: &Path, writable: bool) -> io::Result<()> {
    let mode = if writable { 0o700 } else { 0o500 };
    // A folder is listed while it is writable, so that a half-done change can be undone.
    if writable {
        fs::set_permissions(folder, Permissions::from_mode(mode))?;
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            set_writable(&entry.path(), writable)?;
        }
    }
    fs::set_permissions(folder, Permissions::from_mode(mode))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_folders_of_killed_emulators_are_swept() {
        let parent = tempfile::tempdir().unwrap();
        let names = || {
            let entries = fs::read_dir(parent.path()).unwrap().map(|entry| entry.unwrap().file_name());
            let mut names: Vec<_> = entries.map(|name| name.into_string().unwrap()).collect();
            names.sort();
            names
        };
        let running = Scratch::create_in(parent.path()).unwrap();
        let running_name = running.path().file_name().unwrap().to_str().unwrap().to_owned();
        // A killed process releases its lock and deletes nothing.
        let killed = parent.path().join("stackctl-local-killed");
        fs::create_dir_all(killed.join("code/hello")).unwrap();
        File::create(killed.join(LOCK)).unwrap();
        set_writable(&killed.join("code"), false).unwrap();
        let starting = parent.path().join("stackctl-local-zzz");
        fs::create_dir(&starting).unwrap();
        let other = parent.path().join("other");
        fs::create_dir(&other).unwrap();
        File::create(other.join(LOCK)).unwrap();
        std::os::unix::fs::symlink(&other, parent.path().join("stackctl-local-link")).unwrap();
        sweep_in(parent.path());
        let mut left = vec!["other", &*running_name, "stackctl-local-link", "stackctl-local-zzz"];
        left.sort_unstable();
        assert_eq!(names(), left);
        drop(running);
        assert!(!names().contains(&running_name));
    }
}
