//! Dispatches a request to the method's integration: a Lambda function or a mock.

use bytes::Bytes;
use http::Response;

use super::{
    Matched, Seen, mock, proxy,
    refusal::{Kind, Refusal},
    request::ApiRequest,
};
use crate::{emulator::Emulator, services::apigateway::IntegrationType};

/// Returns the response of the method's integration.
pub(super) async fn integrate(
    emulator: &Emulator,
    request: &ApiRequest,
    matched: &Matched,
    seen: &mut Seen,
) -> Result<Response<Bytes>, Refusal> {
    let Some(integration) = &matched.method.integration else { return Err(Kind::ApiConfigurationError.into()) };
    match integration.kind {
        IntegrationType::AwsProxy => proxy::call_function(emulator, request, matched, integration, seen).await,
        IntegrationType::Mock => mock::answer(request, &matched.method, integration),
        // The emulator sends no requests to other hosts and does not map bodies.
        IntegrationType::Http | IntegrationType::HttpProxy | IntegrationType::Aws => Err(Refusal::not_imitated(
            format!("the local emulator does not imitate integrations of type {:?}", integration.kind),
        )),
    }
}
