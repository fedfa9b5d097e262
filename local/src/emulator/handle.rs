//! The emulator: its state, settings and faults, and the entry point for requests.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use tokio::{sync::watch, time::Instant};

use crate::{
    emulator::{
        activity::{Activity, Entry},
        dispatch::CallLog,
        fault::{Effect, Fault, Faults},
        traffic::Traffic,
        world::World,
    },
    gateway::{Executions, Throttles},
    runtime::Runtime,
    store::{credentials::UserCredentials, folder::Store, guard::Guard, hex::hex, settings::Settings},
};

/// A handle to one emulator. Clones share it.
#[derive(Debug, Clone)]
pub struct Emulator(pub(super) Arc<Inner>);

/// A weak handle, for parts that the emulator itself owns.
#[derive(Debug, Clone)]
pub(crate) struct WeakEmulator(Weak<Inner>);

impl WeakEmulator {
    /// The emulator, unless it has been dropped.
    pub(crate) fn upgrade(&self) -> Option<Emulator> {
        self.0.upgrade().map(Emulator)
    }
}

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) settings: Settings,
    pub(super) started: Instant,
    pub(super) started_at: Timestamp,
    pub(super) world: Mutex<World>,
    /// Whether the world may differ from what was last saved.
    pub(super) changed: AtomicBool,
    pub(super) store: Option<Mutex<Store>>,
    /// Blobs that are not on disk: all of them without a store, otherwise the unsaved ones.
    pub(super) blobs: Mutex<BTreeMap<String, Bytes>>,
    pub(super) faults: Mutex<Faults>,
    pub(super) calls_made: Mutex<CallLog>,
    pub(super) traffic: Traffic,
    pub(super) activity: Activity,
    pub(super) stop: watch::Sender<bool>,
    pub(super) runtime: Runtime,
    pub(super) throttles: Throttles,
    pub(super) executions: Mutex<Executions>,
    /// The URL of the listener, once it listens.
    pub(super) endpoint: OnceLock<String>,
    /// The credentials that requests are verified with. Without them, any signature is accepted.
    pub(super) credentials: OnceLock<UserCredentials>,
}

impl Inner {
    pub(super) fn new(settings: Settings, world: World, store: Option<Store>) -> Self {
        Self {
            settings,
            started: Instant::now(),
            started_at: Timestamp::now(),
            world: Mutex::new(world),
            changed: AtomicBool::new(false),
            store: store.map(Mutex::new),
            blobs: Mutex::default(),
            faults: Mutex::default(),
            calls_made: Mutex::default(),
            traffic: Traffic::default(),
            activity: Activity::default(),
            stop: watch::Sender::new(false),
            runtime: Runtime::default(),
            throttles: Throttles::default(),
            executions: Mutex::default(),
            endpoint: OnceLock::new(),
            credentials: OnceLock::new(),
        }
    }
}

/// A broken connection: the caller gets no response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lost;

impl Emulator {
    /// Creates an empty emulator in memory.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self(Inner::new(settings, World::default(), None).into())
    }

    /// Opens the emulator stored in a folder, or creates an empty one there.
    ///
    /// Every change is saved before its response is sent, so an emulator that is killed loses nothing.
    ///
    /// # Errors
    /// When the folder cannot be used, its content cannot be read, or another emulator has it open.
    pub fn open(dir: &Path, settings: Settings) -> io::Result<Self> {
        let (store, world) = Store::open(dir)?;
        Ok(Self(Inner::new(settings, world, Some(store)).into()))
    }

    /// Verifies from now on that requests are signed with these credentials, or with those of a function.
    pub fn require_signatures(&self, credentials: UserCredentials) {
        self.0.credentials.get_or_init(|| credentials);
    }

    pub(crate) fn credentials(&self) -> Option<&UserCredentials> {
        self.0.credentials.get()
    }

    /// The secret of a key: the user's, or that of a function.
    pub(crate) fn secret_of(&self, access_key_id: &str) -> Option<String> {
        let of_function = || self.runtime().credentials(access_key_id).map(|credentials| credentials.secret_access_key);
        self.credentials()?.secret_of(access_key_id).or_else(of_function)
    }

    /// The settings this emulator was created with.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Adds a fault rule.
    pub fn add_fault(&self, fault: Fault) {
        lock(&self.0.faults).add(fault);
    }

    /// Passes the request and response body of every later API call to `look`, for tests that check for leaked secrets.
    /// Only the first observer is registered.
    pub fn watch(&self, look: impl Fn(&Bytes, &Bytes) + Send + Sync + 'static) {
        self.0.traffic.admit(look);
    }

    /// The number of calls received per `service:Operation`, including those hit by a fault.
    #[must_use]
    pub fn call_counts(&self) -> BTreeMap<String, usize> {
        lock(&self.0.calls_made).counts()
    }

    /// The number of calls that were throttled per `service:Operation`.
    #[must_use]
    pub fn throttled_counts(&self) -> BTreeMap<String, usize> {
        lock(&self.0.calls_made).throttled()
    }

    /// The IAM actions that the calls of a caller with policies needed.
    #[must_use]
    pub fn needed_actions(&self) -> BTreeSet<String> {
        lock(&self.0.calls_made).needed()
    }

    /// Every `service:Operation` received, in order, including those hit by a fault.
    #[must_use]
    pub fn call_log(&self) -> Vec<String> {
        lock(&self.0.calls_made).calls()
    }

    /// The whole state of the emulator as JSON, to compare two moments.
    ///
    /// # Panics
    /// Never: the world is plain data.
    #[must_use]
    pub fn snapshot(&self) -> serde_json::Value {
        serde_json::to_value(&*lock(&self.0.world)).expect("the world is plain data")
    }

    /// Passes everything that happens from now on to `listener`. Only the first listener is registered.
    pub fn listen(&self, listener: impl Fn(&Entry) + Send + Sync + 'static) {
        self.0.activity.listen(listener);
    }

    /// Stops the server.
    pub fn stop(&self) {
        self.0.stop.send_replace(true);
    }

    /// Completes when [`Emulator::stop`] has been called.
    pub async fn stopped(&self) {
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ = self.0.stop.subscribe().wait_for(|stop| *stop).await;
    }

    /// When this emulator was created, by the wall clock.
    pub(crate) fn started_at(&self) -> Timestamp {
        self.0.started_at
    }

    /// The age of this emulator on tokio's clock. Resources restored after a restart are older than that.
    pub(crate) fn now(&self) -> Duration {
        self.0.started.elapsed()
    }

    /// Seconds since 1970, by the wall clock or by tokio's clock, whichever is ahead. Tests advance only the latter.
    pub(crate) fn epoch_seconds(&self) -> i64 {
        let turned = self.0.started_at.saturating_add(self.now()).unwrap_or(self.0.started_at);
        Timestamp::now().max(turned).as_second()
    }

    /// The page size of a list: `asked`, or else `usual`, limited by `most` (AWS's maximum) and by the settings.
    pub(crate) fn page_size(&self, asked: Option<i64>, usual: usize, most: usize) -> usize {
        let asked = asked.map_or(usual, |asked| usize::try_from(asked).unwrap_or(1));
        asked.clamp(1, most.min(self.settings().page_size.unwrap_or(most)).max(1))
    }

    /// The world, locked. Never hold it across an await. A mutable borrow through the guard marks it for saving.
    pub(crate) fn world(&self) -> Guard<'_, World> {
        Guard { world: lock(&self.0.world), changed: &self.0.changed }
    }

    /// Stores bytes as a blob and returns its name, the SHA-256 in hexadecimal.
    pub(crate) fn store_blob(&self, bytes: impl AsRef<[u8]>) -> String {
        let bytes = bytes.as_ref();
        let name = hex(&Sha256::digest(bytes));
        lock(&self.0.blobs).insert(name.clone(), Bytes::copy_from_slice(bytes));
        self.0.changed.store(true, Ordering::SeqCst);
        name
    }

    /// The blob of that name.
    pub(crate) fn blob(&self, name: &str) -> Option<Bytes> {
        let unwritten = lock(&self.0.blobs).get(name).cloned();
        unwritten.or_else(|| lock(self.0.store.as_ref()?).blob(name))
    }

    /// Saves what has changed. Returns only when it is in the folder, also if another call writes it.
    pub(crate) fn save(&self) -> io::Result<()> {
        let Some(store) = &self.0.store else {
            return Ok(self.world().settle()?);
        };
        // The store is locked before the flag is read, so this call waits for another call that is saving its change.
        let mut store = lock(store);
        if !self.0.changed.swap(false, Ordering::SeqCst) {
            return Ok(());
        }
        // Lock the world before the blobs, in the same order as handlers that store a blob while they change the world.
        let mut world = lock(&self.0.world);
        let collected = store.collect(&mut *world, &mut lock(&self.0.blobs));
        drop(world);
        let saved = collected.and_then(|()| store.write());
        if saved.is_err() {
            self.0.changed.store(true, Ordering::SeqCst);
        }
        saved
    }

    /// The processes of this emulator's functions.
    pub(crate) fn runtime(&self) -> &Runtime {
        &self.0.runtime
    }

    /// The throttling state of the stages.
    pub(crate) fn throttles(&self) -> &Throttles {
        &self.0.throttles
    }

    /// The causes of the latest failed integrations.
    pub(crate) fn executions(&self) -> MutexGuard<'_, Executions> {
        lock(&self.0.executions)
    }

    pub(crate) fn downgrade(&self) -> WeakEmulator {
        WeakEmulator(Arc::downgrade(&self.0))
    }

    /// Records the URL of this emulator. Later calls do not change it.
    pub(crate) fn served_at(&self, endpoint: String) {
        self.0.endpoint.get_or_init(|| endpoint);
    }

    /// The URL of this emulator, once it listens.
    pub(crate) fn endpoint(&self) -> Option<&str> {
        self.0.endpoint.get().map(String::as_str)
    }

    pub(crate) fn strike(&self, operation: &str) -> Option<Effect> {
        lock(&self.0.faults).strike(operation)
    }

    pub(crate) fn traffic(&self) -> &Traffic {
        &self.0.traffic
    }

    pub(crate) fn activity(&self) -> &Activity {
        &self.0.activity
    }

    pub(crate) fn calls_made(&self) -> MutexGuard<'_, CallLog> {
        lock(&self.0.calls_made)
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
