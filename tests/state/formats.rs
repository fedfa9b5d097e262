//! States of later versions are neither used nor overwritten in any store, and the error names the required version.

use stackctl::state::{Backend, FileStore, S3Store, StateError};

use super::{
    fixture::{KEY, ask, state},
    memory::Memory,
};
use crate::harness::of_the_future;

fn told(error: &StateError) -> String {
    assert!(!error.contended() && !error.is_recorded());
    format!("{error}\n  {}", stackctl::hint::joined(&error.hints(), "\n  "))
}

#[tokio::test]
async fn a_file_of_a_later_format_is_rejected_with_the_required_version() {
    let folder = tempfile::tempdir().unwrap();
    let store = FileStore::new(folder.path(), "shop", "dev");
    store.save(&state(1)).await.unwrap();
    let later = of_the_future(&std::fs::read_to_string(store.path()).unwrap());
    std::fs::write(store.path(), &later).unwrap();
    let pinned = |error: StateError| told(&error).replace(&folder.path().display().to_string(), "FOLDER");
    insta::assert_snapshot!(pinned(store.load().await.unwrap_err()), @r"
    FOLDER/shop.dev.json: the state has format 6, and this version of stackctl knows formats up to 5
      use stackctl 7.1.0 or newer
    ");
    insta::assert_snapshot!(pinned(store.save(&state(2)).await.unwrap_err()), @r"
    FOLDER/shop.dev.json: the state has format 6, and this version of stackctl knows formats up to 5
      use stackctl 7.1.0 or newer
    ");
    assert_eq!(std::fs::read_to_string(store.path()).unwrap(), later);
}

#[tokio::test(start_paused = true)]
async fn an_object_of_a_later_format_is_rejected_even_after_a_takeover_of_its_lock() {
    let bucket = Memory::default();
    let store = S3Store::new(bucket.clone(), KEY);
    store.save(&state(1)).await.unwrap();
    let later = of_the_future(&bucket.text(KEY).unwrap());
    bucket.place(KEY, later.as_bytes());
    insta::assert_snapshot!(told(&store.load().await.unwrap_err()), @r"
    s3://states/shop.json: the state has format 6, and this version of stackctl knows formats up to 5
      use stackctl 7.1.0 or newer
    ");
    drop(ask(&store, "ann", 0).await.0.unwrap());
    let another: &dyn Backend = &S3Store::new(bucket.for_another(), KEY);
    let guard = ask(another, "bob", 0).await.0.unwrap();
    assert_eq!(told(&another.load().await.unwrap_err()), told(&store.load().await.unwrap_err()));
    guard.release().await.unwrap();
    assert_eq!(bucket.text(KEY), Some(later));
}
