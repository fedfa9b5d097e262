//! The lock of a state on this machine: the operating system's, which ends with the process however that ends, and a
//! signature in the file names the holder. It counts while its file is the one at the path: a process that takes it away
//! from a process that does not end removes the file.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Seek as _, Write as _},
    os::unix::fs::MetadataExt as _,
    path::Path,
    time::Duration,
};

use async_trait::async_trait;

use super::error::unreachable;
use crate::{
    engine::pause,
    filesystem,
    state::{
        error::StateError,
        holder::Holder,
        lock::{Held, LockRequest, SeenLock},
        queue::{Queue, Sign},
    },
};

/// How long until the next try.
const PAUSE: Duration = Duration::from_millis(200);

/// What distinguishes a file from every other one, as long as it is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LockIdentity {
    device: u64,
    inode: u64,
}

impl LockIdentity {
    /// That of an open file; nothing when the system does not tell.
    pub(super) fn of(file: &File) -> Option<Self> {
        file.metadata().ok().map(|metadata| Self::from(&metadata))
    }

    /// Whether this is the file at a path.
    pub(super) fn is_at(self, path: &Path) -> bool {
        fs::metadata(path).is_ok_and(|metadata| Self::from(&metadata) == self)
    }

    fn from(metadata: &fs::Metadata) -> Self {
        Self { device: metadata.dev(), inode: metadata.ino() }
    }
}

/// Takes the lock of `place` at `path`, whose folder is there.
pub(super) async fn take(path: &Path, place: String, request: &LockRequest<'_>) -> Result<HeldFile, StateError> {
    let failed = |error: io::Error| unreachable(path, "locked", &error);
    let mut queue = Queue::new(request, place);
    loop {
        let mut file = filesystem::open_to_lock(path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {
                let identity = LockIdentity::from(&file.metadata().map_err(failed)?);
                // One that was taken away meanwhile is free.
                if identity.is_at(path) {
                    sign(&mut file, request.holder).map_err(failed)?;
                    return Ok(HeldFile { file, identity });
                }
            }
            Err(fs::TryLockError::WouldBlock) => queue.wait(signed_by(path).await, Sign::AtWork, PAUSE).await?,
            Err(fs::TryLockError::Error(error)) => return Err(failed(error)),
        }
    }
}

/// The lock at `path`, when a process holds it.
pub(super) async fn seen(path: &Path) -> io::Result<Option<SeenLock>> {
    let file = match filesystem::open(path, OpenOptions::new().read(true).write(true)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    match file.try_lock() {
        Ok(()) => file.unlock().map(|()| None),
        Err(fs::TryLockError::WouldBlock) => {
            let LockIdentity { device, inode } = LockIdentity::from(&file.metadata()?);
            Ok(Some(SeenLock {
                holder: signed_by(path).await,
                silent: None,
                given_up: false,
                id: format!("{device}:{inode}"),
            }))
        }
        Err(fs::TryLockError::Error(error)) => Err(error),
    }
}

/// Whether another lock is at the path of one that was taken. A folder that is gone or out of reach takes nothing away.
pub(super) fn is_taken_away(path: &Path, held: LockIdentity) -> bool {
    path.exists() && !held.is_at(path)
}

/// Who holds the lock, by the signature. One that a dead process left is that of an earlier holder: the new one has the
/// lock and is about to sign.
async fn signed_by(path: &Path) -> Option<Holder> {
    for _ in 0..5 {
        if let Some(holder) = signature(path).filter(|holder| !holder.is_gone()) {
            return Some(holder);
        }
        pause(PAUSE / 10).await;
    }
    None
}

/// Who has signed the lock last.
pub(super) fn signature(path: &Path) -> Option<Holder> {
    filesystem::read(path).ok().and_then(|text| serde_json::from_slice(&text).ok())
}

fn sign(file: &mut File, holder: &Holder) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(&serde_json::to_vec(holder).map_err(io::Error::other)?)?;
    file.flush()
}

/// The operating system releases the lock with the file.
pub(super) struct HeldFile {
    file: File,
    identity: LockIdentity,
}

impl HeldFile {
    /// Which file it is.
    pub(super) fn identity(&self) -> LockIdentity {
        self.identity
    }
}

#[async_trait]
impl Held for HeldFile {
    async fn release(self: Box<Self>) -> Result<(), StateError> {
        Ok(())
    }
}

impl Drop for HeldFile {
    fn drop(&mut self) {
        // The next holder signs anew; a signature that outlives its lock would only mislead.
        let _ = self.file.set_len(0);
        // Closing it would do, but for a child process that was just begun and still has it open.
        let _ = self.file.unlock();
    }
}
