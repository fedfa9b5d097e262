//! Running functions as processes: one per concurrent request, kept warm, connected through the Lambda Runtime API.
//!
//! This module knows neither API Gateway nor the control plane: it takes an [`Order`] and returns an [`Outcome`]. It
//! uses the real clock, even when a test controls tokio's clock, because processes run in real time.

mod alarm;
mod api;
mod code;
mod credentials;
mod environment;
mod instance;
mod interpreter;
mod log;
mod memory;
mod node;
mod output;
mod pool;
mod process;
mod reaper;
mod sandbox;
mod scratch;
mod unpack;

#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use serde_json::json;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, oneshot},
    task::JoinSet,
};
use uuid::Uuid;

pub use interpreter::{Interpreter, MissingInterpreter, Program, interpreter_for};
pub use sandbox::not_enforced;
pub(crate) use scratch::sweep;

pub(crate) use alarm::Alarm;
use code::CodeCache;
pub(crate) use credentials::Credentials;
use credentials::Issued;
use instance::{Instance, Origin};
use log::InvocationLog;
use pool::{Admission, Admitted, Pool, Pools};
use reaper::Reaper;

use crate::{
    emulator::{Emulator, WeakEmulator},
    services::lambda::Version,
};

/// One request to a function.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) function_name: String,
    /// The unqualified ARN.
    pub(crate) function_arn: String,
    /// The ARN as given by the caller.
    pub(crate) invoked_arn: String,
    pub(crate) version: Version,
    pub(crate) reserved_concurrency: Option<u32>,
    pub(crate) payload: Bytes,
    /// JSON for the context object.
    pub(crate) client_context: Option<String>,
}

impl Order {
    /// The Region in the ARN.
    fn region(&self) -> &str {
        self.function_arn.split(':').nth(3).unwrap_or_default()
    }
}

/// The result of a request.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    pub(crate) request_id: String,
    pub(crate) payload: Bytes,
    /// Whether the payload is a function error.
    pub(crate) failed: bool,
    /// The end of the log of this request, at most 4 KB.
    pub(crate) log_tail: String,
}

/// The reason why a request did not reach the function.
#[derive(Debug)]
pub(crate) enum NotRun {
    /// The reserved concurrency is used up.
    Throttled,
    /// This machine cannot run the function.
    Impossible(String),
}

/// The processes of one emulator. They end with it.
#[derive(Debug, Default)]
pub(crate) struct Runtime {
    workshop: Arc<Workshop>,
    /// Requests in progress. As on AWS, a caller that disconnects does not stop its function.
    requests: Mutex<JoinSet<()>>,
    reaper: Mutex<Option<Reaper>>,
    /// The requests of all functions.
    running: Arc<AtomicU32>,
}

/// What requests need to find or start a process.
#[derive(Debug)]
struct Workshop {
    pools: Arc<Pools>,
    code: CodeCache,
    issued: Issued,
    /// Turns to start a process. More at once would only delay each other.
    starts: Arc<Semaphore>,
}

impl Default for Workshop {
    fn default() -> Self {
        let processors = std::thread::available_parallelism().map_or(2, usize::from);
        Self {
            pools: Arc::default(),
            code: CodeCache::default(),
            issued: Issued::default(),
            starts: Arc::new(Semaphore::new(2 * processors)),
        }
    }
}

impl Runtime {
    /// Ends the idle processes of a function now and the busy ones after their request.
    pub(crate) fn retire(&self, function_arn: &str) {
        self.workshop.pools.retire(function_arn);
    }

    /// Ends the processes of one version in the same way.
    pub(crate) fn retire_version(&self, function_arn: &str, version: &str) {
        self.workshop.pools.retire_version(function_arn, version);
    }

    /// Ends every process.
    pub(crate) fn stop(&self) {
        lock(&self.requests).abort_all();
        self.workshop.pools.clear();
    }

    /// The function whose environment has these credentials.
    pub(crate) fn credentials(&self, access_key_id: &str) -> Option<Credentials> {
        self.workshop.issued.find(access_key_id)
    }

    /// Whether a request to a function is in progress.
    pub(crate) fn is_busy(&self) -> bool {
        self.running.load(Ordering::SeqCst) > 0
    }

    /// The functions that run, with the number of their idle environments and of their requests in progress.
    pub(crate) fn environments(&self) -> BTreeMap<String, [usize; 2]> {
        self.workshop.pools.environments()
    }

    /// Starts ending processes that have been idle for long.
    fn reap_idle(&self) {
        lock(&self.reaper).get_or_insert_with(|| Reaper::start(&self.workshop.pools));
    }

    fn start_request(&self, request: impl Future<Output = ()> + Send + 'static) {
        self.reap_idle();
        let mut requests = lock(&self.requests);
        while requests.try_join_next().is_some() {}
        requests.spawn(request);
    }
}

/// Runs a function for one request. A caller that stops waiting before the function runs cancels it.
pub(crate) async fn run(emulator: &Emulator, order: Order) -> Result<Outcome, NotRun> {
    let runtime = emulator.runtime();
    let total = Admission::of(&runtime.running, emulator.settings().concurrency).ok_or(NotRun::Throttled)?;
    let pool = runtime.workshop.pools.of(&order);
    let admission = pool.admit(order.reserved_concurrency).ok_or(NotRun::Throttled)?;
    let workshop = Arc::clone(&runtime.workshop);
    let weak = emulator.downgrade();
    let (mut answer, answered) = oneshot::channel();
    runtime.start_request(async move {
        let admitted = tokio::select! {
            biased;
            () = answer.closed() => return,
            admitted = pool.admitted(&workshop.starts) => admitted,
        };
        let outcome = serve(&weak, &workshop, (&pool, admitted), order).await;
        drop((admission, total));
        // Saves the log of an asynchronous request, or of one whose caller has disconnected.
        if let Some(Err(error)) = weak.upgrade().map(|emulator| emulator.save()) {
            tracing::error!(%error, "the local emulator could not be saved");
        }
        // A caller that has disconnected does not receive the outcome.
        let _ = answer.send(outcome);
    });
    answered.await.unwrap_or_else(|_| Err(NotRun::Impossible("the local emulator is stopping".into())))
}

/// Starts a process for later requests, as provisioned concurrency does. Returns the error payload if it fails to
/// start.
pub(crate) async fn start_ahead(emulator: &Emulator, order: Order) -> Result<Option<Bytes>, NotRun> {
    let runtime = emulator.runtime();
    let pool = runtime.workshop.pools.of(&order);
    let turn = match pool.admitted(&runtime.workshop.starts).await {
        Admitted::Warm(instance) => {
            pool.put_idle(*instance);
            return Ok(None);
        }
        Admitted::Cold(turn) => turn,
    };
    let (weak, request_id) = (emulator.downgrade(), Uuid::new_v4().to_string());
    let mut instance = match started(&weak, &runtime.workshop, &order, turn).await? {
        Ok(instance) => instance,
        Err(error) => return Ok(Some(no_entrypoint(&weak, &order, request_id, &error).payload)),
    };
    let mut log = InvocationLog::open(&weak, &order, instance.log_stream());
    let failed = instance.init(&order, &request_id, &mut log).await;
    if failed.is_none() {
        runtime.reap_idle();
        pool.put_idle(instance);
    }
    Ok(failed)
}

/// Starts a process. The inner error is that of the function's own program.
async fn started(
    emulator: &WeakEmulator,
    workshop: &Workshop,
    order: &Order,
    turn: OwnedSemaphorePermit,
) -> Result<io::Result<Instance>, NotRun> {
    let wanted = order.version.settings.runtime.clone();
    let found = tokio::task::spawn_blocking(move || interpreter_for(&wanted)).await.expect("the search never panics");
    let interpreter = &found.map_err(|missing| NotRun::Impossible(missing.to_string()))?;
    let impossible = |error: io::Error| NotRun::Impossible(format!("cannot run {}: {error}", order.function_name));
    if !memory::has_room() {
        workshop.pools.reap(Duration::ZERO);
        if !memory::has_room() {
            return Err(NotRun::Throttled);
        }
    }
    let place = &unpacked(emulator, &workshop.code, order).await.map_err(impossible)?;
    let origin = Origin { interpreter, place, turn: Some(turn), credentials: workshop.issued.issue(order) };
    match Instance::start(emulator, order, origin).await {
        Err(error) if is_exhausted(&error) => Err(NotRun::Throttled),
        Err(error) if *interpreter != Interpreter::Bootstrap => Err(impossible(error)),
        started => Ok(started),
    }
}

/// Whether this machine has no processes, memory or file descriptors left.
fn is_exhausted(error: &io::Error) -> bool {
    use rustix::io::Errno;

    let code = error.raw_os_error().map(Errno::from_raw_os_error);
    matches!(code, Some(Errno::AGAIN | Errno::NOMEM | Errno::MFILE | Errno::NFILE))
}

async fn serve(
    emulator: &WeakEmulator,
    workshop: &Workshop,
    (pool, admitted): (&Pool, Admitted),
    order: Order,
) -> Result<Outcome, NotRun> {
    let request_id = Uuid::new_v4().to_string();
    let mut instance = match admitted {
        Admitted::Warm(instance) => *instance,
        Admitted::Cold(turn) => match started(emulator, workshop, &order, turn).await? {
            Ok(instance) => instance,
            Err(error) => return Ok(no_entrypoint(emulator, &order, request_id, &error)),
        },
    };
    let mut log = InvocationLog::open(emulator, &order, instance.log_stream());
    let (payload, failed) = instance.run(&order, &request_id, &mut log).await;
    if instance.is_reusable() {
        pool.put_idle(instance);
    }
    Ok(Outcome { request_id, payload, failed, log_tail: log.tail() })
}

/// Lambda's response if the function's own program cannot be started.
fn no_entrypoint(emulator: &WeakEmulator, order: &Order, request_id: String, error: &io::Error) -> Outcome {
    let reason = if error.kind() == io::ErrorKind::NotFound {
        "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]".to_owned()
    } else {
        format!("fork/exec /var/task/bootstrap: {error}")
    };
    let message = format!("RequestId: {request_id} Error: {reason}");
    let mut log = InvocationLog::open(emulator, order, &instance::log_stream(order));
    log.line(&format!("{message}\nRuntime.InvalidEntrypoint"));
    let payload = json!({ "errorType": "Runtime.InvalidEntrypoint", "errorMessage": message }).to_string();
    Outcome { request_id, payload: payload.into(), failed: true, log_tail: log.tail() }
}

/// The folders of a function on this machine.
#[derive(Debug)]
struct Place {
    folder: PathBuf,
    /// The function's code.
    task_root: PathBuf,
    /// The bootstraps.
    runtime: PathBuf,
    /// Where a sandbox has its root.
    root: PathBuf,
    /// Temporary files of functions without a sandbox.
    scratch: PathBuf,
}

impl Place {
    fn below(folder: &Path, task_root: PathBuf) -> Self {
        let [runtime, root, scratch] = ["runtime", "root", "tmp"].map(|name| folder.join(name));
        Self { folder: folder.to_owned(), task_root, runtime, root, scratch }
    }
}

async fn unpacked(emulator: &WeakEmulator, code: &CodeCache, order: &Order) -> io::Result<Place> {
    let zip = emulator
        .upgrade()
        .and_then(|emulator| emulator.blob(&order.version.blob))
        .ok_or_else(|| io::Error::other("its code is not in the local emulator any more"))?;
    code.unpack(&order.version.blob, zip).await
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
