//! The states of other stacks and stages in the same folder or prefix.

use std::fs;

use stackctl::{
    engine::State,
    state::{Backend, FileStore, S3Store},
};

use super::{
    fixture::state,
    memory::{Luck, Memory},
};

/// The state of a stack and stage.
fn of(stack: &str, stage: &str) -> State {
    State { stack: stack.into(), stage: stage.into(), ..state(1) }
}

/// The stacks and stages of the other states.
async fn names(store: &dyn Backend) -> Vec<(String, String)> {
    let states = store.alike(["shop", "dev"]).await.unwrap();
    states.into_iter().map(|state| (state.stack, state.stage)).collect()
}

#[tokio::test]
async fn a_folder_lists_only_its_other_states() {
    let folder = tempfile::tempdir().unwrap();
    let store = |stack: &str, stage: &str| FileStore::new(&folder.path().join("state"), stack, stage);
    let own = store("shop", "dev");
    assert_eq!(names(&own).await, [], "there is no folder");
    own.save(&of("shop", "dev")).await.unwrap();
    own.save(&State { serial: 2, ..of("shop", "dev") }).await.unwrap();
    for (stack, stage) in [("shop", "prod"), ("store", "dev")] {
        store(stack, stage).save(&of(stack, stage)).await.unwrap();
    }
    fs::write(store("torn", "dev").path(), "{").unwrap();
    fs::write(folder.path().join("state/notes.json"), "{}").unwrap();
    let others = [("shop".into(), "prod".into()), ("store".into(), "dev".into())];
    assert_eq!(names(&own).await, others);
}

#[tokio::test(start_paused = true)]
async fn a_bucket_lists_the_other_states_of_a_prefix() {
    let bucket = Memory::default();
    let store = |key: &str| S3Store::new(bucket.for_another(), key);
    let own = store("teams/a/shop.dev.json");
    own.save(&of("shop", "dev")).await.unwrap();
    for (key, stack, stage) in [
        ("teams/a/shop.prod.json", "shop", "prod"),
        ("teams/b/shop.test.json", "shop", "test"),
        ("teams/a/store.dev.json", "store", "dev"),
    ] {
        store(key).save(&of(stack, stage)).await.unwrap();
    }
    bucket.place("teams/a/shop.prod.json.lock", b"{}");
    bucket.place("teams/a/torn.dev.json", b"{");
    assert_eq!(names(&own).await, [("shop".into(), "prod".into()), ("store".into(), "dev".into())]);
    assert_eq!(names(&store("teams/a/state.json")).await, [], "this key contains no stack name");
    let denied = Memory::default();
    denied.bring("list", &[Luck::Denied]);
    let error = S3Store::new(denied, "shop.dev.json").alike(["shop", "dev"]).await.unwrap_err();
    assert_eq!(error.to_string(), "s3://states/shop.dev.json: the state cannot be listed");
}
