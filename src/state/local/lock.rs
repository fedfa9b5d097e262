//! The lock of a state on this machine: the operating system's, which ends with the process however that ends, and a
//! signature in the file that says whose it is.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Seek as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
    time::Duration,
};

use async_trait::async_trait;

use super::unreachable;
use crate::state::{
    Guard, Holder, LockRequest, StateError, pause,
    queue::{Queue, Sign},
    store::Held,
};

/// How long until the next try.
const PAUSE: Duration = Duration::from_millis(200);

/// Takes the lock of `place` at `path`, whose folder is there.
pub(super) async fn take(path: &Path, place: String, request: &LockRequest<'_>) -> Result<Guard, StateError> {
    let failed = |error: io::Error| unreachable(path, "locked", &error);
    let options = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).clone();
    let mut file = options.open(path).map_err(failed)?;
    let mut queue = Queue::new(request, place);
    loop {
        match file.try_lock() {
            Ok(()) => break,
            Err(fs::TryLockError::WouldBlock) => queue.wait(signed_by(path).await, Sign::AtWork, PAUSE).await?,
            Err(fs::TryLockError::Error(error)) => return Err(failed(error)),
        }
    }
    sign(&mut file, request.holder).map_err(failed)?;
    Ok(Guard::new(HeldFile { file }))
}

/// Who holds the lock, by the signature. One that a dead process left is that of an earlier holder: the new one has the
/// lock and is about to sign.
async fn signed_by(path: &Path) -> Option<Holder> {
    for _ in 0..5 {
        let signature = fs::read(path).ok().and_then(|text| serde_json::from_slice::<Holder>(&text).ok());
        if let Some(holder) = signature.filter(|holder| !holder.is_gone()) {
            return Some(holder);
        }
        pause(PAUSE / 10).await;
    }
    None
}

fn sign(file: &mut File, holder: &Holder) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(&serde_json::to_vec(holder).map_err(io::Error::other)?)?;
    file.flush()
}

/// The operating system releases the lock with the file.
struct HeldFile {
    file: File,
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
    }
}
