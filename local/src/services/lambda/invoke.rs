//! `Invoke`, and resolving an ARN to the version to invoke.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::Value;

use super::{
    Lambda, Version,
    members::Members,
    names::{self, Target},
    refusals,
};
use crate::{
    emulator::Emulator,
    runtime::{self, NotRun, Order, Outcome},
    wire::{
        answer::Answer,
        call::Call,
        error::{Answered, AwsError},
    },
};

/// The largest payloads of a synchronous and of an asynchronous request.
const LARGEST_SYNCHRONOUS: usize = 6_291_456;
const LARGEST_ASYNCHRONOUS: usize = 1_048_576;

/// The function version to invoke.
#[derive(Debug, Clone)]
pub(crate) struct InvokeTarget {
    pub(crate) function_name: String,
    /// The unqualified ARN.
    pub(crate) function_arn: String,
    pub(crate) invoked_arn: String,
    pub(crate) version: Version,
    pub(crate) reserved_concurrency: Option<u32>,
}

impl InvokeTarget {
    /// The request to the runtime with this payload.
    pub(crate) fn order(self, payload: Bytes, client_context: Option<String>) -> Order {
        Order {
            function_name: self.function_name,
            function_arn: self.function_arn,
            invoked_arn: self.invoked_arn,
            version: self.version,
            reserved_concurrency: self.reserved_concurrency,
            payload,
            client_context,
        }
    }
}

impl Lambda {
    /// Resolves an ARN, qualified or not. `None` if the version does not exist or is still `Pending`.
    pub(crate) fn invocable(&self, emulator: &Emulator, arn: &str) -> Option<InvokeTarget> {
        let (unqualified, qualifier) = names::split_arn(arn);
        let target = Target {
            arn: unqualified.into(),
            name: unqualified.rsplit(':').next()?.into(),
            qualifier: qualifier.map(str::to_owned),
        };
        self.find(emulator, &target).ok()
    }

    fn find(&self, emulator: &Emulator, target: &Target) -> Result<InvokeTarget, AwsError> {
        let named = target.qualifier.clone().or_else(|| Some("$LATEST".into()));
        let function = Target { qualifier: named, ..target.clone() }.function(self)?;
        let version = function.drawn(target.qualifier.as_deref()).ok_or_else(|| target.not_found())?;
        function.check_invocable(version, emulator.now())?;
        Ok(InvokeTarget {
            function_name: function.name.clone(),
            function_arn: function.arn.clone(),
            invoked_arn: target.qualified_arn(),
            version: version.clone(),
            reserved_concurrency: function.reserved_concurrency,
        })
    }
}

pub(super) async fn invoke(emulator: &Emulator, call: &Call) -> Answered {
    let target = Target::read(emulator, call)?;
    let members = Members::of(call);
    let kind = members.text("InvocationType").unwrap_or("RequestResponse");
    let found = emulator.world().lambda.find(emulator, &target)?;
    let executed = found.version.label.clone();
    let payload = read_payload(call, kind)?;
    let context = members.text("ClientContext").map(decode_context).transpose()?;
    if found.reserved_concurrency == Some(0) && kind != "DryRun" {
        return Err(refusals::throttled());
    }
    let order = found.order(payload, context);
    match kind {
        "DryRun" => Ok(empty(StatusCode::NO_CONTENT)),
        "Event" => {
            let emulator = emulator.clone();
            // An asynchronous invocation returns no result. Its result is in the log only.
            tokio::spawn(async move {
                if let Err(reason) = runtime::run(&emulator, order).await {
                    tracing::warn!(?reason, "an asynchronous invocation was dropped");
                }
            });
            Ok(empty(StatusCode::ACCEPTED))
        }
        _ => {
            let outcome = runtime::run(emulator, order).await.map_err(not_run)?;
            Ok(Answer::Raw(render(&outcome, &executed, members.text("LogType") == Some("Tail"))))
        }
    }
}

fn read_payload(call: &Call, kind: &str) -> Result<Bytes, AwsError> {
    let largest = if kind == "Event" { LARGEST_ASYNCHRONOUS } else { LARGEST_SYNCHRONOUS };
    let size = call.body.len();
    if size > largest {
        return Err(refusals::too_large(
            "RequestTooLargeException",
            format!("{size} byte payload is too large for the {kind} invocation type (limit {largest} bytes)"),
        ));
    }
    if call.body.is_empty() {
        return Ok(Bytes::from_static(b"{}"));
    }
    serde_json::from_slice::<Value>(&call.body).map_err(|error| {
        AwsError::new(
            400,
            "InvalidRequestContentException",
            format!("Could not parse request body into json: Could not parse payload into json: {error}"),
        )
    })?;
    Ok(call.body.clone())
}

fn decode_context(header: &str) -> Result<String, AwsError> {
    let text = STANDARD.decode(header).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    // The context becomes a header of the Runtime API, which must be one line.
    let json: Option<Value> = text.and_then(|text| serde_json::from_str(&text).ok());
    json.map(|json| json.to_string()).filter(|json| json.is_ascii()).ok_or_else(|| {
        AwsError::new(
            400,
            "InvalidRequestContentException",
            "Client context must be a valid Base64-encoded JSON object.",
        )
    })
}

fn not_run(reason: NotRun) -> AwsError {
    match reason {
        NotRun::Throttled => refusals::throttled(),
        NotRun::Impossible(message) => AwsError::new(501, "NotImplemented", message),
    }
}

fn empty(status: StatusCode) -> Answer {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    Answer::Raw(response)
}

fn render(outcome: &Outcome, executed_version: &str, with_log: bool) -> Response<Bytes> {
    let mut response = Response::new(outcome.payload.clone());
    let mut set = |name: &'static str, value: &str| {
        if let Ok(value) = value.parse() {
            response.headers_mut().insert(name, value);
        }
    };
    set("content-type", "application/json");
    set("x-amzn-requestid", &outcome.request_id);
    set("x-amz-executed-version", executed_version);
    if outcome.failed {
        set("x-amz-function-error", "Unhandled");
    }
    if with_log {
        set("x-amz-log-result", &STANDARD.encode(&outcome.log_tail));
    }
    response
}
