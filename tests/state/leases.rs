//! A lock in a bucket while it is held: renewals, losses, and writes of a late holder.

use stackctl::{
    engine::State,
    state::{Backend as _, S3Store, StateError},
};
use tokio::time::{Duration, Instant, timeout};

use super::{
    fixture::{KEY, LOCK, ask, holder, state},
    memory::{Luck, MISFORTUNES, Memory},
};

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn taken_over_by(name: &str) -> StateError {
    StateError::TakenOver { path: "s3://states/shop.json".into(), holder: Some(Box::new(holder(name))) }
}

/// Two processes: Ann's, which works and has saved, and Bob's, which starts later.
struct Two {
    bucket: Memory,
    ann: S3Store<Memory>,
    bob: S3Store<Memory>,
}

impl Two {
    async fn on(state: Option<State>) -> Self {
        let bucket = Memory::default();
        let (ann, bob) = (S3Store::new(bucket.clone(), KEY), S3Store::new(bucket.for_another(), KEY));
        if let Some(state) = state {
            ann.save(&state).await.unwrap();
        }
        Self { bucket, ann, bob }
    }

    /// Suspends Ann's process for this time; its requests are sent afterwards.
    fn ann_stops_for(&self, duration: u64) {
        self.bucket.bring_to_all(Luck::Late(seconds(duration)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_lock_is_renewed_for_as_long_as_it_is_held() {
    let Two { bucket, ann, bob } = Two::on(None).await;
    let guard = ask(&ann, "ann", 0).await.0.unwrap();
    bucket.calls();
    assert!(timeout(seconds(600), ann.lost()).await.is_err());
    let renewals = bucket.calls();
    assert!((55..=60).contains(&renewals.len()), "{}", renewals.len());
    assert!(renewals.iter().all(|call| call == "write shop.json.lock"));
    assert!(matches!(ask(&bob, "bob", 120).await.0, Err(StateError::Locked { .. })));
    guard.release().await.unwrap();
    tokio::time::sleep(seconds(60)).await;
    assert_eq!(bucket.text(LOCK), None, "the renewals have ended");
}

#[tokio::test(start_paused = true)]
async fn a_failed_renewal_does_not_lose_the_lock() {
    for luck in MISFORTUNES {
        let Two { bucket, ann, bob } = Two::on(None).await;
        let guard = ask(&ann, "ann", 0).await.0.unwrap();
        bucket.bring("write shop.json.lock", &[luck, Luck::Good, luck, luck, Luck::Good]);
        assert!(timeout(seconds(120), ann.lost()).await.is_err(), "{luck:?}");
        assert!(matches!(ask(&bob, "bob", 0).await.0, Err(StateError::Locked { .. })), "{luck:?}");
        guard.release().await.unwrap();
        assert_eq!(bucket.text(LOCK), None, "{luck:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_lock_counts_as_lost_if_the_bucket_is_unreachable_for_too_long() {
    let Two { bucket, ann, .. } = Two::on(Some(state(1))).await;
    let _guard = ask(&ann, "ann", 0).await.0.unwrap();
    bucket.bring_to_all(Luck::RequestLost);
    let began = Instant::now();
    let path = "s3://states/shop.json".to_owned();
    assert_eq!(ann.lost().await, StateError::Unrenewed { path, seconds: 45 });
    assert!(began.elapsed() <= seconds(46), "{:?}", began.elapsed());

    // No process took the lock over in the meantime, so the work under way is saved.
    bucket.bring_to_all(Luck::Good);
    ann.save(&state(2)).await.unwrap();
    assert!(timeout(seconds(100), ann.lost()).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn taking_over_a_lock_raises_the_serial_so_that_the_former_holder_is_rejected() {
    let two = Two::on(Some(state(4))).await;
    let _late = ask(&two.ann, "ann", 0).await.0.unwrap();
    two.ann.load().await.unwrap();
    two.ann_stops_for(100);
    let save = async {
        let mut mine = state(5);
        mine.resources.clear();
        two.ann.save(&mine).await
    };
    let bob = async {
        let guard = ask(&two.bob, "bob", 0).await.0.unwrap();
        (guard, two.bob.load().await.unwrap().unwrap())
    };
    let (late, (_guard, state)) = tokio::join!(save, bob);
    assert_eq!(late.unwrap_err(), taken_over_by("bob"));
    assert_eq!(state.serial, 5);
    two.bob.save(&State { serial: 6, ..state }).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_late_save_of_an_unchanged_state_is_rejected_too() {
    let two = Two::on(Some(state(4))).await;
    let _late = ask(&two.ann, "ann", 0).await.0.unwrap();
    let mut unchanged = two.ann.load().await.unwrap().unwrap();
    unchanged.serial = 5;
    two.ann_stops_for(100);
    let (late, bob) = tokio::join!(two.ann.save(&unchanged), ask(&two.bob, "bob", 0));
    assert_eq!(late.unwrap_err(), taken_over_by("bob"));
    assert!(bob.0.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_late_first_save_is_rejected_too() {
    let two = Two::on(None).await;
    let late = ask(&two.ann, "ann", 0).await.0.unwrap();
    two.ann.load().await.unwrap();
    // The whole process is suspended, including its renewals.
    two.ann_stops_for(10_000);
    let _guard = ask(&two.bob, "bob", 0).await.0.unwrap();
    two.bucket.bring_to_all(Luck::Good);
    assert_eq!(two.ann.save(&state(1)).await.unwrap_err(), taken_over_by("bob"));
    assert_eq!(two.bucket.text(KEY), None);
    two.bob.save(&state(1)).await.unwrap();
    late.release().await.unwrap();
    assert!(two.bucket.text(LOCK).unwrap().contains(r#""user":"bob""#), "a process releases only its own lock");
}

#[tokio::test(start_paused = true)]
async fn a_holder_detects_that_its_lock_was_taken_over_or_removed() {
    let two = Two::on(Some(state(1))).await;
    let _late = ask(&two.ann, "ann", 0).await.0.unwrap();
    two.ann_stops_for(90);
    let bob = async {
        let guard = ask(&two.bob, "bob", 0).await.0.unwrap();
        two.bucket.bring_to_all(Luck::Good);
        guard
    };
    let _guard = bob.await;
    tokio::time::sleep(seconds(60)).await;
    assert_eq!(two.ann.lost().await, taken_over_by("bob"));
    assert_eq!(two.ann.save(&state(2)).await.unwrap_err(), taken_over_by("bob"));

    two.bucket.remove(LOCK);
    let path = "s3://states/shop.json".to_owned();
    assert_eq!(two.bob.lost().await, StateError::TakenOver { path, holder: None });
}

#[tokio::test]
async fn a_lost_lock_is_reported_with_a_hint() {
    let unrenewed = StateError::Unrenewed { path: "s3://states/shop.json".into(), seconds: 45 };
    let removed = StateError::TakenOver { path: "s3://states/shop.json".into(), holder: None };
    let told = [taken_over_by("bob"), removed, unrenewed].map(|error| {
        assert!(error.contended());
        format!("{error}\n  {}", stackctl::hint::joined(&error.hints(), "\n  "))
    });
    insta::assert_snapshot!(told.join("\n"), @r"
    s3://states/shop.json: the lock of the state was taken over by `stackctl up` of bob on desk (process 7) since 2026-11-23T09:00:00Z
      run the command again: it starts from the present state
    s3://states/shop.json: the lock of the state was removed
      run the command again: it starts from the present state
    s3://states/shop.json: the state lock was not renewed for 45 s, so another process may have taken it over
      run the command again: it starts from the present state
    ");
}
