//! A state file that is truncated or changed at every byte.

use std::fs;

use stackctl::state::{Backend as _, FileStore, StateError};

use super::fixture::state;

/// A store with two saves, and the bytes of its file.
async fn saved_twice() -> (tempfile::TempDir, FileStore, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    let store = FileStore::new(folder.path(), "shop", "dev");
    store.save(&state(1)).await.unwrap();
    store.save(&state(2)).await.unwrap();
    let bytes = fs::read(store.path()).unwrap();
    assert_eq!(store.load().await.unwrap(), Some(state(2)));
    (folder, store, bytes)
}

/// Checks that a file with these bytes is neither used nor overwritten.
async fn refused(store: &FileStore, bytes: &[u8], how: &str) {
    fs::write(store.path(), bytes).unwrap();
    let error = store.load().await.expect_err(how);
    assert!(
        matches!(error, StateError::Damaged { ref restore, .. } if restore.contains("shop.dev.previous.json")),
        "{how}: {error}"
    );
    store.save(&state(3)).await.expect_err(how);
    assert_eq!(fs::read(store.path()).unwrap(), bytes, "{how}: it was overwritten");
}

#[tokio::test]
async fn a_file_truncated_at_any_byte_is_never_used_or_overwritten() {
    let (_folder, store, bytes) = saved_twice().await;
    for end in 0..bytes.len() {
        refused(&store, &bytes[..end], &format!("cut to {end} bytes")).await;
    }
}

#[tokio::test]
async fn a_file_with_any_byte_changed_is_never_used_or_overwritten() {
    let (_folder, store, bytes) = saved_twice().await;
    for at in 0..bytes.len() {
        for other in [bytes[at] ^ 1, bytes[at] ^ 0x20, b' '] {
            if other != bytes[at] {
                let mut bytes = bytes.clone();
                bytes[at] = other;
                refused(&store, &bytes, &format!("byte {at} is {other:#x}")).await;
            }
        }
    }
}

#[tokio::test]
async fn a_file_with_lost_sectors_is_never_used_or_overwritten() {
    let (_folder, store, bytes) = saved_twice().await;
    for size in [1, 16, 512] {
        for at in (0..bytes.len()).step_by(size) {
            let mut bytes = bytes.clone();
            let end = bytes.len().min(at + size);
            bytes[at..end].fill(0);
            refused(&store, &bytes, &format!("zeros from {at} to {end}")).await;
        }
    }
    refused(&store, &[bytes.clone(), bytes].concat(), "twice").await;
}
