//! The processes of each function version: the idle ones, and the requests that wait for one.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use super::{Order, instance::Instance, lock};

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

    /// The functions with idle environments or requests, and how many of each. Versions are counted together.
    pub(super) fn environments(&self) -> BTreeMap<String, [usize; 2]> {
        let mut functions: BTreeMap<String, [usize; 2]> = BTreeMap::new();
        for (arn, versions) in lock(&self.0).iter() {
            let [idle, busy] = versions.values().fold([0, 0], |[idle, busy], pool| {
                [idle + lock(&pool.idle).len(), busy + pool.requests.load(Ordering::SeqCst) as usize]
            });
            if idle + busy > 0 {
                let name = arn.rsplit(':').next().unwrap_or_default();
                let of_name = functions.entry(name.to_owned()).or_default();
                *of_name = [of_name[0] + idle, of_name[1] + busy];
            }
        }
        functions
    }

    /// Ends processes that have been idle for at least this long.
    pub(super) fn reap(&self, idle: Duration) {
        for pool in lock(&self.0).values().flat_map(HashMap::values) {
            lock(&pool.idle).retain(|(_, since)| since.elapsed() < idle);
        }
    }
}

/// The processes of one revision of one version.
#[derive(Debug, Default)]
pub(super) struct Pool {
    revision: String,
    idle: Mutex<Vec<(Instance, Instant)>>,
    /// A process became idle.
    freed: Notify,
    requests: Arc<AtomicU32>,
    retired: AtomicBool,
}

/// A process for a request, or the right to start one.
#[derive(Debug)]
pub(super) enum Admitted {
    Warm(Box<Instance>),
    Cold(OwnedSemaphorePermit),
}

impl Pool {
    /// Counts a request, unless the reserved concurrency is used up.
    pub(super) fn admit(&self, reserved: Option<u32>) -> Option<Admission> {
        Admission::of(&self.requests, reserved.unwrap_or(u32::MAX))
    }

    /// Waits for an idle process or for a turn to start one, whichever is first. Starting is what takes time, so a
    /// machine that is busy with it serves a burst of short requests with few processes.
    pub(super) async fn admitted(&self, starts: &Arc<Semaphore>) -> Admitted {
        loop {
            let freed = self.freed.notified();
            if let Some(instance) = self.take_idle() {
                return Admitted::Warm(Box::new(instance));
            }
            tokio::select! {
                biased;
                () = freed => {}
                permit = Arc::clone(starts).acquire_owned() => {
                    return Admitted::Cold(permit.expect("the semaphore is never closed"));
                }
            }
        }
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
            self.freed.notify_one();
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

impl Admission {
    /// Counts a request if fewer than `limit` are counted.
    pub(super) fn of(count: &Arc<AtomicU32>, limit: u32) -> Option<Self> {
        let counted = count.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |now| (now < limit).then_some(now + 1));
        counted.is_ok().then(|| Self(Arc::clone(count)))
    }
}

impl Drop for Admission {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
