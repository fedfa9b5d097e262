//! The processes of each function version: the idle ones and the limit.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{Order, instance::Instance, lock};

/// Requests beyond this limit wait, so that a burst does not overload the machine.
const LARGEST_POOL: usize = 10;

/// The pools by function ARN, then by version.
#[derive(Debug, Default)]
pub(super) struct Pools(Mutex<HashMap<String, HashMap<String, Arc<Pool>>>>);

impl Pools {
    /// The pool for this code and configuration. Processes of an earlier one are retired.
    pub(super) fn of(&self, order: &Order) -> Arc<Pool> {
        let mut pools = lock(&self.0);
        let version = order.version.label.clone();
        let pool = pools.entry(order.function_arn.clone()).or_default().entry(version).or_default();
        if pool.revision != order.version.revision_id {
            pool.retire();
            *pool = Arc::new(Pool { revision: order.version.revision_id.clone(), ..Pool::default() });
        }
        Arc::clone(pool)
    }

    pub(super) fn retire(&self, function_arn: &str) {
        for pool in lock(&self.0).remove(function_arn).into_iter().flat_map(HashMap::into_values) {
            pool.retire();
        }
    }

    pub(super) fn retire_version(&self, function_arn: &str, version: &str) {
        if let Some(pool) = lock(&self.0).get_mut(function_arn).and_then(|versions| versions.remove(version)) {
            pool.retire();
        }
    }

    pub(super) fn clear(&self) {
        for pool in lock(&self.0).drain().flat_map(|(_, versions)| versions.into_values()) {
            pool.retire();
        }
    }

    /// Ends processes that have been idle for this long.
    pub(super) fn reap(&self, idle: Duration) {
        for pool in lock(&self.0).values().flat_map(HashMap::values) {
            lock(&pool.idle).retain(|(_, since)| since.elapsed() < idle);
        }
    }
}

/// The processes of one revision of one version.
#[derive(Debug)]
pub(super) struct Pool {
    revision: String,
    idle: Mutex<Vec<(Instance, Instant)>>,
    places: Arc<Semaphore>,
    requests: Arc<AtomicU32>,
    retired: AtomicBool,
}

impl Default for Pool {
    fn default() -> Self {
        Self {
            revision: String::new(),
            idle: Mutex::default(),
            places: Arc::new(Semaphore::new(LARGEST_POOL)),
            requests: Arc::default(),
            retired: AtomicBool::new(false),
        }
    }
}

impl Pool {
    /// Counts a request, unless the reserved concurrency is used up.
    pub(super) fn admit(&self, reserved: Option<u32>) -> Option<Admission> {
        let limit = reserved.unwrap_or(u32::MAX);
        self.requests
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |running| (running < limit).then_some(running + 1))
            .is_ok()
            .then(|| Admission(Arc::clone(&self.requests)))
    }

    /// Waits for a free process slot.
    pub(super) async fn permit(&self) -> OwnedSemaphorePermit {
        Arc::clone(&self.places).acquire_owned().await.expect("the semaphore is never closed")
    }

    /// The most recently used process, so that the others can become idle for long.
    pub(super) fn take_idle(&self) -> Option<Instance> {
        let mut idle = lock(&self.idle);
        while let Some((mut instance, _)) = idle.pop() {
            if instance.is_reusable() {
                return Some(instance);
            }
        }
        None
    }

    pub(super) fn put_idle(&self, instance: Instance) {
        let mut idle = lock(&self.idle);
        if !self.retired.load(Ordering::SeqCst) {
            idle.push((instance, Instant::now()));
        }
    }

    fn retire(&self) {
        let mut idle = lock(&self.idle);
        self.retired.store(true, Ordering::SeqCst);
        idle.clear();
    }
}

/// A request that counts until this is dropped.
#[derive(Debug)]
pub(super) struct Admission(Arc<AtomicU32>);

impl Drop for Admission {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
