//! The lock of a state in a bucket: an object beside it that its holder renews every few seconds.
//!
//! A process that finds one waits for a renewal by its holder. It takes over when there is none for a minute, by the
//! bucket's own clock, or when the holder is a process of this machine that has ended. Of several takers one wins, because each
//! writes on the condition that the lock is still the version it saw.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use uuid::Uuid;

use super::{
    bucket::{Bucket, ETag, Object, WriteCondition},
    write::{Written, write},
};
use crate::{
    engine::ResourceError,
    state::{
        error::StateError,
        holder::Holder,
        lock::{LockRequest, SeenLock},
        queue::{Queue, Sign},
    },
};

/// How often a holder renews its lock.
pub(super) const BEAT: Duration = Duration::from_secs(10);
/// How long the last sign of a holder must be past before its lock may be taken over.
pub(super) const STALE: Duration = Duration::from_mins(1);
/// How long a holder may rely on its last renewal. The rest of the minute is for what is under way then.
pub(super) const RELIABLE: Duration = Duration::from_secs(45);
/// How long until the next look at the lock of another process.
const LOOK: Duration = Duration::from_secs(2);

/// What stands in the lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Signature {
    /// Made once for each lock that is taken: what is recognised when an answer was lost.
    pub(super) id: String,
    /// Counts the renewals, so that each makes another version of the object.
    pub(super) beat: u64,
    pub(super) holder: Holder,
}

impl Signature {
    pub(super) fn new(holder: &Holder) -> Self {
        Self { id: Uuid::new_v4().to_string(), beat: 0, holder: holder.clone() }
    }

    /// What a lock says; nothing when something else wrote it.
    pub(super) fn of(object: &Object) -> Option<Self> {
        serde_json::from_slice(&object.body).ok()
    }

    pub(super) fn body(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a signature is plain data")
    }
}

/// A lock that was taken.
pub(super) struct Taken {
    pub(super) etag: ETag,
    /// When the attempt that took it began.
    pub(super) at: Instant,
    /// Whether it had another holder, who may still believe to have it.
    pub(super) from_another: bool,
}

/// Takes the lock at `key` of the state at `place`.
pub(super) async fn take(
    bucket: &impl Bucket,
    (key, place): (&str, &str),
    signature: &Signature,
    request: &LockRequest<'_>,
) -> Result<Taken, StateError> {
    let failed = |error: ResourceError| StateError::bucket(place, "locked", error);
    let mut queue = Queue::new(request, place.to_owned());
    let mut first_seen = None;
    let mut condition = WriteCondition::Absent;
    loop {
        let at = Instant::now();
        let from_another = condition != WriteCondition::Absent;
        let mut there = match write(bucket, key, &signature.body(), &condition).await.map_err(failed)? {
            Written::Done(etag) | Written::Found(etag) => return Ok(Taken { etag, at, from_another }),
            Written::Not(there) => there,
        };
        condition = loop {
            let Some(object) = there else { break WriteCondition::Absent };
            let holder = Signature::of(&object).map(|signature| signature.holder);
            if let Some(because) = given_up(&object, holder.as_ref()) {
                queue.tell_taken_over(holder, because);
                break WriteCondition::Is(object.etag);
            }
            let sign = sign(&object, holder.as_ref(), first_seen.get_or_insert_with(|| object.etag.clone()));
            queue.wait(holder, sign, LOOK).await?;
            there = bucket.get(key).await.map_err(failed)?;
        };
    }
}

/// A lock as it is seen by a process that may take it over.
pub(super) fn seen(object: &Object) -> SeenLock {
    let signature = Signature::of(object);
    let id = signature.as_ref().map_or_else(|| object.etag.0.clone(), |signature| signature.id.clone());
    let holder = signature.map(|signature| signature.holder);
    SeenLock { given_up: given_up(object, holder.as_ref()).is_some(), holder, silent: Some(object.age), id }
}

/// Takes the lock at `key` away from who was seen to hold it, however often they renew it meanwhile.
pub(super) async fn seize(
    bucket: &impl Bucket,
    (key, place): (&str, &str),
    signature: &Signature,
    theirs: &SeenLock,
) -> Result<Taken, StateError> {
    let failed = |error: ResourceError| StateError::bucket(place, "unlocked", error);
    loop {
        let at = Instant::now();
        let condition = match bucket.get(key).await.map_err(failed)? {
            None => WriteCondition::Absent,
            Some(object) => {
                let SeenLock { holder, id, .. } = seen(&object);
                if id != theirs.id {
                    return Err(StateError::Locked { path: place.to_owned(), holder: holder.map(Box::new) });
                }
                WriteCondition::Is(object.etag)
            }
        };
        match write(bucket, key, &signature.body(), &condition).await.map_err(failed)? {
            Written::Done(etag) | Written::Found(etag) => return Ok(Taken { etag, at, from_another: true }),
            Written::Not(_) => {}
        }
    }
}

/// Why a lock may be taken over, when it may.
fn given_up(object: &Object, holder: Option<&Holder>) -> Option<&'static str> {
    if holder.is_some_and(Holder::is_gone) {
        Some("its process has ended")
    } else if object.age >= STALE {
        Some("it gave no sign of life for a minute")
    } else {
        None
    }
}

/// A holder is at work when it renewed the lock since it was first seen, or is a process of this machine.
fn sign(object: &Object, holder: Option<&Holder>, first_seen: &ETag) -> Sign {
    if object.etag != *first_seen || holder.is_some_and(Holder::is_here) {
        Sign::AtWork
    } else {
        Sign::Unseen(STALE.saturating_sub(object.age))
    }
}
