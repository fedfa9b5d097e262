//! Lambda proxy integrations: checks the permission, invokes the function and converts its response.

use std::time::Duration;

use bytes::Bytes;
use http::Response;
use serde_json::Value;
use tokio::time::Instant;

use super::{
    Integrated, Matched, Seen, event,
    refusal::{Kind, Refusal},
    request::ApiRequest,
    response,
};
use crate::{
    emulator::Emulator,
    runtime::{self, Alarm, NotRun, Outcome},
    services::{apigateway::Integration, lambda::InvokeTarget},
};

/// The largest payload of a synchronous invocation.
const LARGEST_EVENT: usize = 6 * 1024 * 1024;

/// The largest response of a function.
const LARGEST_RESPONSE: usize = LARGEST_EVENT + 100;

const NOT_PERMITTED: &str = "Execution failed due to configuration error: Invalid permissions on Lambda function";
const MALFORMED: &str = "Execution failed due to configuration error: Malformed Lambda proxy response";

/// Invokes the function with the request's event and returns its response.
pub(super) async fn call_function(
    emulator: &Emulator,
    request: &ApiRequest,
    matched: &Matched,
    integration: &Integration,
    seen: &mut Seen,
) -> Result<Response<Bytes>, Refusal> {
    // API Gateway accepts an integration with another HTTP method, which no function can be called with.
    if integration.http_method.as_deref() != Some("POST") {
        return Err(Kind::ApiConfigurationError.into());
    }
    let place = Place::read(integration, matched).ok_or(Kind::ApiConfigurationError)?;
    let called = seen.integration.insert(Integrated { function: place.function_arn.clone(), ..Integrated::default() });
    let target = invocable(emulator, request, matched, (integration, &place)).inspect_err(|_| {
        called.error = Some(NOT_PERMITTED.to_owned());
    })?;
    let event = event::build(request, matched, &emulator.settings().account, seen.claims.as_ref());
    let event = Bytes::from(event.to_string());
    if event.len() > LARGEST_EVENT {
        return Err(Kind::EventTooLarge.into());
    }
    let order = target.order(event, None);
    let began = Instant::now();
    let mut alarm = Alarm::after(Duration::from_millis(u64::from(integration.timeout_in_millis)));
    let outcome = tokio::select! {
        outcome = runtime::run(emulator, order) => outcome,
        // As on AWS, the function continues to run; only its response is too late.
        () = alarm.rings() => return Err(Kind::IntegrationTimeout.into()),
    };
    called.took = began.elapsed();
    match outcome {
        Ok(outcome) => {
            called.request_id = Some(outcome.request_id.clone());
            answered(&outcome, request, matched).map_err(|NotAnswered { error, malformed }| {
                (called.error, called.malformed) = (Some(error), malformed);
                Kind::IntegrationFailure.into()
            })
        }
        Err(NotRun::Throttled) => Err(Kind::ApiConfigurationError.into()),
        Err(NotRun::Impossible(words)) => {
            tracing::error!(%words, "a function could not be run");
            Err(Refusal::not_imitated(words))
        }
    }
}

/// The error of a function response that is not sent to the client.
struct NotAnswered {
    /// The error as API Gateway logs it.
    error: String,
    /// What is wrong with the response, if the function returned one.
    malformed: Option<String>,
}

/// The HTTP response for the function's result.
fn answered(outcome: &Outcome, request: &ApiRequest, matched: &Matched) -> Result<Response<Bytes>, NotAnswered> {
    if outcome.failed {
        let error: Value = serde_json::from_slice(&outcome.payload).unwrap_or_default();
        let message = error["errorMessage"].as_str().unwrap_or_default();
        let error = format!("Lambda execution failed with status 200 due to customer function error: {message}");
        return Err(NotAnswered { error, malformed: None });
    }
    if outcome.payload.len() > LARGEST_RESPONSE {
        let error = format!("Response payload size exceeded maximum allowed payload size ({LARGEST_RESPONSE} bytes).");
        let error = format!("Lambda execution failed with status 200 due to customer function error: {error}");
        return Err(NotAnswered { error, malformed: None });
    }
    response::read(&outcome.payload, request, &matched.binary_media_types)
        .map_err(|reason| NotAnswered { error: MALFORMED.to_owned(), malformed: Some(reason) })
}

/// The target of an integration's URI.
#[derive(Debug)]
struct Place {
    region: String,
    function_arn: String,
}

impl Place {
    /// Parses `arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}/invocations`.
    fn read(integration: &Integration, matched: &Matched) -> Option<Self> {
        let mut uri = integration.uri.clone()?;
        for (name, value) in &matched.stage_variables {
            uri = uri.replace(&format!("${{stageVariables.{name}}}"), value);
        }
        let (_, rest) = uri.split_once("/functions/")?;
        let function_arn = rest.strip_suffix("/invocations")?.to_owned();
        Some(Self { region: uri.split(':').nth(3)?.to_owned(), function_arn })
    }
}

/// Finds the function if API Gateway has the permission to invoke it for this route. A missing permission causes a 500
/// when the route is called.
fn invocable(
    emulator: &Emulator,
    request: &ApiRequest,
    matched: &Matched,
    (integration, place): (&Integration, &Place),
) -> Result<InvokeTarget, Refusal> {
    let world = emulator.world();
    let source = source_arn(request, matched, (&emulator.settings().account, &place.region));
    let allowed = match &integration.credentials {
        Some(role) => world.iam.allows(role, "lambda:InvokeFunction", &place.function_arn),
        None => world.lambda.allows_invoke(&place.function_arn, "apigateway.amazonaws.com", &source),
    };
    if !allowed {
        tracing::warn!(function = %place.function_arn, %source, "API Gateway lacks the permission to invoke");
        return Err(Kind::ApiConfigurationError.into());
    }
    world.lambda.invocable(emulator, &place.function_arn).ok_or_else(|| Kind::ApiConfigurationError.into())
}

/// The route's ARN in permissions: path variables are `*`.
fn source_arn(request: &ApiRequest, matched: &Matched, (account, region): (&str, &str)) -> String {
    let steps = matched.resource_path.split('/').map(|step| if step.starts_with('{') { "*" } else { step });
    let path = steps.collect::<Vec<_>>().join("/");
    format!("arn:aws:execute-api:{region}:{account}:{}/{}/{}{path}", request.api_id, request.stage, request.method)
}
