//! Running functions as processes: one per concurrent request, kept warm, connected through the Lambda Runtime API.
//!
//! This module knows neither API Gateway nor the control plane: it takes an [`Order`] and returns an [`Outcome`]. It
//! uses the real clock, even when a test controls tokio's clock, because processes run in real time.

mod alarm;
mod api;
mod code;
mod environment;
mod instance;
mod interpreter;
mod log;
mod output;
mod pool;
mod process;
mod reaper;
mod unpack;

#[cfg(test)]
mod tests;

use std::{
    io,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use serde_json::json;
use tokio::{sync::oneshot, task::JoinSet};
use uuid::Uuid;

pub use interpreter::{Interpreter, MissingInterpreter, interpreter_for};

pub(crate) use alarm::Alarm;
use code::CodeCache;
use instance::Instance;
use log::InvocationLog;
use pool::{Pool, Pools};
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
    pools: Arc<Pools>,
    code: Arc<CodeCache>,
    /// Requests in progress. As on AWS, a caller that disconnects does not stop its function.
    requests: Mutex<JoinSet<()>>,
    reaper: Mutex<Option<Reaper>>,
}

impl Runtime {
    /// Ends the idle processes of a function now and the busy ones after their request.
    pub(crate) fn retire(&self, function_arn: &str) {
        self.pools.retire(function_arn);
    }

    /// Ends the processes of one version in the same way.
    pub(crate) fn retire_version(&self, function_arn: &str, version: &str) {
        self.pools.retire_version(function_arn, version);
    }

    /// Ends every process.
    pub(crate) fn stop(&self) {
        lock(&self.requests).abort_all();
        self.pools.clear();
    }

    /// Starts ending processes that have been idle for long.
    fn reap_idle(&self) {
        lock(&self.reaper).get_or_insert_with(|| Reaper::start(&self.pools));
    }

    fn start_request(&self, request: impl Future<Output = ()> + Send + 'static) {
        self.reap_idle();
        let mut requests = lock(&self.requests);
        while requests.try_join_next().is_some() {}
        requests.spawn(request);
    }
}

/// Runs a function for one request.
pub(crate) async fn run(emulator: &Emulator, order: Order) -> Result<Outcome, NotRun> {
    let runtime = emulator.runtime();
    let wanted = order.version.settings.runtime.clone();
    let found = tokio::task::spawn_blocking(move || interpreter_for(&wanted)).await.expect("the search never panics");
    let interpreter = found.map_err(|missing| NotRun::Impossible(missing.to_string()))?;
    let pool = runtime.pools.of(&order);
    let admission = pool.admit(order.reserved_concurrency).ok_or(NotRun::Throttled)?;
    let code = Arc::clone(&runtime.code);
    let weak = emulator.downgrade();
    let (answer, answered) = oneshot::channel();
    runtime.start_request(async move {
        let outcome = serve(&weak, &pool, &code, (interpreter, order)).await;
        drop(admission);
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
    let wanted = order.version.settings.runtime.clone();
    let found = tokio::task::spawn_blocking(move || interpreter_for(&wanted)).await.expect("the search never panics");
    let interpreter = found.map_err(|missing| NotRun::Impossible(missing.to_string()))?;
    let pool = runtime.pools.of(&order);
    let _permit = pool.permit().await;
    if let Some(instance) = pool.take_idle() {
        pool.put_idle(instance);
        return Ok(None);
    }
    let (weak, request_id) = (emulator.downgrade(), Uuid::new_v4().to_string());
    let mut instance = match started(&weak, &runtime.code, (&interpreter, &order)).await? {
        Ok(instance) => instance,
        Err(error) => return Ok(Some(no_entrypoint(&weak, &order, request_id, &error).payload)),
    };
    let mut log = InvocationLog::open(&weak, &order, instance.log_stream());
    let failed = instance.init(&request_id, &mut log).await;
    if failed.is_none() {
        runtime.reap_idle();
        pool.put_idle(instance);
    }
    Ok(failed)
}

/// Starts a process. The inner error is that of the function's own program.
async fn started(
    emulator: &WeakEmulator,
    code: &CodeCache,
    (interpreter, order): (&Interpreter, &Order),
) -> Result<io::Result<Instance>, NotRun> {
    let impossible = |error: io::Error| NotRun::Impossible(format!("cannot run {}: {error}", order.function_name));
    let place = unpacked(emulator, code, order).await.map_err(impossible)?;
    match Instance::start(emulator, order, interpreter, &place).await {
        Err(error) if *interpreter != Interpreter::Bootstrap => Err(impossible(error)),
        started => Ok(started),
    }
}

async fn serve(
    emulator: &WeakEmulator,
    pool: &Arc<Pool>,
    code: &CodeCache,
    (interpreter, order): (Interpreter, Order),
) -> Result<Outcome, NotRun> {
    let _permit = pool.permit().await;
    let request_id = Uuid::new_v4().to_string();
    let mut instance = if let Some(instance) = pool.take_idle() {
        instance
    } else {
        match started(emulator, code, (&interpreter, &order)).await? {
            Ok(instance) => instance,
            Err(error) => return Ok(no_entrypoint(emulator, &order, request_id, &error)),
        }
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
    log.write(&format!("{message}\nRuntime.InvalidEntrypoint"));
    let payload = json!({ "errorType": "Runtime.InvalidEntrypoint", "errorMessage": message }).to_string();
    Outcome { request_id, payload: payload.into(), failed: true, log_tail: log.tail() }
}

/// The folders of a function's code, of the bootstraps and of temporary files.
#[derive(Debug)]
struct Place {
    task_root: PathBuf,
    bootstraps: PathBuf,
    scratch: PathBuf,
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
