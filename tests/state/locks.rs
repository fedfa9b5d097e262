//! The lock of a state in a bucket: taking, waiting, rejections and takeovers.

use serde_json::Value;
use stackctl::state::{Backend, FileStore, Guard, Holder, LockNews, LockRequest, S3Store, StateError};
use tokio::time::{Duration, Instant};

use super::{
    fixture::{KEY, LOCK, ask, holder, state},
    memory::{Luck, MISFORTUNES, Memory},
};

const PLACE: &str = "s3://states/shop.json";

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Two processes on one bucket.
fn processes() -> (Memory, S3Store<Memory>, S3Store<Memory>) {
    let bucket = Memory::default();
    let another = bucket.for_another();
    (bucket.clone(), S3Store::new(bucket, KEY), S3Store::new(another, KEY))
}

fn locked_by(name: &str) -> StateError {
    StateError::Locked { path: PLACE.into(), holder: Some(Box::new(holder(name))) }
}

/// Dies with the lock, which is no longer renewed.
fn die(guard: Result<Guard, StateError>) {
    drop(guard.unwrap());
}

#[tokio::test(start_paused = true)]
async fn a_free_lock_takes_one_call_to_acquire_and_one_to_release() {
    let (bucket, store, _) = processes();
    let (guard, told) = ask(&store, "ann", 0).await;
    let guard = guard.unwrap();
    let signature: Value = serde_json::from_str(&bucket.text(LOCK).unwrap()).unwrap();
    assert_eq!(signature["holder"], serde_json::to_value(holder("ann")).unwrap());
    guard.release().await.unwrap();
    assert_eq!(bucket.calls(), ["create shop.json.lock", "delete shop.json.lock"]);
    assert_eq!((bucket.text(LOCK), told), (None, vec![]));
}

#[tokio::test(start_paused = true)]
async fn without_a_timeout_a_lock_is_watched_until_its_holder_renews_it() {
    let (_, ann, bob) = processes();
    let _guard = ask(&ann, "ann", 0).await.0.unwrap();
    tokio::time::sleep(seconds(3)).await;
    let began = Instant::now();
    let (refused, told) = ask(&bob, "bob", 0).await;
    assert_eq!(refused.unwrap_err(), locked_by("ann"));
    assert_eq!(told, [LockNews::Watching { place: PLACE.into(), holder: Some(holder("ann")), at_most: seconds(57) }]);
    assert!(began.elapsed() < seconds(11), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_holder_on_this_machine_is_known_to_be_alive_or_dead_at_once() {
    let (_, ann, bob) = processes();
    let here = Holder::this("ann".into(), "desk".into(), "up");
    let lock = async |holder: &Holder| {
        ann.lock(&LockRequest { holder, at_most: Duration::ZERO, tell: &|_| {} }).await.unwrap()
    };
    let guard = lock(&here).await;
    let began = Instant::now();
    let (refused, told) = ask(&bob, "bob", 0).await;
    let holder = Some(Box::new(here.clone()));
    assert_eq!(refused.unwrap_err(), StateError::Locked { path: PLACE.into(), holder });
    assert!(told.is_empty() && began.elapsed() < seconds(1), "{told:?}");
    guard.release().await.unwrap();

    // A process with the same id that started at another time.
    let mut gone = here;
    gone.process.as_mut().unwrap().started -= 1;
    drop(lock(&gone).await);
    let began = Instant::now();
    let (taken, told) = ask(&bob, "bob", 0).await;
    let because = "its process has ended";
    assert_eq!(told, [LockNews::TakenOver { place: PLACE.into(), holder: Some(gone.clone()), because }]);
    assert!(began.elapsed() < seconds(1));
    taken.unwrap().release().await.unwrap();

    // After a reboot or from another container, the process cannot be checked.
    for change in [
        |gone: &mut Holder| gone.process.as_mut().unwrap().boot.push('1'),
        |gone: &mut Holder| {
            gone.process.as_mut().unwrap().namespace.push('1');
        },
    ] {
        let mut gone = gone.clone();
        change(&mut gone);
        drop(lock(&gone).await);
        let (taken, told) = ask(&bob, "bob", 0).await;
        assert!(matches!(told[..], [LockNews::Watching { .. }, LockNews::TakenOver { .. }]), "{told:?}");
        taken.unwrap().release().await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn with_a_timeout_the_lock_is_awaited_and_the_wait_is_reported_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = || FileStore::new(folder.path(), "shop", "dev");
    waits(&file(), &file()).await;
    let (_, ann, bob) = processes();
    waits(&ann, &bob).await;
}

/// Bob waits for Ann's lock, first in vain and then until she releases it.
async fn waits(ann: &dyn Backend, bob: &dyn Backend) {
    let locked_by = |name| StateError::Locked { path: ann.place(), holder: Some(Box::new(holder(name))) };
    let guard = ask(ann, "ann", 0).await.0.unwrap();
    let began = Instant::now();
    let (refused, told) = ask(bob, "bob", 90).await;
    assert_eq!(refused.unwrap_err(), locked_by("ann"));
    assert!(began.elapsed() >= seconds(90) && began.elapsed() < seconds(93), "{:?}", began.elapsed());
    let waiting = LockNews::Waiting { place: ann.place(), holder: Some(holder("ann")), at_most: seconds(90) };
    assert_eq!(told, [waiting]);

    let began = Instant::now();
    let release = async {
        tokio::time::sleep(seconds(20)).await;
        guard.release().await
    };
    let (released, (taken, _)) = tokio::join!(release, ask(bob, "bob", 90));
    released.unwrap();
    assert!(began.elapsed() < seconds(23), "{:?}", began.elapsed());
    let (refused, _) = ask(ann, "ann", 0).await;
    assert_eq!(refused.unwrap_err(), locked_by("bob"));
    drop(taken);
}

#[tokio::test(start_paused = true)]
async fn a_lock_that_is_not_renewed_is_taken_over_after_a_minute_and_not_before() {
    for at_most in [0, 5, 600] {
        let (_, ann, bob) = processes();
        die(ask(&ann, "ann", 0).await.0);
        let died = Instant::now();
        let (taken, told) = ask(&bob, "bob", at_most).await;
        assert!(died.elapsed() >= seconds(60) && died.elapsed() < seconds(63), "{:?}", died.elapsed());
        let because = "it gave no sign of life for a minute";
        let taken_over = LockNews::TakenOver { place: PLACE.into(), holder: Some(holder("ann")), because };
        assert_eq!(told.last(), Some(&taken_over), "{told:?}");
        assert!(taken.is_ok());
    }
}

#[tokio::test(start_paused = true)]
async fn a_lock_that_was_not_renewed_for_long_is_taken_over_at_once() {
    let (bucket, ann, bob) = processes();
    die(ask(&ann, "ann", 0).await.0);
    tokio::time::sleep(seconds(3600)).await;
    bucket.calls();
    let (taken, _) = ask(&bob, "bob", 0).await;
    assert!(taken.is_ok());
    let calls = ["create shop.json.lock: refused", "get shop.json.lock", "write shop.json.lock", "get shop.json"];
    assert_eq!(bucket.calls(), calls);
}

#[tokio::test(start_paused = true)]
async fn a_lock_object_of_another_program_counts_as_a_lock() {
    let (bucket, _, bob) = processes();
    bucket.place(LOCK, b"LOCKED");
    let began = Instant::now();
    let (taken, told) = ask(&bob, "bob", 0).await;
    assert!(taken.is_ok());
    assert!(began.elapsed() >= seconds(60));
    assert!(matches!(told[..], [LockNews::Watching { holder: None, .. }, LockNews::TakenOver { holder: None, .. }]));
}

#[tokio::test(start_paused = true)]
async fn of_several_concurrent_takeovers_one_wins() {
    let (bucket, ann, bob) = processes();
    let cem = S3Store::new(bucket.for_another(), KEY);
    let dan = S3Store::new(bucket.for_another(), KEY);
    ann.save(&state(1)).await.unwrap();
    die(ask(&ann, "ann", 0).await.0);
    let (bob, cem, dan) = tokio::join!(ask(&bob, "bob", 0), ask(&cem, "cem", 0), ask(&dan, "dan", 0));
    let (won, lost): (Vec<_>, Vec<_>) = [bob.0, cem.0, dan.0].into_iter().partition(Result::is_ok);
    assert_eq!((won.len(), lost.len()), (1, 2));
    let signature: Value = serde_json::from_str(&bucket.text(LOCK).unwrap()).unwrap();
    let winner = signature["holder"]["user"].as_str().unwrap().to_owned();
    for refused in lost {
        assert_eq!(refused.unwrap_err(), locked_by(&winner));
    }
}

#[tokio::test(start_paused = true)]
async fn a_lock_is_acquired_once_and_released_despite_failed_calls() {
    for luck in MISFORTUNES {
        for taken_over in [false, true] {
            let (bucket, ann, bob) = processes();
            if taken_over {
                die(ask(&bob, "bob", 0).await.0);
                tokio::time::sleep(seconds(100)).await;
            }
            for call in ["create shop.json.lock", "write shop.json.lock", "delete shop.json.lock"] {
                bucket.bring(call, &[luck, Luck::Good]);
            }
            let guard = ask(&ann, "ann", 0).await.0.unwrap_or_else(|error| panic!("{luck:?}: {error}"));
            let (refused, _) = ask(&bob, "bob", 0).await;
            assert_eq!(refused.unwrap_err(), locked_by("ann"), "{luck:?}");
            guard.release().await.unwrap_or_else(|error| panic!("{luck:?}: {error}"));
            assert_eq!(bucket.text(LOCK), None, "{luck:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_bucket_that_denies_access_to_the_lock_is_reported() {
    let (bucket, ann, _) = processes();
    bucket.bring("create", &[Luck::Denied]);
    let error = ask(&ann, "ann", 0).await.0.unwrap_err();
    assert_eq!(error.to_string(), "s3://states/shop.json: the state cannot be locked");
    bucket.bring_to_all(Luck::Good);
    let guard = ask(&ann, "ann", 0).await.0.unwrap();
    bucket.bring("delete", &[Luck::Denied]);
    let error = guard.release().await.unwrap_err();
    assert_eq!(error.to_string(), "s3://states/shop.json: the state cannot be unlocked");
}
