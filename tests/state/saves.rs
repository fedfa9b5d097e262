//! A state in a bucket: a save overwrites only the version that was loaded, even if responses are lost.

use stackctl::state::{Backend, FileStore, S3Store, StateError};

use super::{
    fixture::{KEY, state},
    memory::{Luck, MISFORTUNES, Memory},
};

fn changed() -> StateError {
    StateError::Changed { path: "s3://states/shop.json".into() }
}

#[tokio::test(start_paused = true)]
async fn a_state_is_created_once_and_later_saves_overwrite_the_previous_version() {
    let bucket = Memory::default();
    let store = S3Store::new(bucket.clone(), KEY);
    assert_eq!(store.load().await, Ok(None));
    store.save(&state(1)).await.unwrap();
    store.save(&state(2)).await.unwrap();
    assert_eq!(bucket.calls(), ["get shop.json", "create shop.json", "write shop.json"]);
    let another = S3Store::new(bucket.for_another(), KEY);
    assert_eq!(another.load().await, Ok(Some(state(2))));
    another.save(&state(3)).await.unwrap();
    assert_eq!(store.load().await, Ok(Some(state(3))));
}

#[tokio::test(start_paused = true)]
async fn of_two_saves_over_one_version_the_second_is_rejected() {
    for before in [None, Some(state(4))] {
        let bucket = Memory::default();
        let (one, other) = (S3Store::new(bucket.clone(), KEY), S3Store::new(bucket.for_another(), KEY));
        let next = before.as_ref().map_or(1, |state| state.serial + 1);
        if let Some(before) = &before {
            one.save(before).await.unwrap();
        }
        assert_eq!((one.load().await, other.load().await), (Ok(before.clone()), Ok(before)));
        other.save(&state(next)).await.unwrap();
        let mut mine = state(next);
        mine.resources.clear();
        assert_eq!(one.save(&mine).await, Err(changed()));
        assert_eq!(one.load().await, Ok(Some(state(next))), "the other save is kept");
    }
}

#[tokio::test(start_paused = true)]
async fn a_save_takes_effect_once_despite_failed_calls() {
    for luck in MISFORTUNES {
        for serial in [1, 2] {
            let bucket = Memory::default();
            let store = S3Store::new(bucket.clone(), KEY);
            if serial == 2 {
                store.save(&state(1)).await.unwrap();
            }
            let call = if serial == 1 { "create shop.json" } else { "write shop.json" };
            bucket.bring(call, &[luck, luck, Luck::Good]);
            bucket.calls();
            store.save(&state(serial)).await.unwrap_or_else(|error| panic!("{luck:?}: {error}"));
            let calls = bucket.calls();
            let done = calls.iter().filter(|call| !call.starts_with("get") && !call.contains(": ")).count();
            let found = usize::from(luck == Luck::Repeated);
            assert_eq!(done + found, 1, "{luck:?}: {calls:?}");
            assert_eq!(store.load().await, Ok(Some(state(serial))), "{luck:?}");
            store.save(&state(serial + 1)).await.unwrap_or_else(|error| panic!("after {luck:?}: {error}"));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_lost_response_the_save_of_another_process_is_not_mistaken_for_ours() {
    for luck in MISFORTUNES {
        let bucket = Memory::default();
        let (one, other) = (S3Store::new(bucket.clone(), KEY), S3Store::new(bucket.for_another(), KEY));
        one.save(&state(1)).await.unwrap();
        other.load().await.unwrap();
        other.save(&state(2)).await.unwrap();
        bucket.bring("write shop.json", &[luck, Luck::Good]);
        let mut mine = state(2);
        mine.pending.clear();
        assert_eq!(one.save(&mine).await, Err(changed()), "{luck:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_state_that_was_deleted_between_saves_is_written_again_and_reported() {
    let (folder, bucket) = (tempfile::tempdir().unwrap(), Memory::default());
    let file = FileStore::new(folder.path(), "shop", "dev");
    let object = S3Store::new(bucket.clone(), KEY);
    let delete_folder = || std::fs::remove_dir_all(folder.path()).unwrap();
    let stores: [(&dyn Backend, &dyn Fn()); 2] = [(&file, &delete_folder), (&object, &|| bucket.remove(KEY))];
    for (store, delete) in stores {
        store.save(&state(1)).await.unwrap();
        delete();
        let error = store.save(&state(2)).await.unwrap_err();
        assert_eq!(error, StateError::Removed { path: store.place() });
        assert_eq!(store.load().await, Ok(Some(state(2))));
        store.save(&state(3)).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_save_without_a_response_is_not_mistaken_for_that_of_another_process() {
    let bucket = Memory::default();
    let store = S3Store::new(bucket.clone(), KEY);
    store.save(&state(1)).await.unwrap();
    // The save takes effect, and then the bucket is unreachable.
    bucket.bring("get", &[Luck::RequestLost]);
    bucket.bring("write", &[Luck::AnswerLost, Luck::RequestLost]);
    assert!(matches!(store.save(&state(2)).await, Err(StateError::Bucket { .. })));
    bucket.bring_to_all(Luck::Good);
    let mut next = state(2);
    next.pending.clear();
    store.save(&next).await.unwrap();
    assert_eq!(S3Store::new(bucket.for_another(), KEY).load().await, Ok(Some(next)));
}

#[tokio::test(start_paused = true)]
async fn a_bucket_that_does_not_respond_is_reported_after_five_attempts() {
    let bucket = Memory::default();
    let store = S3Store::new(bucket.clone(), KEY);
    bucket.bring("create", &[Luck::RequestLost]);
    let error = store.save(&state(1)).await.unwrap_err();
    assert_eq!(error.to_string(), "s3://states/shop.json: the state cannot be saved");
    assert!(!error.contended());
    assert_eq!(bucket.calls(), ["get shop.json"; 5]);
    bucket.bring_to_all(Luck::Good);
    store.save(&state(1)).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn denied_access_to_a_bucket_is_not_retried() {
    let bucket = Memory::default();
    let store = S3Store::new(bucket.clone(), KEY);
    bucket.bring_to_all(Luck::Denied);
    assert_eq!(store.load().await.unwrap_err().to_string(), "s3://states/shop.json: the state cannot be read");
    let error = store.save(&state(1)).await.unwrap_err();
    assert_eq!(error.hints(), ["the caller needs it"]);
    assert_eq!(bucket.calls(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_bucket_that_always_conflicts_is_reported() {
    let bucket = Memory::default();
    let store = S3Store::new(bucket.clone(), KEY);
    bucket.bring("create", &[Luck::Conflict]);
    let error = store.save(&state(1)).await.unwrap_err();
    let StateError::Bucket { error, .. } = error else { panic!("{error}") };
    insta::assert_snapshot!(format!("{error}\n{}", error.hints.join("\n")), @r"
    the bucket rejected 5 writes without a conflict
    does it support conditional writes (`If-Match` and `If-None-Match`)? S3 itself does
    ");
}

#[tokio::test(start_paused = true)]
async fn a_damaged_or_unrelated_object_is_neither_used_nor_overwritten() {
    let bucket = Memory::default();
    let store = S3Store::new(bucket.clone(), KEY);
    store.save(&state(1)).await.unwrap();
    let whole = bucket.text("shop.json").unwrap();
    for text in [&whole[..whole.len() - 1], &whole.replace("0.1", "0.2"), "", "{}"] {
        bucket.place("shop.json", text.as_bytes());
        let error = S3Store::new(bucket.for_another(), KEY).load().await.unwrap_err();
        insta::allow_duplicates! {
            insta::assert_snapshot!(stackctl::hint::joined(&error.hints(), "\n"), @r"
            if the bucket keeps versions, `aws s3api list-object-versions --bucket states --prefix shop.json` lists them
            `stackctl recover` rebuilds the state from AWS
            ");
        }
        for store in [&store, &S3Store::new(bucket.for_another(), KEY)] {
            assert_eq!(store.save(&state(2)).await, Err(changed()));
        }
        assert_eq!(bucket.text("shop.json").as_deref(), Some(text));
    }
}
