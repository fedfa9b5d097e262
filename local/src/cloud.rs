//! The cloud itself: one world, its settings, its faults, and the one entry for requests.

mod fork;
mod guard;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    io,
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use tokio::{sync::watch, time::Instant};

pub(crate) use guard::WorldGuard;

use crate::{
    call,
    control::{self, Journal},
    fault::{Effect, Fault, Faults},
    gateway::{Executions, Throttles},
    housekeeping,
    onlooker::Onlooker,
    persist::Store,
    runtime::Runtime,
    settings::Settings,
    world::World,
};

/// A handle to one cloud; clones share it.
#[derive(Debug, Clone)]
pub struct Cloud(Arc<Inner>);

/// A handle that does not keep the cloud alive, for what the cloud itself owns.
#[derive(Debug, Clone)]
pub(crate) struct WeakCloud(Weak<Inner>);

impl WeakCloud {
    /// The cloud, unless it is gone.
    pub(crate) fn upgrade(&self) -> Option<Cloud> {
        self.0.upgrade().map(Cloud)
    }
}

#[derive(Debug)]
struct Inner {
    settings: Settings,
    started: Instant,
    started_at: Timestamp,
    world: Mutex<World>,
    /// Whether the world may differ from what was last written.
    changed: AtomicBool,
    store: Option<Mutex<Store>>,
    /// Blobs that are not on disk: all of them without a store, the unwritten ones with it.
    blobs: Mutex<BTreeMap<String, Bytes>>,
    faults: Mutex<Faults>,
    journal: Mutex<Journal>,
    onlooker: Onlooker,
    stop: watch::Sender<bool>,
    runtime: Runtime,
    throttles: Throttles,
    executions: Mutex<Executions>,
    /// Where it is served, once it is.
    endpoint: OnceLock<String>,
}

impl Inner {
    fn new(settings: Settings, world: World, store: Option<Store>) -> Self {
        Self {
            settings,
            started: Instant::now(),
            started_at: Timestamp::now(),
            world: Mutex::new(world),
            changed: AtomicBool::new(false),
            store: store.map(Mutex::new),
            blobs: Mutex::default(),
            faults: Mutex::default(),
            journal: Mutex::default(),
            onlooker: Onlooker::default(),
            stop: watch::Sender::new(false),
            runtime: Runtime::default(),
            throttles: Throttles::default(),
            executions: Mutex::default(),
            endpoint: OnceLock::new(),
        }
    }
}

/// A connection that broke: the caller gets no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lost;

impl Cloud {
    /// Makes an empty cloud in memory.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self(Inner::new(settings, World::default(), None).into())
    }

    /// Opens the cloud that lives in a folder, or makes an empty one there.
    ///
    /// Whatever a call answered is in the folder before the answer leaves, so a killed cloud comes back whole.
    ///
    /// # Errors
    /// When the folder cannot be used, another cloud is open in it, or what is in it cannot be read.
    pub fn open(dir: &Path, settings: Settings) -> io::Result<Self> {
        let (store, world) = Store::open(dir)?;
        Ok(Self(Inner::new(settings, world, Some(store)).into()))
    }

    /// The settings this cloud was made with.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Adds a rule for what goes wrong from now on.
    pub fn add_fault(&self, fault: Fault) {
        lock(&self.0.faults).add(fault);
    }

    /// Shows `look` the bodies of every call and its answer from now on, for a test that has to know the secrets in them.
    /// Only the first onlooker is admitted.
    pub fn watch(&self, look: impl Fn(&Bytes, &Bytes) + Send + Sync + 'static) {
        self.0.onlooker.admit(look);
    }

    /// How often each `service:Operation` has arrived so far, those that a fault struck included.
    #[must_use]
    pub fn call_counts(&self) -> BTreeMap<String, usize> {
        lock(&self.0.journal).counts()
    }

    /// Every `service:Operation` that has arrived so far, in order, those that a fault struck included.
    #[must_use]
    pub fn call_log(&self) -> Vec<String> {
        lock(&self.0.journal).calls().to_vec()
    }

    /// Everything in the cloud as one JSON value, for comparing two moments.
    ///
    /// # Panics
    /// Never: the world is plain data.
    #[must_use]
    pub fn snapshot(&self) -> serde_json::Value {
        serde_json::to_value(&*lock(&self.0.world)).expect("the world is plain data")
    }

    /// Answers one request, to the control plane or the data plane.
    ///
    /// # Errors
    /// [`Lost`] when a fault broke the connection.
    pub async fn handle(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Lost> {
        let path = request.uri().path();
        // A key of S3 may look like any path of this server.
        if call::s3::is_addressed(request.headers()) {
            return control::answer(self, request).await;
        }
        if path.starts_with("/_stackctl/") {
            return Ok(housekeeping::answer(self, &request).await);
        }
        if path.contains("/.well-known/") {
            return Ok(housekeeping::well_known(self, &request));
        }
        if is_data_plane(path) {
            let response = crate::gateway::serve(self, request).await;
            // What a function logged or a log group it made outlives this process, but never delays the answer
            // into an error: the request was served.
            if let Err(error) = self.save() {
                tracing::error!(%error, "the local cloud could not be saved");
            }
            return Ok(response);
        }
        control::answer(self, request).await
    }

    /// Asks whoever serves this cloud to stop.
    pub fn stop(&self) {
        self.0.stop.send_replace(true);
    }

    /// Completes when [`Cloud::stop`] has been called.
    pub async fn stopped(&self) {
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ = self.0.stop.subscribe().wait_for(|stop| *stop).await;
    }

    /// How long this cloud has existed, on tokio's clock. What a restart brings back is older than that.
    pub(crate) fn now(&self) -> Duration {
        self.0.started.elapsed()
    }

    /// Seconds since 1970, by the wall clock or by tokio's, whichever is ahead: a test turns only the latter.
    pub(crate) fn epoch_seconds(&self) -> i64 {
        let turned = self.0.started_at.saturating_add(self.now()).unwrap_or(self.0.started_at);
        Timestamp::now().max(turned).as_second()
    }

    /// How many items a list may answer: what was asked for, or else `usual`, within AWS's `most` and the settings.
    pub(crate) fn page_size(&self, asked: Option<i64>, usual: usize, most: usize) -> usize {
        let asked = asked.map_or(usual, |asked| usize::try_from(asked).unwrap_or(1));
        asked.clamp(1, most.min(self.settings().page_size.unwrap_or(most)).max(1))
    }

    /// The world, locked. Never held across an await; changing it through the guard is what gets it saved.
    pub(crate) fn world(&self) -> WorldGuard<'_> {
        WorldGuard { world: lock(&self.0.world), changed: &self.0.changed }
    }

    /// Keeps bytes beside the world and returns their name, the SHA-256 in hexadecimal.
    pub(crate) fn store_blob(&self, bytes: impl AsRef<[u8]>) -> String {
        let bytes = bytes.as_ref();
        let name = hex(&Sha256::digest(bytes));
        lock(&self.0.blobs).insert(name.clone(), Bytes::copy_from_slice(bytes));
        self.0.changed.store(true, Ordering::SeqCst);
        name
    }

    /// The bytes of that name.
    pub(crate) fn blob(&self, name: &str) -> Option<Bytes> {
        let unwritten = lock(&self.0.blobs).get(name).cloned();
        unwritten.or_else(|| lock(self.0.store.as_ref()?).blob(name))
    }

    /// Writes the world if it may have changed; returns only when it is on disk, whoever writes it.
    pub(crate) fn save(&self) -> io::Result<()> {
        let Some(store) = &self.0.store else { return Ok(()) };
        // The store is locked before the flag is read: a call whose change another call is just writing waits here.
        let mut store = lock(store);
        if !self.0.changed.swap(false, Ordering::SeqCst) {
            return Ok(());
        }
        // The world before the blobs, as a handler takes them that stores a blob while it changes the world.
        let world = lock(&self.0.world);
        let saved = store.save(&world, &mut lock(&self.0.blobs));
        drop(world);
        if saved.is_err() {
            self.0.changed.store(true, Ordering::SeqCst);
        }
        saved
    }

    /// The processes of this cloud's functions.
    pub(crate) fn runtime(&self) -> &Runtime {
        &self.0.runtime
    }

    /// How much the stages still admit.
    pub(crate) fn throttles(&self) -> &Throttles {
        &self.0.throttles
    }

    /// Why the latest integrations failed.
    pub(crate) fn executions(&self) -> MutexGuard<'_, Executions> {
        lock(&self.0.executions)
    }

    pub(crate) fn downgrade(&self) -> WeakCloud {
        WeakCloud(Arc::downgrade(&self.0))
    }

    /// Remembers the URL that reaches this cloud; the first one stays.
    pub(crate) fn served_at(&self, endpoint: String) {
        self.0.endpoint.get_or_init(|| endpoint);
    }

    /// The URL that reaches this cloud, when it is served.
    pub(crate) fn endpoint(&self) -> Option<&str> {
        self.0.endpoint.get().map(String::as_str)
    }

    pub(crate) fn strike(&self, operation: &str) -> Option<Effect> {
        lock(&self.0.faults).strike(operation)
    }

    pub(crate) fn onlooker(&self) -> &Onlooker {
        &self.0.onlooker
    }

    pub(crate) fn journal(&self) -> MutexGuard<'_, Journal> {
        lock(&self.0.journal)
    }
}

/// `/_aws/execute-api/{api}/{stage}/…`, or the older `/restapis/{api}/{stage}/_user_request_/…`.
fn is_data_plane(path: &str) -> bool {
    path.starts_with("/_aws/execute-api/")
        || (path.starts_with("/restapis/") && path.split('/').nth(4) == Some("_user_request_"))
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;

    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
