//! API Gateway's data plane: handles requests to deployed APIs.
//!
//! It uses the snapshot of the live deployment, never the editable API. Its only access to the control plane is
//! [`crate::services::apigateway::Served`].

mod access_log;
mod address;
mod authorize;
mod event;
mod executions;
mod integration;
mod mock;
mod proxy;
mod refusal;
mod request;
mod response;
mod template;
mod throttle;

#[cfg(test)]
mod tests;

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request, Response, header::HeaderName};

pub(crate) use address::Address;
pub(crate) use executions::Executions;
pub(crate) use throttle::Throttles;

use crate::{
    emulator::Emulator,
    services::apigateway::{Found, GatewayResponse, MethodSetting, MethodSnapshot},
};
use authorize::{Claims, authorize};
use executions::Execution;
use refusal::{Kind, Refusal};
use request::ApiRequest;

/// The maximum body size of a REST API.
pub(crate) const LARGEST_BODY: usize = 10_485_760;

/// The maximum size of a request line with the headers.
const LARGEST_HEAD: usize = 10_240;

/// An extension of a request whose body was not read because it is larger than [`LARGEST_BODY`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct TooLarge;

/// The part of the snapshot that one request needs, copied so that the lock on the store is released.
#[derive(Debug)]
struct Matched {
    resource_id: String,
    resource_path: String,
    path_parameters: Vec<(String, String)>,
    method: MethodSnapshot,
    deployment_id: String,
    stage_variables: std::collections::BTreeMap<String, String>,
    binary_media_types: Vec<String>,
    throttle: Option<(String, MethodSetting)>,
}

/// What is known about a request when it is complete, for the access log.
#[derive(Debug, Default)]
struct Seen {
    resource_path: Option<String>,
    claims: Option<Claims>,
    authorizer_error: Option<String>,
    integration: Option<Integrated>,
    refused: Option<Refusal>,
}

/// The result of a function invocation.
#[derive(Debug, Default)]
struct Integrated {
    /// The ARN of the invoked function.
    function: String,
    request_id: Option<String>,
    took: Duration,
    error: Option<String>,
    /// What is wrong with the function's response, if the response is the error.
    malformed: Option<String>,
}

impl Integrated {
    fn execution(&self) -> Execution {
        Execution {
            function: Some(self.function.clone()),
            invocation: self.request_id.clone(),
            malformed: self.malformed.clone(),
        }
    }
}

/// Handles one request to a deployed API.
pub(crate) async fn serve(emulator: &Emulator, address: Address, request: Request<Bytes>) -> Response<Bytes> {
    let too_large = request.extensions().get::<TooLarge>().is_some() || request.body().len() > LARGEST_BODY;
    let request = ApiRequest::new(address, request);
    let mut seen = Seen::default();
    let (answered, customised) = match find(emulator, &request) {
        Err((refusal, customised)) => (Err(refusal), customised),
        Ok((_, customised)) if too_large => (Err(Kind::RequestTooLarge.into()), customised),
        Ok((matched, customised)) => (answer(emulator, &request, &matched, &mut seen).await, customised),
    };
    let mut response = answered.unwrap_or_else(|refusal| {
        let response = refusal.render(&request, &customised);
        if let Some(integrated) = &seen.integration {
            emulator.executions().add(&request.id, integrated.execution());
        }
        seen.refused = Some(refusal);
        response
    });
    for (name, value) in [("x-amzn-requestid", &request.id), ("x-amz-apigw-id", &request.extended_id)] {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    access_log::write(emulator, &request, &response, &seen);
    response
}

type Customised = std::collections::BTreeMap<String, GatewayResponse>;

fn find(emulator: &Emulator, request: &ApiRequest) -> Result<(Matched, Customised), (Refusal, Customised)> {
    let world = emulator.world();
    let served = world.apigateway.served(&request.api_id, &request.stage).filter(|served| !served.endpoint_disabled);
    let Some(served) = served else { return Err((Kind::Forbidden.into(), Customised::new())) };
    let customised = served.snapshot.gateway_responses.clone();
    let verb = request.method.as_str();
    let found = served.snapshot.find(verb, &request.path);
    let found = found.map(|Found { resource, method, path_parameters }| Matched {
        resource_id: resource.id.clone(),
        resource_path: resource.path.clone(),
        path_parameters,
        method: method.clone(),
        deployment_id: served.stage.deployment_id.clone(),
        stage_variables: served.stage.variables.clone(),
        binary_media_types: served.snapshot.binary_media_types.clone(),
        throttle: throttle::setting(&served.stage.method_settings, &resource.path, verb),
    });
    match found {
        Some(matched) => Ok((matched, customised)),
        None => Err((Kind::MissingAuthenticationToken.into(), customised)),
    }
}

async fn answer(
    emulator: &Emulator,
    request: &ApiRequest,
    matched: &Matched,
    seen: &mut Seen,
) -> Result<Response<Bytes>, Refusal> {
    seen.resource_path = Some(matched.resource_path.clone());
    if request.head_size() > LARGEST_HEAD {
        return Err(Kind::HeadTooLarge.into());
    }
    if let Some((key, setting)) = &matched.throttle
        && !emulator.throttles().admit(&request.throttle_key(key), setting, emulator.now())
    {
        return Err(Kind::Throttled.into());
    }
    seen.claims = authorize(emulator, request, matched).inspect_err(|refusal| {
        seen.authorizer_error = Some(refusal.message().to_owned());
    })?;
    integration::integrate(emulator, request, matched, seen).await
}
