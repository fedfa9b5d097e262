//! An object of a bucket that keeps one state.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use futures_util::{StreamExt as _, stream};

use super::{
    bucket::{Bucket, ETag, Object, WriteCondition},
    lease::Lease,
    lock::{self, Signature, Taken},
    write::{Written, write},
};
use crate::{
    engine::{ResourceError, State, Verdict},
    state::{
        backend::{Backend, aside},
        error::StateError,
        fence::fence,
        lock::{Guard, LockRequest, SeenLock},
        names::Pattern,
        text,
        transit::Document,
    },
};

/// How many states are read at once.
const READS: usize = 10;

/// Keeps one state in a bucket.
pub struct S3Store<B> {
    bucket: Arc<B>,
    key: String,
    version: Mutex<ObjectVersion>,
    lease: Mutex<Option<Arc<Lease<B>>>>,
}

/// What is known of the object.
#[derive(Debug, Clone, Default)]
struct ObjectVersion {
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

    fn parse(&self, object: &Object) -> Result<Document, StateError> {
        let restore = format!(
            "if the bucket keeps versions, `aws s3api list-object-versions --bucket {} --prefix {}` lists them",
            self.bucket.name(),
            self.key
        );
        text::parse(&object.body, &self.place(), &restore)
    }

    /// Holds a lock that was just taken, for as long as the guard lives.
    async fn hold(&self, signature: Signature, taken: Taken) -> Result<Guard, StateError> {
        let Taken { etag, from_another, at } = taken;
        let lease = Lease::new(Arc::clone(&self.bucket), (self.lock_key(), self.place()), signature, (etag, at));
        *self.lease.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&lease));
        let guard = Guard::new(lease.keep());
        if from_another {
            fence(self).await?;
        }
        Ok(guard)
    }

    /// Keeps a damaged version as an object of its own, and returns its URL.
    async fn keep_aside(&self, body: &[u8]) -> Result<String, StateError> {
        let mut number = 1;
        loop {
            let key = aside(&format!("{}.damaged", self.key), number);
            let written = write(&*self.bucket, &key, body, &WriteCondition::Absent).await;
            match written.map_err(|error| self.failed("kept aside", error))? {
                Written::Not(_) => number += 1,
                Written::Done(_) | Written::Found(_) => return Ok(format!("s3://{}/{key}", self.bucket.name())),
            }
        }
    }

    async fn write(&self, body: &[u8], condition: &WriteCondition) -> Result<Written, StateError> {
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

    fn version(&self) -> MutexGuard<'_, ObjectVersion> {
        self.version.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lease(&self) -> Option<Arc<Lease<B>>> {
        self.lease.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl<B: Bucket> Backend for S3Store<B> {
    async fn load(&self) -> Result<Option<State>, StateError> {
        let state = self.document().await?.map(|document| document.in_use(&self.place())).transpose();
        if state.is_err() {
            // What is no state in use is not saved over.
            *self.version() = ObjectVersion::default();
        }
        state
    }

    async fn save(&self, state: &State) -> Result<(), StateError> {
        self.replace(&Document::State(state.clone())).await
    }

    async fn lost(&self) -> StateError {
        match self.lease() {
            Some(lease) => lease.lost().await,
            None => std::future::pending().await,
        }
    }

    fn place(&self) -> String {
        format!("s3://{}/{}", self.bucket.name(), self.key)
    }

    fn address(&self) -> String {
        self.place()
    }

    async fn bytes(&self) -> Result<Option<Vec<u8>>, StateError> {
        let object = self.bucket.get(&self.key).await.map_err(|error| self.failed("read", error))?;
        Ok(object.map(|object| object.body))
    }

    async fn document(&self) -> Result<Option<Document>, StateError> {
        *self.version() = ObjectVersion::default();
        let object = self.bucket.get(&self.key).await.map_err(|error| self.failed("read", error))?;
        let Some(object) = object else { return Ok(None) };
        let document = self.parse(&object)?;
        self.version().etag = Some(object.etag);
        Ok(Some(document))
    }

    async fn replace(&self, document: &Document) -> Result<(), StateError> {
        let body = text::render(document).into_bytes();
        let ObjectVersion { etag, unconfirmed } = self.version().clone();
        match self.lease() {
            // No version stands in the way of a late one.
            Some(lease) if etag.is_none() => lease.renew().await?,
            Some(lease) => lease.confirm().await?,
            None => {}
        }
        let mut condition = etag.map_or(WriteCondition::Absent, WriteCondition::Is);
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
                None if condition != WriteCondition::Absent => {
                    removed = true;
                    WriteCondition::Absent
                }
                Some(object) if unconfirmed.as_ref() == Some(&object.body) => WriteCondition::Is(object.etag),
                _ => return Err(StateError::Changed { path: self.place() }),
            };
        };
        *self.version() = ObjectVersion { etag: Some(etag), unconfirmed: None };
        if removed { Err(StateError::Removed { path: self.place() }) } else { Ok(()) }
    }

    async fn alike(&self, names: [&str; 2]) -> Result<Vec<State>, StateError> {
        let Some(pattern) = Pattern::of(&self.key, names) else { return Ok(Vec::new()) };
        let keys = self.bucket.list(pattern.prefix()).await.map_err(|error| self.failed("listed", error))?;
        let reads = keys.into_iter().filter(|key| pattern.is_alike(key)).map(|key| {
            let bucket = Arc::clone(&self.bucket);
            async move {
                let object = bucket.get(&key).await.ok()??;
                let place = format!("s3://{}/{key}", bucket.name());
                text::parse(&object.body, &place, "").ok()?.in_use(&place).ok()
            }
        });
        let reads = stream::iter(reads.collect::<Vec<_>>()).buffered(READS);
        Ok(reads.filter_map(|state| async { state }).collect().await)
    }

    async fn lock(&self, request: &LockRequest<'_>) -> Result<Guard, StateError> {
        let signature = Signature::new(request.holder);
        let at = (self.lock_key(), self.place());
        let taken = lock::take(&*self.bucket, (&at.0, &at.1), &signature, request).await?;
        self.hold(signature, taken).await
    }

    async fn seen_lock(&self) -> Result<Option<SeenLock>, StateError> {
        let object = self.bucket.get(&self.lock_key()).await.map_err(|error| self.failed("unlocked", error))?;
        Ok(object.as_ref().map(lock::seen))
    }

    async fn seize(&self, seen: &SeenLock, request: &LockRequest<'_>) -> Result<Guard, StateError> {
        let signature = Signature::new(request.holder);
        let at = (self.lock_key(), self.place());
        let taken = lock::seize(&*self.bucket, (&at.0, &at.1), &signature, seen).await?;
        self.hold(signature, taken).await
    }

    async fn begin_anew(&self, state: &State) -> Result<Option<String>, StateError> {
        *self.version() = ObjectVersion::default();
        let object = self.bucket.get(&self.key).await.map_err(|error| self.failed("read", error))?;
        let Some(object) = object else { return self.save(state).await.map(|()| None) };
        let aside = match self.parse(&object) {
            Ok(_) => return Err(StateError::Changed { path: self.place() }),
            Err(StateError::Damaged { .. }) => self.keep_aside(&object.body).await?,
            Err(error) => return Err(error),
        };
        // This very version is replaced, and no other.
        self.version().etag = Some(object.etag);
        self.save(state).await?;
        Ok(Some(aside))
    }
}
