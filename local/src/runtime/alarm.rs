//! Deadlines in real time.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Condvar, LazyLock, Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::{
    runtime::{Handle, Id},
    sync::oneshot,
};

use super::lock;

/// A timer on the real clock.
///
/// A tokio timer would fire at once in tests with a paused clock: tokio advances it while only a child process is
/// awaited. All alarms of a tokio runtime share one blocking task, which also prevents it from advancing the clock.
#[derive(Debug)]
pub(crate) struct Alarm {
    bell: oneshot::Receiver<()>,
    clock: Arc<Clock>,
    key: (Instant, u64),
}

impl Alarm {
    pub(crate) fn after(delay: Duration) -> Self {
        let (ring, bell) = oneshot::channel();
        let clock = Clock::of_this_runtime();
        let key = clock.arm(Instant::now() + delay, ring);
        Self { bell, clock, key }
    }

    /// Waits for the timer. Cancel-safe until it has fired.
    pub(crate) async fn rings(&mut self) {
        // The sender is dropped unused only when tokio shuts down.
        let _ = (&mut self.bell).await;
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        let mut armed = lock(&self.clock.armed);
        armed.bells.remove(&self.key);
        if armed.bells.is_empty() {
            self.clock.changed.notify_one();
        }
    }
}

/// The alarms of one tokio runtime.
#[derive(Debug, Default)]
struct Clock {
    armed: Mutex<Armed>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Armed {
    bells: BTreeMap<(Instant, u64), oneshot::Sender<()>>,
    count: u64,
    /// Whether the blocking task runs.
    running: bool,
}

impl Clock {
    fn of_this_runtime() -> Arc<Self> {
        static CLOCKS: LazyLock<Mutex<HashMap<Id, Arc<Clock>>>> = LazyLock::new(Mutex::default);
        Arc::clone(lock(&CLOCKS).entry(Handle::current().id()).or_default())
    }

    fn arm(self: &Arc<Self>, at: Instant, ring: oneshot::Sender<()>) -> (Instant, u64) {
        let mut armed = lock(&self.armed);
        armed.count += 1;
        let key = (at, armed.count);
        armed.bells.insert(key, ring);
        if !armed.running {
            armed.running = true;
            let clock = Arc::clone(self);
            tokio::task::spawn_blocking(move || clock.run());
        } else if armed.bells.first_key_value().is_some_and(|(first, _)| *first == key) {
            self.changed.notify_one();
        }
        key
    }

    /// Rings until no alarm is armed, so that it does not keep a runtime that shuts down.
    fn run(&self) {
        let mut armed = lock(&self.armed);
        while let Some(((at, _), _)) = armed.bells.first_key_value() {
            let left = at.saturating_duration_since(Instant::now());
            if left.is_zero() {
                if let Some((_, ring)) = armed.bells.pop_first() {
                    // The receiver may have been dropped.
                    let _ = ring.send(());
                }
            } else {
                armed = self.changed.wait_timeout(armed, left).unwrap_or_else(PoisonError::into_inner).0;
            }
        }
        armed.running = false;
    }
}
