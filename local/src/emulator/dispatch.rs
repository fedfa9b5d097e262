//! The control plane: from the request to the response of an AWS API call.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use bytes::Bytes;
use http::{Method, Request, Response, header::DATE};

use crate::{
    emulator::{
        Emulator, Lost,
        fault::Effect,
        permission,
        rates::{Buckets, rates, throttle, typical},
    },
    services::{cognito::browser, s3::Arrival},
    wire::{
        call::{Call, Service},
        error::{Answered, AwsError},
        protocol::{Protocol, header_value, http_date},
        signature,
    },
};

/// The number of calls in the log.
const KEPT_CALLS: usize = 10_000;

/// An extension of the response to a call: the operation, such as `lambda:GetFunction`.
#[derive(Debug, Clone)]
pub(crate) struct OperationName(pub(crate) String);

/// The calls received and the calls in progress.
#[derive(Debug, Default)]
pub(crate) struct CallLog {
    /// The latest calls.
    calls: VecDeque<String>,
    counts: BTreeMap<String, usize>,
    /// The IAM actions that calls of a caller with policies needed.
    needed: BTreeSet<String>,
    /// The REST APIs that a call is changing now.
    busy: BTreeSet<String>,
    /// The requests that the rates of the services still allow.
    rates: Buckets,
    throttled: BTreeMap<String, usize>,
}

impl CallLog {
    pub(crate) fn calls(&self) -> Vec<String> {
        self.calls.iter().cloned().collect()
    }

    pub(crate) fn counts(&self) -> BTreeMap<String, usize> {
        self.counts.clone()
    }

    pub(crate) fn throttled(&self) -> BTreeMap<String, usize> {
        self.throttled.clone()
    }

    pub(crate) fn needed(&self) -> BTreeSet<String> {
        self.needed.clone()
    }

    /// Records that a call needs an IAM action.
    pub(super) fn need(&mut self, action: &str) {
        if !self.needed.contains(action) {
            self.needed.insert(action.to_owned());
        }
    }

    fn add(&mut self, name: &str) {
        *self.counts.entry(name.to_owned()).or_default() += 1;
        if self.calls.len() == KEPT_CALLS {
            self.calls.pop_front();
        }
        self.calls.push_back(name.to_owned());
    }
}

/// Handles one request to the control plane.
pub(crate) async fn answer(emulator: &Emulator, request: Request<Bytes>) -> Result<Response<Bytes>, Lost> {
    let head = request.method() == Method::HEAD;
    let body = request.body().clone();
    let shared = browser::is_shared(request.headers());
    let answered = respond(emulator, request).await;
    emulator.traffic().show(&body, answered.as_ref().map_or(&Bytes::new(), Response::body));
    let mut response = answered?;
    if shared {
        browser::share(response.headers_mut());
    }
    // Clients compute the age of an object as `Date` minus `Last-Modified`, so both use the same clock.
    response.headers_mut().insert(DATE, header_value(&http_date(emulator.epoch_seconds())));
    if head {
        *response.body_mut() = Bytes::new();
    }
    Ok(response)
}

async fn respond(emulator: &Emulator, request: Request<Bytes>) -> Result<Response<Bytes>, Lost> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let protocol = Protocol::of(&parts.method, path, &parts.headers);
    let call = match Call::parse(&parts.method, path, &parts.headers, &body) {
        Ok(call) => call,
        Err(error) => return Ok(protocol.refusal(&error)),
    };
    let name = call.name();
    emulator.calls_made().add(&name);
    let effect = emulator.strike(&name);
    tracing::debug!(%name, ?effect, "call");
    match &effect {
        Some(Effect::LoseRequest) => return Err(Lost),
        Some(Effect::Kill { pid, after: false }) => return Err(kill(*pid).await),
        _ => {}
    }
    let signed = match emulator.credentials() {
        Some(_) if !call.is_unsigned_on_aws() => signature::verify(&|key| emulator.secret_of(key), &call, &parts),
        _ => Ok(()),
    };
    let answered = match &effect {
        Some(Effect::Refuse { status, code, message }) => Err(AwsError::new(*status, code, message)),
        Some(Effect::Throttle) => Err(throttle(call.service)),
        _ => match signed {
            Ok(()) => carry_out(emulator, &call).await,
            Err(error) => Err(error),
        },
    };
    if answered.as_ref().is_err_and(AwsError::is_throttle) {
        *emulator.calls_made().throttled.entry(name.clone()).or_default() += 1;
    }
    match effect {
        Some(Effect::LoseAnswer) => Err(Lost),
        Some(Effect::Kill { pid, .. }) => Err(kill(pid).await),
        Some(Effect::FailAfterEffect) => Ok(protocol.refusal(&failure(call.service))),
        _ => {
            let mut response = match answered {
                Ok(answer) => protocol.success(&call, answer),
                Err(error) => protocol.refusal(&error),
            };
            response.extensions_mut().insert(OperationName(name));
            Ok(response)
        }
    }
}

/// Carries out the call and saves its effect before the response is sent.
async fn carry_out(emulator: &Emulator, call: &Call) -> Answered {
    if call.lacks_signature() {
        return Err(unsigned(call.service));
    }
    permission::check(emulator, call)?;
    call.validate()?;
    admit(emulator, call)?;
    let _turn = Turn::take(emulator, call)?;
    let arrival = Arrival::at(emulator);
    let weather = &emulator.settings().weather;
    let latency = weather.latency + if weather.typical { typical(call) } else { std::time::Duration::ZERO };
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    let answered = dispatch(emulator, call, arrival).await;
    emulator.save().map_err(|error| {
        AwsError::new(500, "InternalFailure", format!("the local emulator could not save its state: {error}"))
    })?;
    answered
}

/// Counts a request against the rates of its service.
fn admit(emulator: &Emulator, call: &Call) -> Result<(), AwsError> {
    if !emulator.settings().weather.typical {
        return Ok(());
    }
    let now = emulator.now();
    emulator.calls_made().rates.admit(&rates(call), now).map_err(|_| throttle(call.service))
}

pub(super) async fn dispatch(emulator: &Emulator, call: &Call, arrival: Arrival) -> Answered {
    match call.service {
        Service::ApiGateway => crate::services::apigateway::handle(emulator, call),
        Service::Cognito => crate::services::cognito::handle(emulator, call).await,
        Service::Iam => crate::services::iam::handle(emulator, call),
        Service::Lambda => crate::services::lambda::handle(emulator, call).await,
        Service::Logs => crate::services::logs::handle(emulator, call),
        Service::S3 => crate::services::s3::handle(emulator, call, arrival),
        Service::Sts => crate::services::sts::handle(emulator, call),
    }
}

/// The right to change one REST API. AWS rejects overlapping writes to the same API.
struct Turn<'a> {
    emulator: &'a Emulator,
    api: Option<String>,
}

impl<'a> Turn<'a> {
    fn take(emulator: &'a Emulator, call: &Call) -> Result<Self, AwsError> {
        let writes = call.service == Service::ApiGateway && !call.operation.starts_with("Get");
        let api = call.text("restApiId").filter(|_| writes).map(str::to_owned);
        if let Some(api) = &api
            && !emulator.calls_made().busy.insert(api.clone())
        {
            return Err(AwsError::new(
                409,
                "ConflictException",
                "Unable to complete operation due to concurrent modification. Please try again later.",
            ));
        }
        Ok(Self { emulator, api })
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if let Some(api) = &self.api {
            self.emulator.calls_made().busy.remove(api);
        }
    }
}

fn unsigned(service: Service) -> AwsError {
    match service {
        Service::Iam | Service::Sts => {
            AwsError::new(403, "MissingAuthenticationToken", "Request is missing Authentication Token")
        }
        Service::Cognito | Service::Logs => {
            AwsError::new(400, "MissingAuthenticationTokenException", "Missing Authentication Token")
        }
        Service::S3 => AwsError::new(403, "AccessDenied", "Access Denied"),
        Service::ApiGateway | Service::Lambda => {
            AwsError::new(403, "MissingAuthenticationTokenException", "Missing Authentication Token")
        }
    }
}

/// An internal error, under the code that the service uses for it.
fn failure(service: Service) -> AwsError {
    let code = match service {
        Service::ApiGateway => "InternalServerErrorException",
        Service::Cognito => "InternalErrorException",
        Service::Iam => "ServiceFailure",
        Service::Lambda => "ServiceException",
        Service::Logs | Service::Sts => "InternalFailure",
        Service::S3 => "InternalError",
    };
    AwsError::new(500, code, "We encountered an internal error. Please try again.")
}

async fn kill(pid: u32) -> Lost {
    let killed = tokio::process::Command::new("kill").args(["-9", &pid.to_string()]).status().await;
    if !killed.as_ref().is_ok_and(std::process::ExitStatus::success) {
        tracing::error!(pid, ?killed, "the caller could not be killed");
    }
    Lost
}
