//! The state store for buckets, on any server that imitates S3.

use std::time::Duration;

use aws_sdk_s3::Client;
use futures_util::future::join_all;
use stackctl::{
    aws::{ConnectOptions, Connection, S3Bucket},
    engine::State,
    state::{Backend as _, Bucket as _, FileStore, Holder, LockRequest, S3Store, StateError, transfer},
};

use super::{buckets, project::REGION};
use crate::state::fixture::{ask, holder, state};

/// The number of concurrent processes.
const PROCESSES: usize = 6;

/// A bucket for states that several processes use.
struct States {
    connection: Connection,
}

impl States {
    fn bucket(&self) -> S3Bucket {
        self.connection.bucket("states", REGION, None)
    }

    fn store(&self, key: &str) -> S3Store<S3Bucket> {
        S3Store::new(self.bucket(), key)
    }

    /// A save overwrites only the version that was loaded.
    async fn are_saved_over_what_was_loaded(&self) {
        let (ann, bob) = (self.store("saved.json"), self.store("saved.json"));
        assert_eq!((ann.load().await, bob.load().await), (Ok(None), Ok(None)));
        ann.save(&state(1)).await.expect("there is no state yet");
        let changed = Err(StateError::Changed { path: ann.place() });
        assert_eq!(bob.save(&other(1)).await, changed);
        assert_eq!(bob.load().await, Ok(Some(state(1))));
        bob.save(&state(2)).await.expect("the loaded version is current");
        assert_eq!(ann.save(&other(2)).await, changed);
        assert_eq!(self.store("saved.json").load().await, Ok(Some(state(2))));
    }

    /// A lock has one holder at a time, whose name other processes get.
    async fn are_locked_by_one(&self) {
        let (ann, bob) = (self.store("locked.json"), self.store("locked.json"));
        let here = Holder::this("ann".into(), "desk".into(), "up");
        let request = LockRequest { holder: &here, at_most: Duration::ZERO, tell: &|_| {} };
        let guard = ann.lock(&request).await.expect("the lock is free");
        let locked = StateError::Locked { path: bob.place(), holder: Some(Box::new(here.clone())) };
        assert_eq!(ask(&bob, "bob", 0).await.0.expect_err("ann holds the lock"), locked);
        assert_eq!(bob.seen_lock().await.map(|seen| seen.and_then(|seen| seen.holder)), Ok(Some(here)));
        guard.release().await.expect("ann holds the lock");
        assert_eq!(bob.seen_lock().await, Ok(None));
        ask(&bob, "bob", 0).await.0.expect("the lock is free").release().await.expect("bob holds the lock");
    }

    /// The lock of an ended process is taken over, and later saves of that process are rejected.
    async fn are_fenced_from_the_dead(&self) {
        let (ann, bob) = (self.store("fenced.json"), self.store("fenced.json"));
        ann.save(&state(1)).await.expect("there is no state yet");
        let mut gone = Holder::this("ann".into(), "desk".into(), "up");
        gone.process.as_mut().expect("Linux tells processes apart").started -= 1;
        let dead = ann.lock(&LockRequest { holder: &gone, at_most: Duration::ZERO, tell: &|_| {} }).await;
        drop(dead.expect("the lock is free"));
        let guard = ask(&bob, "bob", 0).await.0.expect("the holder has ended");
        assert!(ann.save(&state(2)).await.expect_err("bob has taken over").contended());
        guard.release().await.expect("bob holds the lock");
    }

    /// After a lock was force-released, its former holder cannot save.
    async fn are_fenced_from_who_was_unlocked(&self) {
        let (ann, bob) = (self.store("unlocked.json"), self.store("unlocked.json"));
        ann.save(&state(1)).await.expect("there is no state yet");
        let _late = ask(&ann, "ann", 0).await.0.expect("the lock is free");
        let seen = bob.seen_lock().await.expect("the lock can be read").expect("ann holds the lock");
        let bobs = holder("bob");
        let request = LockRequest { holder: &bobs, at_most: Duration::ZERO, tell: &|_| {} };
        let guard = bob.seize(&seen, &request).await.expect("the lock is the one that was read");
        let taken_over = StateError::TakenOver { path: ann.place(), holder: Some(Box::new(holder("bob"))) };
        assert_eq!(ann.save(&state(2)).await, Err(taken_over));
        guard.release().await.expect("bob holds the lock");
    }

    /// Exactly one of several concurrent locks or saves succeeds.
    async fn are_raced_for_and_won_by_one(&self) {
        for round in 0..5 {
            let key = &format!("raced-{round}.json");
            let stores: Vec<_> = (0..PROCESSES).map(|_| self.store(key)).collect();
            let locks = join_all(stores.iter().map(|store| async {
                let here = Holder::this("ann".into(), "desk".into(), "up");
                store.lock(&LockRequest { holder: &here, at_most: Duration::ZERO, tell: &|_| {} }).await
            }));
            let locks: Vec<_> = locks.await.into_iter().flatten().collect();
            assert_eq!(locks.len(), 1, "locks of round {round}");
            for guard in locks {
                guard.release().await.expect("the lock is held");
            }
            for serial in 1..3 {
                // As processes do that have no lock, or lost it.
                let stores: Vec<_> = (0..PROCESSES).map(|_| self.store(key)).collect();
                join_all(stores.iter().map(S3Store::load)).await;
                let saves = stores.iter().enumerate().map(|(writer, store)| async move {
                    let mine = State { written_by: writer.to_string(), ..state(serial) };
                    store.save(&mine).await
                });
                let (won, lost): (Vec<_>, Vec<_>) = join_all(saves).await.into_iter().partition(Result::is_ok);
                assert_eq!((won.len(), lost.len()), (1, PROCESSES - 1), "save {serial} of round {round}: {lost:?}");
                assert!(lost.into_iter().filter_map(Result::err).all(|error| error.contended()));
            }
        }
    }

    /// A state moves from a folder to the bucket and back.
    async fn are_moved(&self) {
        let folder = tempfile::tempdir().expect("a temporary folder can be created");
        let (local, object) = (FileStore::new(folder.path(), "shop", "dev"), self.store("moved.json"));
        local.save(&state(1)).await.expect("there is no state yet");
        assert_eq!(transfer(&local, &object, ("shop", "dev")).await.map(|moved| moved.saves), Ok(3));
        assert_eq!(object.load().await, Ok(Some(state(1))));
        assert_eq!(transfer(&object, &local, ("shop", "dev")).await.map(|moved| moved.saves), Ok(3));
        assert!(matches!(object.load().await, Err(StateError::Moved { .. })));
        assert_eq!(local.load().await, Ok(Some(state(1))));
    }

    /// The age of an object is read from the server's clock, in whole seconds.
    async fn age(&self) {
        self.store("aging.json").save(&state(1)).await.expect("there is no state yet");
        tokio::time::sleep(Duration::from_millis(2100)).await;
        let object = self.bucket().get("aging.json").await.expect("the object can be read").expect("the object exists");
        let age = object.age.as_secs();
        assert!((1..60).contains(&age), "the object is {age} s old");
    }
}

/// Another state with the same serial.
fn other(serial: u64) -> State {
    State { written_by: "another".into(), ..state(serial) }
}

/// All checks of the store, in their own bucket; those of concurrent writes only where a server writes atomically.
pub(crate) async fn keep_states(s3: &Client, url: &str, races: bool) {
    buckets::create(s3, "states", Some(REGION)).await.expect("the bucket is created");
    let options =
        ConnectOptions { region: Some(REGION.into()), local: Some(url.to_owned()), ..ConnectOptions::default() };
    let states =
        States { connection: Connection::open(options).await.expect("the server returns the caller identity") };
    states.are_saved_over_what_was_loaded().await;
    states.are_locked_by_one().await;
    states.are_fenced_from_the_dead().await;
    states.are_fenced_from_who_was_unlocked().await;
    if races {
        states.are_raced_for_and_won_by_one().await;
    }
    states.are_moved().await;
    states.age().await;
}
