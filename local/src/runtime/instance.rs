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
use uuid::Uuid;

use super::{
    Alarm, Order, Place,
    api::{Delivery, Event, RuntimeApi},
    environment,
    interpreter::Interpreter,
    log::InvocationLog,
    output::Output,
    process::Process,
};
use crate::emulator::WeakEmulator;

/// The time limit for starting a process, before the function's timeout begins.
const LONGEST_INIT: Duration = Duration::from_secs(10);
/// The largest response to a synchronous request, in bytes.
const LARGEST_RESPONSE: usize = 6_291_556;

/// One execution environment.
#[derive(Debug)]
pub(super) struct Instance {
    process: Process,
    output: Output,
    api: RuntimeApi,
    log_stream: String,
    /// A note to log before the first request.
    note: Option<String>,
    phase: Phase,
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
    TimedOut,
    Exited(Option<ExitStatus>),
}

impl Instance {
    /// Starts a process. It is ready when it polls for its first request.
    pub(super) async fn start(
        emulator: &WeakEmulator,
        order: &Order,
        interpreter: &Interpreter,
        place: &Place,
    ) -> io::Result<Self> {
        let api = RuntimeApi::start().await?;
        let log_stream = log_stream(order);
        let endpoint = emulator.upgrade().and_then(|emulator| emulator.endpoint().map(str::to_owned));
        let address = api.address.to_string();
        let variables = environment::variables(order, interpreter, place, (&address, endpoint.as_deref()), &log_stream);
        let (process, output) = Process::start(interpreter, place, variables).await?;
        let note = interpreter.note().map(str::to_owned);
        Ok(Self { process, output, api, log_stream, note, phase: Phase::Starting(Instant::now()) })
    }

    pub(super) fn log_stream(&self) -> &str {
        &self.log_stream
    }

    /// Whether it can handle another request.
    pub(super) fn is_reusable(&mut self) -> bool {
        self.phase == Phase::Waiting && self.process.is_running()
    }

    /// Waits until the process polls for a request. Returns the error payload if it fails to start.
    pub(super) async fn init(&mut self, request_id: &str, log: &mut InvocationLog) -> Option<Bytes> {
        let mut alarm = Alarm::after(LONGEST_INIT);
        let end = self.until_ready(log, &mut alarm).await?;
        Some(settle(end, request_id, LONGEST_INIT, log).0)
    }

    /// Runs one request. Returns the payload and whether it is an error.
    pub(super) async fn run(&mut self, order: &Order, request_id: &str, log: &mut InvocationLog) -> (Bytes, bool) {
        if let Some(note) = self.note.take() {
            log.write(&note);
        }
        let timeout = Duration::from_secs(u64::from(order.version.settings.timeout));
        let mut early = None;
        let mut init = None;
        if let Phase::Starting(since) = self.phase {
            let mut alarm = Alarm::after(LONGEST_INIT + timeout);
            early = self.until_ready(log, &mut alarm).await;
            init = Some(since.elapsed());
        }
        log.write(&format!("START RequestId: {request_id} Version: {}", order.version.label));
        let began = Instant::now();
        let end = match early {
            Some(end) => end,
            None => self.request(order, request_id, timeout, log).await,
        };
        let took = if matches!(end, End::TimedOut) { timeout } else { began.elapsed() };
        let (payload, error_type) = settle(end, request_id, timeout, log);
        log.write(&format!("END RequestId: {request_id}"));
        log.write(&self.report(order, request_id, (took, init), error_type.as_deref()));
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
        loop {
            match self.happening(log, alarm).await {
                Happening::Said(Event::Ready) => {
                    self.phase = Phase::Waiting;
                    return None;
                }
                Happening::Said(Event::InitFailure(payload) | Event::Failure(payload)) => {
                    self.phase = Phase::Broken;
                    return Some(End::Failure(payload));
                }
                Happening::Said(Event::Response(_)) => {}
                Happening::Ended(end) => return Some(end),
            }
        }
    }

    /// Waits for the next event and writes the output meanwhile.
    async fn happening(&mut self, log: &mut InvocationLog, alarm: &mut Alarm) -> Happening {
        let happening = loop {
            tokio::select! {
                biased;
                event = self.api.event() => break Happening::Said(event),
                line = self.output.line() => log.write(&line),
                status = self.process.ended() => break Happening::Ended(End::Exited(status)),
                () = alarm.rings() => break Happening::Ended(End::TimedOut),
            }
        };
        if let Happening::Ended(_) = happening {
            self.phase = Phase::Broken;
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
        if let Some(memory) = self.process.peak_memory() {
            let _ = write!(report, "Max Memory Used: {memory} MB\t");
        }
        if let Some(init) = init {
            let _ = write!(report, "Init Duration: {:.2} ms\t", millis(init));
        }
        report
            + match error_type {
                Some("Sandbox.Timedout") => "Status: timeout",
                Some("Runtime.ExitError") => "Status: error\tError Type: Runtime.ExitError",
                _ => "",
            }
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
        End::Response(payload) if payload.len() > LARGEST_RESPONSE => {
            let message =
                format!("Response payload size exceeded maximum allowed payload size ({LARGEST_RESPONSE} bytes).");
            failure("Function.ResponseSizeTooLarge", &message)
        }
        End::Response(payload) => (payload, None),
        End::Failure(payload) => {
            let error: Value = serde_json::from_slice(&payload).unwrap_or_default();
            let kind = error["errorType"].as_str().unwrap_or("Unhandled").to_owned();
            (payload, Some(kind))
        }
        End::TimedOut => {
            let message = format!("Task timed out after {:.2} seconds", timeout.as_secs_f64());
            let now = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ");
            log.write(&format!("{now} {request_id} {message}"));
            failure("Sandbox.Timedout", &format!("RequestId: {request_id} Error: {message}"))
        }
        End::Exited(status) => {
            let message = format!("RequestId: {request_id} Error: {}", describe(status));
            log.write(&format!("{message}\nRuntime.ExitError"));
            failure("Runtime.ExitError", &message)
        }
    }
}

fn failure(kind: &str, message: &str) -> (Bytes, Option<String>) {
    let payload = json!({ "errorType": kind, "errorMessage": message }).to_string();
    (payload.into(), Some(kind.to_owned()))
}

fn describe(status: Option<ExitStatus>) -> String {
    match status.map(|status| (status.code(), status.signal())) {
        Some((Some(0), _)) | None => "Runtime exited without providing a reason".into(),
        Some((Some(code), _)) => format!("Runtime exited with error: exit status {code}"),
        Some((None, Some(9))) => "Runtime exited with error: signal: killed".into(),
        Some((None, signal)) => format!("Runtime exited with error: signal: {}", signal.unwrap_or_default()),
    }
}

/// A trace id in X-Ray's format. It is not sampled, because the emulator does not trace.
fn trace_id() -> String {
    let id = Uuid::new_v4().simple().to_string();
    let (root, parent) = (&id[..24], &id[16..]);
    format!("Root=1-{:08x}-{root};Parent={parent};Sampled=0", Timestamp::now().as_second())
}
