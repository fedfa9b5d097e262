//! One process of a function, from start to exit, and the handling of a request.

use std::{
    fmt::Write as _,
    io,
    os::unix::process::ExitStatusExt as _,
    process::ExitStatus,
    time::{Duration, Instant},
};

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::sync::OwnedSemaphorePermit;
use uuid::Uuid;

use super::{
    Alarm, Order, Place,
    api::{Delivery, Event, LARGEST_RESPONSE, RuntimeApi},
    credentials::Lease,
    environment::{self, Particulars},
    interpreter::Interpreter,
    log::InvocationLog,
    node,
    output::Output,
    process::{Launch, Process},
    sandbox::{self, Sandbox},
};
use crate::emulator::{WeakEmulator, hex};

/// The time limit for starting a process, before the function's timeout begins.
const LONGEST_INIT: Duration = Duration::from_secs(10);
/// What a new execution environment is made from.
#[derive(Debug)]
pub(super) struct Origin<'a> {
    pub(super) interpreter: &'a Interpreter,
    pub(super) place: &'a Place,
    /// A turn to start, which ends when the process is ready.
    pub(super) turn: Option<OwnedSemaphorePermit>,
    pub(super) credentials: Lease,
}

/// One execution environment.
#[derive(Debug)]
pub(super) struct Instance {
    process: Process,
    output: Output,
    api: RuntimeApi,
    log_stream: String,
    /// A turn to start, which ends when the process is ready.
    turn: Option<OwnedSemaphorePermit>,
    phase: Phase,
    /// Valid as long as the environment exists.
    _credentials: Lease,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Phase {
    Starting(Instant),
    Waiting,
    Broken,
}

/// The name of a new execution environment's log stream.
pub(super) fn log_stream(order: &Order) -> String {
    let today = Timestamp::now().strftime("%Y/%m/%d");
    format!("{today}/[{}]{}", order.version.label, Uuid::new_v4().simple())
}

/// The end of a request.
#[derive(Debug)]
enum End {
    Response(Bytes),
    Failure(Bytes),
    TooLarge,
    TimedOut,
    Exited(Option<ExitStatus>),
    OutOfMemory,
}

impl Instance {
    /// Starts a process. It is ready when it polls for its first request.
    pub(super) async fn start(emulator: &WeakEmulator, order: &Order, origin: Origin<'_>) -> io::Result<Self> {
        let Origin { interpreter, place, turn, credentials } = origin;
        let settings = &order.version.settings;
        let api = RuntimeApi::start(*interpreter != Interpreter::Bootstrap).await?;
        let log_stream = log_stream(order);
        let endpoint = emulator.upgrade().and_then(|emulator| emulator.endpoint().map(str::to_owned));
        let has_sandbox = tokio::task::spawn_blocking(sandbox::works).await.map_err(io::Error::other)?;
        let particulars = Particulars {
            runtime_api: &api.address,
            endpoint: endpoint.as_deref(),
            log_stream: &log_stream,
            credentials: &credentials.credentials,
            sandboxed: has_sandbox,
        };
        let variables = environment::variables(order, interpreter, place, &particulars);
        let launch = Launch {
            interpreter,
            place,
            sandbox: has_sandbox.then(|| Sandbox::new(place, interpreter, settings.ephemeral_storage)).transpose()?,
            memory: settings.memory_size,
            wrapper: settings.environment.get("AWS_LAMBDA_EXEC_WRAPPER").map(String::as_str),
            options: match interpreter {
                Interpreter::Node(program) => {
                    let by_function = settings.environment.get("NODE_OPTIONS").map_or("", String::as_str);
                    node::options(program, &settings.runtime, settings.memory_size, by_function)
                }
                _ => Vec::new(),
            },
            mark: format!("AWS_LAMBDA_LOG_STREAM_NAME={log_stream}"),
        };
        let (process, output) = Process::start(launch, variables).await?;
        let phase = Phase::Starting(Instant::now());
        Ok(Self { process, output, api, log_stream, turn, phase, _credentials: credentials })
    }

    pub(super) fn log_stream(&self) -> &str {
        &self.log_stream
    }

    /// Whether it can handle another request.
    pub(super) fn is_reusable(&mut self) -> bool {
        self.phase == Phase::Waiting && self.process.is_running()
    }

    /// Waits until the process polls for a request. Returns the error payload if it fails to start.
    pub(super) async fn init(&mut self, order: &Order, request_id: &str, log: &mut InvocationLog) -> Option<Bytes> {
        log.line(&init_start(order));
        let mut alarm = Alarm::after(LONGEST_INIT);
        let end = self.until_ready(log, &mut alarm).await;
        self.process.memory().set_busy(false);
        Some(settle(end?, request_id, LONGEST_INIT, log).0)
    }

    /// Runs one request. Returns the payload and whether it is an error.
    pub(super) async fn run(&mut self, order: &Order, request_id: &str, log: &mut InvocationLog) -> (Bytes, bool) {
        let timeout = Duration::from_secs(u64::from(order.version.settings.timeout));
        let mut early = None;
        let mut init = None;
        self.process.memory().set_busy(true);
        if let Phase::Starting(since) = self.phase {
            log.line(&init_start(order));
            let mut alarm = Alarm::after(LONGEST_INIT + timeout);
            early = self.until_ready(log, &mut alarm).await;
            init = Some(since.elapsed());
        }
        log.line(&format!("START RequestId: {request_id} Version: {}", order.version.label));
        let began = Instant::now();
        let mut end = match early {
            Some(end) => end,
            None => self.request(order, request_id, timeout, log).await,
        };
        let took = if matches!(end, End::TimedOut) { timeout } else { began.elapsed() };
        if !matches!(end, End::TimedOut) && self.process.memory().is_exceeded() {
            (end, self.phase) = (End::OutOfMemory, Phase::Broken);
        }
        self.process.memory().set_busy(false);
        let (payload, error_type) = settle(end, request_id, timeout, log);
        log.line(&format!("END RequestId: {request_id}"));
        log.line(&self.report(order, request_id, (took, init), error_type.as_deref()));
        (payload, error_type.is_some())
    }

    /// Delivers the request and waits until the process has responded and polls for the next one.
    async fn request(&mut self, order: &Order, request_id: &str, timeout: Duration, log: &mut InvocationLog) -> End {
        let deadline = Timestamp::now().as_millisecond() + i64::try_from(timeout.as_millis()).unwrap_or(i64::MAX);
        self.api.deliver(Delivery {
            request_id: request_id.into(),
            deadline_millis: deadline,
            invoked_arn: order.invoked_arn.clone(),
            trace_id: trace_id(),
            client_context: order.client_context.clone(),
            payload: order.payload.clone(),
        });
        let mut alarm = Alarm::after(timeout);
        let end = loop {
            match self.happening(log, &mut alarm).await {
                Happening::Said(Event::Response(payload)) => break End::Response(payload),
                Happening::Said(Event::Failure(payload) | Event::InitFailure(payload)) => break End::Failure(payload),
                Happening::Said(Event::TooLarge) => break End::TooLarge,
                Happening::Said(Event::Ready) => {}
                Happening::Ended(end) => return end,
            }
        };
        // The response is final whatever the process does next. The process is reusable only once it polls for a
        // request.
        if self.until_ready(log, &mut alarm).await.is_some() {
            self.phase = Phase::Broken;
        }
        end
    }

    /// Waits until the process polls for a request. Returns its end if it does not.
    async fn until_ready(&mut self, log: &mut InvocationLog, alarm: &mut Alarm) -> Option<End> {
        let end = loop {
            match self.happening(log, alarm).await {
                Happening::Said(Event::Ready) => {
                    if let Phase::Starting(_) = self.phase {
                        self.process.memory().ready();
                    }
                    self.phase = Phase::Waiting;
                    break None;
                }
                Happening::Said(Event::InitFailure(payload) | Event::Failure(payload)) => {
                    self.phase = Phase::Broken;
                    break Some(End::Failure(payload));
                }
                Happening::Said(Event::Response(_) | Event::TooLarge) => {}
                Happening::Ended(end) => break Some(end),
            }
        };
        self.turn = None;
        end
    }

    /// Waits for the next event and writes the output meanwhile. Output without end does not delay the alarm.
    async fn happening(&mut self, log: &mut InvocationLog, alarm: &mut Alarm) -> Happening {
        let happening = loop {
            tokio::select! {
                biased;
                event = self.api.event() => break Happening::Said(event),
                () = alarm.rings() => break Happening::Ended(End::TimedOut),
                line = self.output.line() => log.write(&line),
                status = self.process.ended() => break Happening::Ended(End::Exited(status)),
            }
        };
        if let Happening::Ended(_) = happening {
            self.phase = Phase::Broken;
            self.process.kill();
        }
        // Output written before the event is in the pipe by now.
        for line in self.output.rest() {
            log.write(&line);
        }
        happening
    }

    fn report(
        &self,
        order: &Order,
        request_id: &str,
        (took, init): (Duration, Option<Duration>),
        error_type: Option<&str>,
    ) -> String {
        let millis = |time: Duration| time.as_secs_f64() * 1000.0;
        let billed = (millis(took) + init.map_or(0.0, millis)).ceil();
        let mut report = format!(
            "REPORT RequestId: {request_id}\tDuration: {:.2} ms\tBilled Duration: {billed:.0} ms\tMemory Size: {} MB\t",
            millis(took),
            order.version.settings.memory_size,
        );
        if let Some(memory) = self.process.memory().peak() {
            let _ = write!(report, "Max Memory Used: {memory} MB\t");
        }
        if let Some(init) = init {
            let _ = write!(report, "Init Duration: {:.2} ms\t", millis(init));
        }
        match error_type {
            Some("Sandbox.Timedout") => report.push_str("Status: timeout"),
            Some(kind @ ("Runtime.ExitError" | "Runtime.OutOfMemory")) => {
                let _ = write!(report, "Status: error\tError Type: {kind}");
            }
            _ => {}
        }
        report
    }
}

/// An event that a request waits for.
#[derive(Debug)]
enum Happening {
    Said(Event),
    Ended(End),
}

/// Lambda's payload for this end, and the error type if it is an error.
fn settle(end: End, request_id: &str, timeout: Duration, log: &mut InvocationLog) -> (Bytes, Option<String>) {
    match end {
        End::Response(payload) => (payload, None),
        End::Failure(payload) => {
            let error: Value = serde_json::from_slice(&payload).unwrap_or_default();
            let kind = error["errorType"].as_str().unwrap_or("Unhandled").to_owned();
            (payload, Some(kind))
        }
        End::TooLarge => {
            let message =
                format!("Response payload size exceeded maximum allowed payload size ({LARGEST_RESPONSE} bytes).");
            failure("Function.ResponseSizeTooLarge", &message)
        }
        End::TimedOut => {
            let message = format!("Task timed out after {:.2} seconds", timeout.as_secs_f64());
            let now = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ");
            log.line(&format!("{now} {request_id} {message}"));
            failure("Sandbox.Timedout", &format!("RequestId: {request_id} Error: {message}"))
        }
        End::Exited(status) => exited("Runtime.ExitError", &describe(status), request_id, log),
        End::OutOfMemory => exited("Runtime.OutOfMemory", "Runtime exited with error: signal: killed", request_id, log),
    }
}

fn failure(kind: &str, message: &str) -> (Bytes, Option<String>) {
    let payload = json!({ "errorType": kind, "errorMessage": message }).to_string();
    (payload.into(), Some(kind.to_owned()))
}

fn exited(kind: &str, how: &str, request_id: &str, log: &mut InvocationLog) -> (Bytes, Option<String>) {
    let message = format!("RequestId: {request_id} Error: {how}");
    log.line(&format!("{message}\n{kind}"));
    failure(kind, &message)
}

fn describe(status: Option<ExitStatus>) -> String {
    // The shell of the sandbox reports a signal as an exit status.
    let signal =
        status.and_then(|status| status.signal().or(status.code().filter(|code| *code > 128)?.checked_sub(128)));
    let name = match signal {
        Some(4) => "illegal instruction",
        Some(6) => "aborted",
        Some(7) => "bus error",
        Some(8) => "floating point exception",
        Some(9) => "killed",
        Some(11) => "segmentation fault",
        Some(15) => "terminated",
        _ => {
            return match status.and_then(|status| status.code()) {
                Some(0) | None => "Runtime exited without providing a reason".into(),
                Some(code) => format!("Runtime exited with error: exit status {code}"),
            };
        }
    };
    format!("Runtime exited with error: signal: {name}")
}

/// The first line of an execution environment's log.
fn init_start(order: &Order) -> String {
    let runtime = &order.version.settings.runtime;
    let split = runtime.find(|letter: char| letter.is_ascii_digit() || letter == '.').unwrap_or(runtime.len());
    let (language, version) = (&runtime[..split], runtime[split..].trim_start_matches('.').trim_end_matches(".x"));
    let hash = hex(&Sha256::digest(runtime));
    let arn = format!("arn:aws:lambda:{}::runtime:{hash}", order.region());
    format!("INIT_START Runtime Version: {language}:{version}.v1\tRuntime Version ARN: {arn}")
}

/// A trace id in X-Ray's format. It is not sampled, because the emulator does not trace.
fn trace_id() -> String {
    let id = Uuid::new_v4().simple().to_string();
    let (root, parent) = (&id[..24], &id[16..]);
    format!("Root=1-{:08x}-{root};Parent={parent};Sampled=0", Timestamp::now().as_second())
}
