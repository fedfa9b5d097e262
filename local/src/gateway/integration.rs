//! What stands behind a method: a Lambda function, or nothing but a mapping.

use bytes::Bytes;
use http::Response;

use super::{
    Matched, Seen, mock, proxy,
    refusal::{Kind, Refusal},
    request::ApiRequest,
};
use crate::{apigateway::IntegrationType, cloud::Cloud};

/// Answers by the method's integration.
pub(super) async fn integrate(
    cloud: &Cloud,
    request: &ApiRequest,
    matched: &Matched,
    seen: &mut Seen,
) -> Result<Response<Bytes>, Refusal> {
    let Some(integration) = &matched.method.integration else { return Err(Kind::ApiConfigurationError.into()) };
    match integration.kind {
        IntegrationType::AwsProxy => proxy::call_function(cloud, request, matched, integration, seen).await,
        IntegrationType::Mock => mock::answer(request, &matched.method, integration),
        // This cloud reaches no other host, and it maps no bodies.
        IntegrationType::Http | IntegrationType::HttpProxy | IntegrationType::Aws => Err(Refusal::not_imitated(
            format!("the local cloud does not imitate integrations of type {:?}", integration.kind),
        )),
    }
}
