//! The state in a file: its lock, and the saves that it rejects.

use stackctl::{
    engine::{StackIdentity, State},
    state::{Backend as _, Document, FileStore, StateError},
};
use tokio::time::{Duration, Instant};

use super::fixture::{ask, holder, state};

fn store() -> (tempfile::TempDir, FileStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = FileStore::new(folder.path(), "shop", "dev");
    (folder, store)
}

#[tokio::test(start_paused = true)]
async fn without_a_timeout_a_held_lock_is_an_error_at_once() {
    let (_folder, store) = store();
    let (_guard, _) = ask(&store, "ann", 0).await;
    let (refused, told) = ask(&store, "bob", 0).await;
    let path = store.place();
    assert_eq!(refused.unwrap_err(), StateError::Locked { path, holder: Some(Box::new(holder("ann"))) });
    assert!(told.is_empty(), "{told:?}");
}

#[tokio::test]
async fn the_state_of_another_stack_is_rejected_with_the_difference() {
    let place = StackIdentity {
        stack: "shop".into(),
        stage: "dev".into(),
        region: "eu-west-1".into(),
        account: "123456789012".into(),
        endpoint: None,
    };
    let state = State::new(place.clone());
    assert_eq!(state.check(&place), Ok(()));
    let rejection = |change: &dyn Fn(&mut StackIdentity)| {
        let mut other = place.clone();
        change(&mut other);
        let error = StateError::from(state.check(&other).unwrap_err());
        format!("{error}\n  {}", stackctl::hint::joined(&error.hints(), "\n  "))
    };
    let rejections = [
        rejection(&|place| place.stack = "shops".into()),
        rejection(&|place| place.stage = "prod".into()),
        rejection(&|place| place.region = "us-east-1".into()),
        rejection(&|place| place.account = "210987654321".into()),
        rejection(&|place| place.endpoint = Some("http://127.0.0.1:4566".into())),
    ];
    insta::assert_snapshot!(rejections.join("\n"), @r"
    the state is of stack `shop`, not of `shops`
      to keep it, set `deployment.serviceName` back to `shop`
      to delete it first, run `stackctl down --service-name shop`
      to create `shops` beside it, give the config another place in `state`
    the state is of stage `dev`, not of `prod`
      write `${stage}` into `state.s3.key`, so that each stage has a state of its own
    the state is of region `eu-west-1`, not of `us-east-1`
      use the config that the stack was created with
    the state is of account `123456789012`, not of `210987654321`
      use the credentials and the endpoint that the stack was created with
    the state is of endpoint `AWS`, not of `http://127.0.0.1:4566`
      use the credentials and the endpoint that the stack was created with
    ");
}

#[tokio::test]
async fn a_save_with_a_wrong_serial_or_lineage_is_rejected() {
    let (_folder, store) = store();
    store.save(&state(1)).await.unwrap();
    assert!(matches!(store.save(&state(1)).await, Err(StateError::Changed { .. })));
    assert!(matches!(store.save(&state(3)).await, Err(StateError::Changed { .. })));
    let mut other = state(2);
    other.lineage = "another".into();
    assert!(matches!(store.save(&other).await, Err(StateError::Changed { .. })));
    assert_eq!(store.load().await.unwrap(), Some(state(1)));
}

#[tokio::test]
async fn leftovers_of_a_killed_save_are_deleted_by_the_next_holder() {
    let (folder, store) = store();
    store.save(&state(1)).await.unwrap();
    for name in [".shop.dev.a1b2c3.new", ".shop.prod.a1b2c3.new", "shop.dev.mine"] {
        std::fs::write(folder.path().join(name), "{").unwrap();
    }
    let (_guard, _) = ask(&store, "ann", 0).await;
    let mut names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, [".shop.prod.a1b2c3.new", "shop.dev.json", "shop.dev.lock", "shop.dev.mine"]);
}

#[tokio::test(start_paused = true)]
async fn a_suspended_save_blocks_other_saves_until_it_ends() {
    let (_folder, store) = store();
    store.save(&state(1)).await.unwrap();
    let stopped = std::fs::File::open(store.path()).unwrap();
    stopped.lock().unwrap();
    let began = Instant::now();
    assert_eq!(store.save(&state(2)).await, Err(StateError::Locked { path: store.place(), holder: None }));
    assert_eq!(began.elapsed(), Duration::from_secs(5));
    assert_eq!(store.load().await, Ok(Some(state(1))), "a load does not wait");
    stopped.unlock().unwrap();
    store.save(&state(2)).await.unwrap();
}

#[tokio::test]
async fn an_unreadable_state_is_never_replaced() {
    let (_folder, store) = store();
    store.save(&state(1)).await.unwrap();
    std::fs::write(store.path(), "torn").unwrap();
    assert!(matches!(store.document().await, Err(StateError::Damaged { .. })));
    let refused = store.replace(&Document::State(state(2))).await;
    assert_eq!(refused, Err(StateError::Changed { path: store.place() }));
    assert_eq!(std::fs::read_to_string(store.path()).unwrap(), "torn");
}

#[test]
fn a_folder_has_the_same_address_through_every_path() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    std::fs::create_dir(root.join("state")).unwrap();
    std::os::unix::fs::symlink("state", root.join("link")).unwrap();
    let address = |path: &str| FileStore::new(&root.join(path), "shop", "dev").address();
    for path in ["state", "state/", "state/.", "state/../state", "link", "link/../link", "no/../state"] {
        assert_eq!(address(path), root.join("state").display().to_string(), "{path}");
    }
    assert_eq!(address("state/new/one"), root.join("state/new/one").display().to_string());
    assert_eq!(address("link/new/../other"), root.join("state/other").display().to_string());
}
