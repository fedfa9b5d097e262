//! Failures of the file system as errors of the state.

use std::{io, path::Path};

use crate::{filesystem::Unsafe, state::error::StateError};

/// What could not be done with a file.
pub(super) fn unreachable(path: &Path, action: &'static str, error: &io::Error) -> StateError {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    if let Some(refused) = Unsafe::of(error) {
        return StateError::Refused { path: path.display().to_string(), action, refused: Box::new(refused.clone()) };
    }
    let full = matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge);
    // Errors of temporary files name their paths as well, which mean nothing to the user.
    let reason = error.to_string();
    let reason = reason.split(" at path ").next().unwrap_or_default().to_owned();
    StateError::Unreachable { path: path.display().to_string(), action, reason, full }
}
