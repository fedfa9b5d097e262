//! A force-released lock whose holder is still alive: the holder can save nothing more, in a file and in a bucket.

use stackctl::state::{Backend, FileStore, Guard, Holder, LockRequest, S3Store, SeenLock, StateError};
use tokio::time::{Duration, Instant, timeout};

use super::{
    fixture::{KEY, LOCK, ask, holder, state},
    memory::{Luck, MISFORTUNES, Memory},
};

/// Force-releases the lock that was seen.
async fn seize(store: &dyn Backend, seen: &SeenLock, user: &str) -> Result<Guard, StateError> {
    let holder = Holder { command: "unlock".into(), ..holder(user) };
    store.seize(seen, &LockRequest { holder: &holder, at_most: Duration::ZERO, tell: &|_| {} }).await
}

fn taken_over_by(store: &dyn Backend, user: &str) -> StateError {
    let holder = Holder { command: "unlock".into(), ..holder(user) };
    StateError::TakenOver { path: store.place(), holder: Some(Box::new(holder)) }
}

/// Three processes: Ann's holds the lock and keeps working, Bob's force-releases it, and Cem's locks it afterwards.
struct Three<B> {
    ann: B,
    bob: B,
    cem: B,
}

impl Three<FileStore> {
    fn on(folder: &tempfile::TempDir) -> Self {
        let store = || FileStore::new(folder.path(), "shop", "dev");
        Self { ann: store(), bob: store(), cem: store() }
    }
}

impl Three<S3Store<Memory>> {
    fn on(bucket: &Memory) -> Self {
        let store = || S3Store::new(bucket.for_another(), KEY);
        Self { ann: S3Store::new(bucket.clone(), KEY), bob: store(), cem: store() }
    }
}

impl<B: Backend> Three<B> {
    /// Bob force-releases the lock while Ann works. Ann's later saves are rejected, and Cem can start.
    async fn take_turns(&self, began_with: Option<u64>) {
        let Self { ann, bob, cem } = self;
        if let Some(serial) = began_with {
            ann.save(&state(serial)).await.unwrap();
        }
        let _late = ask(ann, "ann", 0).await.0.unwrap();
        assert_eq!(ann.load().await.unwrap().map(|state| state.serial), began_with);
        let seen = bob.seen_lock().await.unwrap().unwrap();
        assert_eq!((seen.holder.as_ref(), seen.given_up), (Some(&holder("ann")), false));
        let guard = seize(bob, &seen, "bob").await.unwrap();
        let next = began_with.unwrap_or_default() + 1;
        assert_eq!(ann.save(&state(next)).await.unwrap_err(), taken_over_by(bob, "bob"));
        assert_eq!(ann.lost().await, taken_over_by(bob, "bob"));
        guard.release().await.unwrap();
        assert_eq!(bob.seen_lock().await.unwrap(), None);

        let _guard = ask(cem, "cem", 0).await.0.unwrap();
        assert!(ann.save(&state(next)).await.unwrap_err().contended(), "it is still rejected");
        let fenced = cem.load().await.unwrap();
        assert_eq!(fenced.as_ref().map(|state| state.serial), began_with.map(|_| next), "only the serial changes");
        cem.save(&state(fenced.map_or(1, |state| state.serial + 1))).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_process_that_lost_the_lock_of_a_file_saves_nothing_more() {
    for began_with in [None, Some(1)] {
        let folder = tempfile::tempdir().unwrap();
        Three::<FileStore>::on(&folder).take_turns(began_with).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_process_that_lost_the_lock_of_an_object_saves_nothing_more() {
    for began_with in [None, Some(1)] {
        Three::<S3Store<Memory>>::on(&Memory::default()).take_turns(began_with).await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_serial_alone_rejects_a_process_without_the_lock() {
    let folder = tempfile::tempdir().unwrap();
    let Three { ann, bob, cem } = Three::<FileStore>::on(&folder);
    ann.save(&state(1)).await.unwrap();
    let _late = ask(&ann, "ann", 0).await.0.unwrap();
    let seen = bob.seen_lock().await.unwrap().unwrap();
    seize(&bob, &seen, "bob").await.unwrap().release().await.unwrap();
    assert_eq!(cem.save(&state(2)).await, Err(StateError::Changed { path: cem.place() }));
    assert_eq!(cem.load().await.unwrap().unwrap().pending, state(1).pending);
}

#[tokio::test(start_paused = true)]
async fn reading_a_lock_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("state");
    assert_eq!(FileStore::new(&inside, "shop", "dev").seen_lock().await, Ok(None));
    assert!(!inside.exists());

    let bucket = Memory::default();
    let Three { ann, bob, .. } = Three::<S3Store<Memory>>::on(&bucket);
    assert_eq!(bob.seen_lock().await, Ok(None));
    let _guard = ask(&ann, "ann", 0).await.0.unwrap();
    bucket.calls();
    let seen = bob.seen_lock().await.unwrap().unwrap();
    assert_eq!(bucket.calls(), ["get shop.json.lock"]);
    assert_eq!((seen.holder, seen.silent), (Some(holder("ann")), Some(Duration::ZERO)));
    tokio::time::sleep(Duration::from_secs(7)).await;
    assert_eq!(bob.seen_lock().await.unwrap().unwrap().silent, Some(Duration::from_secs(7)));
}

#[tokio::test(start_paused = true)]
async fn a_lock_that_has_a_new_holder_is_not_released() {
    async fn changed<B: Backend>(Three { ann, bob, cem }: Three<B>) {
        ann.save(&state(1)).await.unwrap();
        let guard = ask(&ann, "ann", 0).await.0.unwrap();
        let seen = bob.seen_lock().await.unwrap().unwrap();
        guard.release().await.unwrap();
        let _guard = ask(&cem, "cem", 0).await.0.unwrap();
        let cem_has_it = StateError::Locked { path: cem.place(), holder: Some(Box::new(holder("cem"))) };
        assert_eq!(seize(&bob, &seen, "bob").await.unwrap_err(), cem_has_it);
        assert_eq!(cem.load().await, Ok(Some(state(1))), "the serial is unchanged");
        cem.save(&state(2)).await.unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    changed(Three::<FileStore>::on(&folder)).await;
    changed(Three::<S3Store<Memory>>::on(&Memory::default())).await;
}

#[tokio::test(start_paused = true)]
async fn a_force_release_of_a_released_lock_succeeds() {
    async fn released<B: Backend>(Three { ann, bob, cem }: Three<B>) {
        let guard = ask(&ann, "ann", 0).await.0.unwrap();
        let seen = bob.seen_lock().await.unwrap().unwrap();
        guard.release().await.unwrap();
        seize(&bob, &seen, "bob").await.unwrap().release().await.unwrap();
        drop(ask(&cem, "cem", 0).await.0.unwrap());
    }
    let folder = tempfile::tempdir().unwrap();
    released(Three::<FileStore>::on(&folder)).await;
    released(Three::<S3Store<Memory>>::on(&Memory::default())).await;
}

#[tokio::test(start_paused = true)]
async fn a_process_that_waits_for_a_force_released_lock_gets_the_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let Three { ann, bob, cem } = Three::<FileStore>::on(&folder);
    let _late = ask(&ann, "ann", 0).await.0.unwrap();
    let unlock = async {
        tokio::time::sleep(Duration::from_secs(5)).await;
        let seen = bob.seen_lock().await.unwrap().unwrap();
        seize(&bob, &seen, "bob").await.unwrap().release().await.unwrap();
    };
    let (waited, ()) = tokio::join!(ask(&cem, "cem", 60), unlock);
    let _guard = waited.0.unwrap();
    let (refused, _) = ask(&bob, "bob", 0).await;
    assert_eq!(refused.unwrap_err(), StateError::Locked { path: cem.place(), holder: Some(Box::new(holder("cem"))) });
}

#[tokio::test(start_paused = true)]
async fn a_lock_in_a_bucket_is_force_released_despite_failed_calls_and_its_holder_detects_it() {
    for luck in MISFORTUNES {
        let bucket = Memory::default();
        let Three { ann, bob, .. } = Three::<S3Store<Memory>>::on(&bucket);
        ann.save(&state(1)).await.unwrap();
        let _late = ask(&ann, "ann", 0).await.0.unwrap();
        let theirs = bucket.for_another();
        let bob = S3Store::new(theirs.clone(), bob.place().trim_start_matches("s3://states/"));
        for call in ["write shop.json.lock", "write shop.json", "delete shop.json.lock"] {
            theirs.bring(call, &[luck, Luck::Good]);
        }
        let seen = bob.seen_lock().await.unwrap().unwrap();
        let guard = seize(&bob, &seen, "bob").await.unwrap_or_else(|error| panic!("{luck:?}: {error}"));
        let began = Instant::now();
        assert_eq!(timeout(Duration::from_mins(1), ann.lost()).await, Ok(taken_over_by(&bob, "bob")), "{luck:?}");
        assert!(began.elapsed() <= Duration::from_secs(11), "{luck:?}: at the next renewal");
        guard.release().await.unwrap_or_else(|error| panic!("{luck:?}: {error}"));
        assert_eq!(bucket.text(LOCK), None, "{luck:?}");
        assert_eq!(bob.load().await.unwrap().unwrap().serial, 2, "{luck:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_lock_object_of_another_program_is_force_released_too() {
    let bucket = Memory::default();
    let Three { bob, .. } = Three::<S3Store<Memory>>::on(&bucket);
    bucket.place(LOCK, b"LOCKED");
    let seen = bob.seen_lock().await.unwrap().unwrap();
    assert_eq!((&seen.holder, seen.given_up), (&None, false));
    seize(&bob, &seen, "bob").await.unwrap().release().await.unwrap();
    assert_eq!(bucket.text(LOCK), None);

    bucket.place(LOCK, b"LOCKED");
    tokio::time::sleep(Duration::from_mins(1)).await;
    assert!(bob.seen_lock().await.unwrap().unwrap().given_up);
}

#[test]
fn of_many_concurrent_saves_of_a_file_one_wins_each_time() {
    let folder = tempfile::tempdir().unwrap();
    for serial in 1..=25 {
        let won: usize = std::thread::scope(|scope| {
            let save = |user: usize| {
                let store = FileStore::new(folder.path(), "shop", "dev");
                let mut mine = state(serial);
                mine.written_by = format!("{user}");
                let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
                runtime.block_on(store.save(&mine)).map_err(|error| assert!(error.contended(), "{error}")).is_ok()
            };
            let writers: Vec<_> = (0..6).map(|user| scope.spawn(move || save(user))).collect();
            writers.into_iter().map(|writer| usize::from(writer.join().unwrap())).sum()
        });
        assert_eq!(won, 1, "save {serial}");
    }
}
