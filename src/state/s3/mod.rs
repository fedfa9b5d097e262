//! The state as an object of an S3 bucket, for everybody who may use it.
//!
//! Every write is conditional: the state is written over the version that was loaded and no other, so that a lock that was
//! lost, broken or forgotten can cost a run, but never an update. The bucket is a trait, so that all of this is tried on
//! virtual time; how AWS is called is not known here.

mod bucket;
mod lease;
mod lock;
mod write;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

pub use bucket::{Attempt, Bucket, Condition, ETag, Object};

use super::{Backend, Guard, LockRequest, State, StateError, Store, text};
use crate::engine::{ResourceError, Verdict};
use lease::Lease;
use lock::{Signature, Taken};
use write::{Written, write};

/// Keeps one state in a bucket.
pub struct S3Store<B> {
    bucket: Arc<B>,
    key: String,
    version: Mutex<Version>,
    lease: Mutex<Option<Arc<Lease<B>>>>,
}

/// What is known of the object.
#[derive(Debug, Clone, Default)]
struct Version {
    /// Which version was loaded or saved last; none when there was no object.
    etag: Option<ETag>,
    /// What may have been written since: the bucket was out of reach before that could be told.
    unconfirmed: Option<Vec<u8>>,
}

impl<B: Bucket> S3Store<B> {
    /// Names the object; its lock is beside it, as `{key}.lock`.
    #[must_use]
    pub fn new(bucket: B, key: &str) -> Self {
        Self { bucket: Arc::new(bucket), key: key.to_owned(), version: Mutex::default(), lease: Mutex::default() }
    }

    fn lock_key(&self) -> String {
        format!("{}.lock", self.key)
    }

    fn failed(&self, action: &'static str, error: ResourceError) -> StateError {
        StateError::bucket(&self.place(), action, error)
    }

    fn parse(&self, object: &Object) -> Result<State, StateError> {
        let restore = format!(
            "if the bucket keeps versions, `aws s3api list-object-versions --bucket {} --prefix {}` lists them",
            self.bucket.name(),
            self.key
        );
        text::parse(&object.body, &self.place(), &restore)
    }

    /// Makes every save refused that follows the version which is there now: the last holder may only be late.
    async fn fence(&self) -> Result<(), StateError> {
        loop {
            let mut state = match self.load().await {
                Ok(Some(state)) => state,
                // One that cannot be used is told when it is loaded to be used.
                Ok(None) | Err(StateError::Damaged { .. } | StateError::TooNew { .. }) => return Ok(()),
                Err(error) => return Err(error),
            };
            state.serial += 1;
            match self.save(&state).await {
                Err(StateError::Changed { .. }) => {}
                ended => return ended,
            }
        }
    }

    async fn write(&self, body: &[u8], condition: &Condition) -> Result<Written, StateError> {
        let written = write(&*self.bucket, &self.key, body, condition).await;
        written.map_err(|error| {
            if error.verdict == Verdict::Ambiguous {
                self.version().unconfirmed = Some(body.to_vec());
            }
            self.failed("saved", error)
        })
    }

    /// Makes sure that the lock, if it was taken, is still ours.
    async fn renew(&self) -> Result<(), StateError> {
        match self.lease() {
            Some(lease) => lease.renew().await,
            None => Ok(()),
        }
    }

    fn version(&self) -> MutexGuard<'_, Version> {
        self.version.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lease(&self) -> Option<Arc<Lease<B>>> {
        self.lease.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl<B: Bucket> Store for S3Store<B> {
    async fn load(&self) -> Result<Option<State>, StateError> {
        *self.version() = Version::default();
        let object = self.bucket.get(&self.key).await.map_err(|error| self.failed("read", error))?;
        let Some(object) = object else { return Ok(None) };
        let state = self.parse(&object)?;
        self.version().etag = Some(object.etag);
        Ok(Some(state))
    }

    async fn save(&self, state: &State) -> Result<(), StateError> {
        if let Some(lease) = self.lease() {
            lease.confirm().await?;
        }
        let body = text::render(state).into_bytes();
        let Version { etag, unconfirmed } = self.version().clone();
        let mut condition = etag.map_or(Condition::Absent, Condition::Is);
        let mut removed = false;
        let etag = loop {
            let there = match self.write(&body, &condition).await? {
                Written::Done(etag) => break etag,
                // Who took over may have written the very same: then it is theirs.
                Written::Found(etag) => {
                    self.renew().await?;
                    break etag;
                }
                Written::Not(there) => there,
            };
            self.renew().await?;
            condition = match there {
                None if condition != Condition::Absent => {
                    removed = true;
                    Condition::Absent
                }
                Some(object) if unconfirmed.as_ref() == Some(&object.body) => Condition::Is(object.etag),
                _ => return Err(StateError::Changed { path: self.place() }),
            };
        };
        *self.version() = Version { etag: Some(etag), unconfirmed: None };
        if removed { Err(StateError::Removed { path: self.place() }) } else { Ok(()) }
    }

    async fn lost(&self) -> StateError {
        match self.lease() {
            Some(lease) => lease.lost().await,
            None => std::future::pending().await,
        }
    }
}

#[async_trait]
impl<B: Bucket> Backend for S3Store<B> {
    fn place(&self) -> String {
        format!("s3://{}/{}", self.bucket.name(), self.key)
    }

    async fn lock(&self, request: &LockRequest<'_>) -> Result<Guard, StateError> {
        let (signature, place) = (Signature::new(request.holder), self.place());
        let Taken { etag, from_another, at } =
            lock::take(&*self.bucket, (&self.lock_key(), &place), &signature, request).await?;
        let lease = Lease::new(Arc::clone(&self.bucket), (self.lock_key(), place), signature, (etag, at));
        *self.lease.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&lease));
        let guard = Guard::new(lease.keep());
        if from_another {
            self.fence().await?;
        }
        Ok(guard)
    }
}
