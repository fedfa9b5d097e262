//! The first state of a new lineage, if there is none or only a damaged one.

use std::{fs, path::Path, time::Duration};

use stackctl::{
    engine::State,
    state::{Backend, FileStore, S3Store, StateError},
};

use super::{
    fixture::{KEY, state},
    memory::{Luck, MISFORTUNES, Memory},
};

const DAMAGED: &str = "{ \"checksum\": \"torn";

/// The first state of another lineage.
fn anew() -> State {
    State { lineage: "anew".into(), ..state(1) }
}

fn local() -> (tempfile::TempDir, FileStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = FileStore::new(folder.path(), "shop", "dev");
    (folder, store)
}

fn bucket() -> (Memory, S3Store<Memory>) {
    let bucket = Memory::default();
    (bucket.clone(), S3Store::new(bucket, KEY))
}

/// The damaged states kept in a folder, by name.
fn aside(folder: &Path) -> Vec<(String, String)> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let named = files.map(|entry| (entry.file_name().into_string().unwrap(), entry.path()));
    let damaged = named.filter(|(name, _)| name.contains("damaged"));
    let mut found: Vec<_> = damaged.map(|(name, path)| (name, fs::read_to_string(path).unwrap())).collect();
    found.sort();
    found
}

#[tokio::test(start_paused = true)]
async fn without_a_state_a_new_one_is_created_and_nothing_is_kept_aside() {
    let ((folder, file), (bucket, object)) = (local(), bucket());
    for store in [&file as &dyn Backend, &object] {
        assert_eq!(store.begin_anew(&anew()).await, Ok(None));
        assert_eq!(store.load().await, Ok(Some(anew())));
        let next = State { serial: 2, ..anew() };
        store.save(&next).await.unwrap();
        assert_eq!(store.load().await, Ok(Some(next)));
    }
    assert_eq!(aside(folder.path()), []);
    assert_eq!(bucket.text("shop.json.damaged"), None);
}

#[tokio::test]
async fn a_damaged_file_is_kept_aside_under_an_unused_name() {
    let (folder, store) = local();
    store.save(&state(1)).await.unwrap();
    store.save(&state(2)).await.unwrap();
    for (damage, name) in [("one", "shop.dev.damaged.json"), ("other", "shop.dev.damaged-2.json")] {
        fs::write(store.path(), damage).unwrap();
        let kept = store.begin_anew(&anew()).await.unwrap().unwrap();
        assert_eq!(Path::new(&kept), folder.path().join(name));
        assert_eq!(store.load().await, Ok(Some(anew())));
    }
    let pair = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    let expected = [pair("shop.dev.damaged-2.json", "other"), pair("shop.dev.damaged.json", "one")];
    assert_eq!(aside(folder.path()), expected);
    let previous = fs::read_to_string(folder.path().join("shop.dev.previous.json")).unwrap();
    assert!(previous.contains(&state(1).lineage), "the version before the damage is kept");
}

#[tokio::test]
async fn a_damaged_file_that_a_killed_run_kept_aside_is_not_kept_twice() {
    let (folder, store) = local();
    for name in ["shop.dev.json", "shop.dev.damaged.json"] {
        fs::write(folder.path().join(name), DAMAGED).unwrap();
    }
    store.begin_anew(&anew()).await.unwrap();
    assert_eq!(aside(folder.path()), [("shop.dev.damaged.json".into(), DAMAGED.into())]);
}

#[tokio::test]
async fn a_damaged_file_that_cannot_be_kept_aside_is_not_replaced() {
    let (folder, store) = local();
    fs::write(store.path(), DAMAGED).unwrap();
    // The contents of a folder cannot be compared with the file.
    fs::create_dir(folder.path().join("shop.dev.damaged.json")).unwrap();
    let error = store.begin_anew(&anew()).await.unwrap_err();
    assert!(error.to_string().contains("shop.dev.json: the state cannot be kept aside: "), "{error}");
    assert_eq!(fs::read_to_string(store.path()).unwrap(), DAMAGED);
}

#[tokio::test(start_paused = true)]
async fn a_damaged_object_is_kept_aside_despite_failed_calls() {
    for call in ["create shop.json.damaged", "write shop.json"] {
        for luck in MISFORTUNES {
            let (bucket, store) = bucket();
            bucket.place(KEY, DAMAGED.as_bytes());
            bucket.bring(call, &[luck, Luck::Good]);
            let kept = store.begin_anew(&anew()).await.unwrap();
            assert_eq!(kept.as_deref(), Some("s3://states/shop.json.damaged"), "{call} {luck:?}");
            assert_eq!(bucket.text("shop.json.damaged").as_deref(), Some(DAMAGED), "{call} {luck:?}");
            assert_eq!(bucket.text("shop.json.damaged-2"), None, "{call} {luck:?}");
            assert_eq!(store.load().await, Ok(Some(anew())), "{call} {luck:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_object_that_is_kept_aside_is_never_overwritten() {
    let (bucket, store) = bucket();
    bucket.place(KEY, DAMAGED.as_bytes());
    bucket.place("shop.json.damaged", b"of another time");
    let kept = store.begin_anew(&anew()).await.unwrap();
    assert_eq!(kept.as_deref(), Some("s3://states/shop.json.damaged-2"));
    assert_eq!(bucket.text("shop.json.damaged").as_deref(), Some("of another time"));
    assert_eq!(bucket.text("shop.json.damaged-2").as_deref(), Some(DAMAGED));
}

#[tokio::test(start_paused = true)]
async fn a_damaged_object_that_cannot_be_kept_aside_is_not_replaced() {
    let (bucket, store) = bucket();
    bucket.place(KEY, DAMAGED.as_bytes());
    bucket.bring("create", &[Luck::Denied]);
    let error = store.begin_anew(&anew()).await.unwrap_err();
    assert_eq!(error.to_string(), "s3://states/shop.json: the state cannot be kept aside");
    assert_eq!(bucket.text(KEY).as_deref(), Some(DAMAGED));
}

#[tokio::test(start_paused = true)]
async fn a_valid_state_is_not_replaced() {
    let ((folder, file), (bucket, object)) = (local(), bucket());
    for store in [&file as &dyn Backend, &object] {
        store.save(&state(1)).await.unwrap();
        assert_eq!(store.begin_anew(&anew()).await, Err(StateError::Changed { path: store.place() }));
        assert_eq!(store.load().await, Ok(Some(state(1))));
    }
    assert_eq!((aside(folder.path()), bucket.text("shop.json.damaged")), (Vec::new(), None));
}

#[tokio::test(start_paused = true)]
async fn a_state_that_another_process_saves_at_the_same_time_is_not_replaced() {
    let (bucket, store) = bucket();
    bucket.place(KEY, DAMAGED.as_bytes());
    bucket.bring("create shop.json.damaged", &[Luck::Late(Duration::from_secs(9))]);
    let another = S3Store::new(bucket.for_another(), KEY);
    let ours = anew();
    let (late, first) = tokio::join!(store.begin_anew(&ours), async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        another.begin_anew(&state(1)).await
    });
    assert_eq!(first.unwrap().as_deref(), Some("s3://states/shop.json.damaged"));
    assert_eq!(late, Err(StateError::Changed { path: "s3://states/shop.json".into() }));
    assert_eq!(another.load().await, Ok(Some(state(1))));
}
