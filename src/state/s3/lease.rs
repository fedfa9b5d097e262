//! A lock while it is held: renewed in the background, until it is released or turns out to be another process's.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use tokio::{
    sync::watch,
    task::JoinHandle,
    time::{Instant, timeout},
};

use super::{
    bucket::{Attempt, Bucket, ETag, WriteCondition},
    lock::{BEAT, RELIABLE, Signature},
    write::{Written, write},
};
use crate::{
    engine::{ResourceError, Verdict, pause},
    state::{error::StateError, holder::Holder, lock::Held},
};

/// A lock that is held.
pub(super) struct Lease<B> {
    bucket: Arc<B>,
    key: String,
    place: String,
    now: Mutex<Renewed>,
    /// Held while a renewal is under way: two at once would each take the other's for another process's.
    turn: tokio::sync::Mutex<()>,
    /// The new lock holder, once there is one.
    lost: watch::Sender<Option<StateError>>,
}

/// The last renewal that is known to have taken place.
#[derive(Clone)]
struct Renewed {
    signature: Signature,
    etag: ETag,
    /// When it was sent.
    at: Instant,
}

impl<B: Bucket> Lease<B> {
    /// The lock at `key` that was just taken, in an attempt that began at `at`.
    pub(super) fn new(
        bucket: Arc<B>,
        (key, place): (String, String),
        signature: Signature,
        (etag, at): (ETag, Instant),
    ) -> Arc<Self> {
        let now = Mutex::new(Renewed { signature, etag, at });
        Arc::new(Self { bucket, key, place, now, turn: tokio::sync::Mutex::default(), lost: watch::Sender::new(None) })
    }

    /// Renews the lock from now on, for as long as what is returned lives.
    pub(super) fn keep(self: Arc<Self>) -> Kept<B> {
        let lease = Arc::clone(&self);
        let beating = tokio::spawn(async move {
            while lease.lost.borrow().is_none() {
                let next = lease.renewed().at + BEAT;
                if next > Instant::now() {
                    tokio::time::sleep_until(next).await;
                }
                // A bucket that does not answer is asked again; meanwhile the lock counts as unreliable.
                if !matches!(timeout(BEAT, lease.renew()).await, Ok(Ok(()))) {
                    pause(BEAT / 10).await;
                }
            }
        });
        Kept { lease: self, beating }
    }

    /// Renews the lock.
    pub(super) async fn renew(&self) -> Result<(), StateError> {
        let _turn = self.turn.lock().await;
        let Renewed { mut signature, etag, .. } = self.renewed();
        signature.beat += 1;
        let at = Instant::now();
        let written = write(&*self.bucket, &self.key, &signature.body(), &WriteCondition::Is(etag)).await;
        match written.map_err(|error| StateError::bucket(&self.place, "locked", error))? {
            Written::Done(etag) | Written::Found(etag) => {
                *self.now() = Renewed { signature, etag, at };
                Ok(())
            }
            Written::Not(there) => {
                let holder = there.as_ref().and_then(Signature::of).map(|signature| signature.holder);
                Err(self.lose(holder))
            }
        }
    }

    /// Makes sure that the lock is still this one, with a call only when the last renewal is too long ago.
    pub(super) async fn confirm(&self) -> Result<(), StateError> {
        if let Some(error) = self.lost.borrow().clone() {
            return Err(error);
        }
        if self.renewed().at.elapsed() < RELIABLE { Ok(()) } else { self.renew().await }
    }

    /// Completes when another process has the lock, or may be because it was not renewed for too long.
    pub(super) async fn lost(&self) -> StateError {
        let mut lost = self.lost.subscribe();
        loop {
            let renewed = self.renewed().at;
            tokio::select! {
                biased;
                Ok(error) = lost.wait_for(Option::is_some) => {
                    return error.clone().expect("it was waited for");
                }
                () = tokio::time::sleep_until(renewed + RELIABLE) => {}
            }
            if self.renewed().at == renewed {
                return StateError::Unrenewed { path: self.place.clone(), seconds: RELIABLE.as_secs() };
            }
        }
    }

    fn lose(&self, holder: Option<Holder>) -> StateError {
        let error = StateError::TakenOver { path: self.place.clone(), holder: holder.map(Box::new) };
        self.lost.send_replace(Some(error.clone()));
        error
    }

    /// Deletes the lock, unless it is not this one any more.
    async fn delete(&self) -> Result<(), ResourceError> {
        let Renewed { signature, mut etag, .. } = self.renewed();
        for _ in 0..3 {
            match self.bucket.delete(&self.key, &etag).await {
                Ok(Attempt::Done(())) => return Ok(()),
                Ok(Attempt::Refused) => {}
                Err(error) if error.verdict == Verdict::Ambiguous => {}
                Err(error) => return Err(error),
            }
            match self.bucket.get(&self.key).await? {
                // A renewal may have taken place without an answer.
                Some(object) if Signature::of(&object).is_some_and(|there| there.id == signature.id) => {
                    etag = object.etag;
                }
                _ => return Ok(()),
            }
        }
        Err(ResourceError::new(Verdict::Ambiguous, "the lock could not be deleted"))
    }

    fn renewed(&self) -> Renewed {
        self.now().clone()
    }

    fn now(&self) -> MutexGuard<'_, Renewed> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A lock that is renewed. Dropping it ends that, as dying does: the lock can be taken over after a minute then.
pub(super) struct Kept<B> {
    lease: Arc<Lease<B>>,
    beating: JoinHandle<()>,
}

#[async_trait]
impl<B: Bucket> Held for Kept<B> {
    async fn release(self: Box<Self>) -> Result<(), StateError> {
        self.beating.abort();
        self.lease.delete().await.map_err(|error| StateError::bucket(&self.lease.place, "unlocked", error))
    }
}

impl<B> Drop for Kept<B> {
    fn drop(&mut self) {
        self.beating.abort();
    }
}
