//! Running functions as processes: one per concurrent request, kept warm, spoken to through the Lambda Runtime API.
//!
//! It knows neither API Gateway nor the control plane: it takes an [`Order`] and gives an [`Outcome`]. Time is real
//! here, whatever a test does to tokio's clock, because the processes live in real time.

mod alarm;
mod api;
mod code;
mod environment;
mod instance;
mod interpreter;
mod journal;
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
use journal::Journal;
use pool::{Pool, Pools};
use reaper::Reaper;

use crate::{
    cloud::{Cloud, WeakCloud},
    lambda::Version,
};

/// One request to a function.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) function_name: String,
    /// Unqualified.
    pub(crate) function_arn: String,
    /// As the caller named it.
    pub(crate) invoked_arn: String,
    pub(crate) version: Version,
    pub(crate) reserved_concurrency: Option<u32>,
    pub(crate) payload: Bytes,
    /// JSON, for the context object.
    pub(crate) client_context: Option<String>,
}

impl Order {
    /// The Region that the ARN names.
    fn region(&self) -> &str {
        self.function_arn.split(':').nth(3).unwrap_or_default()
    }
}

/// What came of a request.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    pub(crate) request_id: String,
    pub(crate) payload: Bytes,
    /// Whether the payload tells of an error of the function.
    pub(crate) failed: bool,
    /// The end of the log that this request wrote, at most 4 KB.
    pub(crate) log_tail: String,
}

/// Why a request never reached the function.
#[derive(Debug)]
pub(crate) enum NotRun {
    /// The reserved concurrency is used up.
    Throttled,
    /// This machine cannot run it.
    Impossible(String),
}

/// The processes of one cloud. They die with it.
#[derive(Debug, Default)]
pub(crate) struct Runtime {
    pools: Arc<Pools>,
    code: Arc<CodeCache>,
    /// Requests under way. A caller that hangs up does not stop its function, on AWS and here.
    requests: Mutex<JoinSet<()>>,
    reaper: Mutex<Option<Reaper>>,
}

impl Runtime {
    /// Ends the idle processes of a function at once and its busy ones after their request.
    pub(crate) fn retire(&self, function_arn: &str) {
        self.pools.retire(function_arn);
    }

    /// Ends the processes of one version likewise.
    pub(crate) fn retire_version(&self, function_arn: &str, version: &str) {
        self.pools.retire_version(function_arn, version);
    }

    /// Ends every process.
    pub(crate) fn stop(&self) {
        lock(&self.requests).abort_all();
        self.pools.clear();
    }

    /// Lets what is idle for long be ended from now on.
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

/// Runs a function to the end of one request.
pub(crate) async fn run(cloud: &Cloud, order: Order) -> Result<Outcome, NotRun> {
    let runtime = cloud.runtime();
    let wanted = order.version.settings.runtime.clone();
    let found = tokio::task::spawn_blocking(move || interpreter_for(&wanted)).await.expect("the search never panics");
    let interpreter = found.map_err(|missing| NotRun::Impossible(missing.to_string()))?;
    let pool = runtime.pools.of(&order);
    let admission = pool.admit(order.reserved_concurrency).ok_or(NotRun::Throttled)?;
    let code = Arc::clone(&runtime.code);
    let weak = cloud.downgrade();
    let (answer, answered) = oneshot::channel();
    runtime.start_request(async move {
        let outcome = serve(&weak, &pool, &code, (interpreter, order)).await;
        drop(admission);
        // Nobody else keeps what an asynchronous request or one whose caller hung up has logged.
        if let Some(Err(error)) = weak.upgrade().map(|cloud| cloud.save()) {
            tracing::error!(%error, "the local cloud could not be saved");
        }
        // A caller that hung up does not wait for the outcome any more.
        let _ = answer.send(outcome);
    });
    answered.await.unwrap_or_else(|_| Err(NotRun::Impossible("the local cloud is stopping".into())))
}

/// Starts a process for the requests to come, as provisioned concurrency does; answers the error with which it did not.
pub(crate) async fn start_ahead(cloud: &Cloud, order: Order) -> Result<Option<Bytes>, NotRun> {
    let runtime = cloud.runtime();
    let wanted = order.version.settings.runtime.clone();
    let found = tokio::task::spawn_blocking(move || interpreter_for(&wanted)).await.expect("the search never panics");
    let interpreter = found.map_err(|missing| NotRun::Impossible(missing.to_string()))?;
    let pool = runtime.pools.of(&order);
    let _permit = pool.permit().await;
    if let Some(instance) = pool.take_idle() {
        pool.put_idle(instance);
        return Ok(None);
    }
    let (weak, request_id) = (cloud.downgrade(), Uuid::new_v4().to_string());
    let mut instance = match started(&weak, &runtime.code, (&interpreter, &order)).await? {
        Ok(instance) => instance,
        Err(error) => return Ok(Some(no_entrypoint(&weak, &order, request_id, &error).payload)),
    };
    let mut journal = Journal::open(&weak, &order, instance.log_stream());
    let failed = instance.init(&request_id, &mut journal).await;
    if failed.is_none() {
        runtime.reap_idle();
        pool.put_idle(instance);
    }
    Ok(failed)
}

/// Starts a process; the inner error is that of the program that a function brings itself.
async fn started(
    cloud: &WeakCloud,
    code: &CodeCache,
    (interpreter, order): (&Interpreter, &Order),
) -> Result<io::Result<Instance>, NotRun> {
    let impossible = |error: io::Error| NotRun::Impossible(format!("cannot run {}: {error}", order.function_name));
    let place = unpacked(cloud, code, order).await.map_err(impossible)?;
    match Instance::start(cloud, order, interpreter, &place).await {
        Err(error) if *interpreter != Interpreter::Bootstrap => Err(impossible(error)),
        started => Ok(started),
    }
}

async fn serve(
    cloud: &WeakCloud,
    pool: &Arc<Pool>,
    code: &CodeCache,
    (interpreter, order): (Interpreter, Order),
) -> Result<Outcome, NotRun> {
    let _permit = pool.permit().await;
    let request_id = Uuid::new_v4().to_string();
    let mut instance = if let Some(instance) = pool.take_idle() {
        instance
    } else {
        match started(cloud, code, (&interpreter, &order)).await? {
            Ok(instance) => instance,
            Err(error) => return Ok(no_entrypoint(cloud, &order, request_id, &error)),
        }
    };
    let mut journal = Journal::open(cloud, &order, instance.log_stream());
    let (payload, failed) = instance.run(&order, &request_id, &mut journal).await;
    if instance.is_reusable() {
        pool.put_idle(instance);
    }
    Ok(Outcome { request_id, payload, failed, log_tail: journal.tail() })
}

/// What Lambda answers when the function's own program cannot be started.
fn no_entrypoint(cloud: &WeakCloud, order: &Order, request_id: String, error: &io::Error) -> Outcome {
    let reason = if error.kind() == io::ErrorKind::NotFound {
        "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]".to_owned()
    } else {
        format!("fork/exec /var/task/bootstrap: {error}")
    };
    let message = format!("RequestId: {request_id} Error: {reason}");
    let mut journal = Journal::open(cloud, order, &instance::log_stream(order));
    journal.write(&format!("{message}\nRuntime.InvalidEntrypoint"));
    let payload = json!({ "errorType": "Runtime.InvalidEntrypoint", "errorMessage": message }).to_string();
    Outcome { request_id, payload: payload.into(), failed: true, log_tail: journal.tail() }
}

/// Where the code of a function and the bootstraps lie.
#[derive(Debug)]
struct Place {
    task_root: PathBuf,
    bootstraps: PathBuf,
    scratch: PathBuf,
}

async fn unpacked(cloud: &WeakCloud, code: &CodeCache, order: &Order) -> io::Result<Place> {
    let zip = cloud
        .upgrade()
        .and_then(|cloud| cloud.blob(&order.version.blob))
        .ok_or_else(|| io::Error::other("its code is not in the local cloud any more"))?;
    code.unpack(&order.version.blob, zip).await
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
