//! API Gateway's data plane: what a client of a deployed API sees.
//!
//! It serves the snapshot that the stage points to, never the API as it is edited, and knows the control plane only
//! through [`crate::apigateway::Served`].

mod authorize;
mod event;
mod integration;
mod mock;
mod proxy;
mod refusal;
mod request;
mod response;
mod route;
mod template;
mod throttle;

#[cfg(test)]
mod tests;

use bytes::Bytes;
use http::{HeaderValue, Request, Response, header::HeaderName};

pub(crate) use throttle::Throttles;

use crate::{
    apigateway::{GatewayResponse, MethodSetting, MethodSnapshot},
    cloud::Cloud,
};
use authorize::authorize;
use refusal::{Kind, Refusal};
use request::ApiRequest;

/// The largest body a REST API takes.
const LARGEST_BODY: usize = 10_485_760;

/// What the snapshot says about one request, taken out of the world so that its lock is not held any longer.
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

/// Answers one request to a deployed API.
pub(crate) async fn serve(cloud: &Cloud, request: Request<Bytes>) -> Response<Bytes> {
    let request = ApiRequest::read(request);
    let mut response = match find(cloud, &request) {
        Err((refusal, customised)) => refusal.render(&request, &customised),
        Ok((matched, customised)) => match answer(cloud, &request, &matched).await {
            Ok(response) => response,
            Err(refusal) => refusal.render(&request, &customised),
        },
    };
    for (name, value) in [("x-amzn-requestid", &request.id), ("x-amz-apigw-id", &request.extended_id)] {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    response
}

type Customised = std::collections::BTreeMap<String, GatewayResponse>;

fn find(cloud: &Cloud, request: &ApiRequest) -> Result<(Matched, Customised), (Refusal, Customised)> {
    let world = cloud.world();
    let served = world.apigateway.served(&request.api_id, &request.stage).filter(|served| !served.endpoint_disabled);
    let Some(served) = served else { return Err((Kind::Forbidden.into(), Customised::new())) };
    let customised = served.snapshot.gateway_responses.clone();
    let found = route::find(&served.snapshot.resources, &request.path).and_then(|(resource, path_parameters)| {
        let verb = request.method.as_str();
        let method = resource.methods.get(verb).or_else(|| resource.methods.get("ANY"))?;
        Some(Matched {
            resource_id: resource.id.clone(),
            resource_path: resource.path.clone(),
            path_parameters,
            method: method.clone(),
            deployment_id: served.stage.deployment_id.clone(),
            stage_variables: served.stage.variables.clone(),
            binary_media_types: served.snapshot.binary_media_types.clone(),
            throttle: throttle::setting(&served.stage.method_settings, &resource.path, verb),
        })
    });
    match found {
        Some(matched) => Ok((matched, customised)),
        None => Err((Kind::MissingAuthenticationToken.into(), customised)),
    }
}

async fn answer(cloud: &Cloud, request: &ApiRequest, matched: &Matched) -> Result<Response<Bytes>, Refusal> {
    if request.body.len() > LARGEST_BODY {
        return Err(Kind::RequestTooLarge.into());
    }
    if let Some((key, setting)) = &matched.throttle
        && !cloud.throttles().admit(&request.throttle_key(key), setting, cloud.now())
    {
        return Err(Kind::Throttled.into());
    }
    let claims = authorize(cloud, request, matched)?;
    integration::integrate(cloud, request, matched, claims.as_ref()).await
}
