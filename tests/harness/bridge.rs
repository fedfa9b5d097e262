//! Carries the SDK's requests to a local emulator in the same process: no socket, no port, and tokio's clock for both.

use std::{fmt, sync::Arc};

use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
    },
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream};

/// A connection to one local emulator, which is called as a function.
#[derive(Debug, Clone)]
pub(crate) struct Bridge(stackctl_local::Emulator);

impl Bridge {
    /// An HTTP client of the SDK that reaches only this emulator.
    pub(crate) fn client(cloud: &stackctl_local::Emulator) -> SharedHttpClient {
        Self::intercepted(cloud, |request, bridge| HttpConnectorFuture::new(bridge.carry(request)))
    }

    /// The same client, except that `intercept` handles each request.
    pub(crate) fn intercepted(
        cloud: &stackctl_local::Emulator,
        intercept: impl Fn(HttpRequest, Self) -> HttpConnectorFuture + Send + Sync + 'static,
    ) -> SharedHttpClient {
        SharedHttpClient::new(Interceptor { bridge: Self::to(cloud), intercept: Arc::new(intercept) })
    }

    /// A connection to this emulator.
    pub(crate) fn to(cloud: &stackctl_local::Emulator) -> Self {
        Self(cloud.clone())
    }

    /// Sends a request and returns its response.
    pub(crate) async fn carry(self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        self.carry_then(request, || ()).await
    }

    /// The same; runs `then` as soon as the request has taken effect.
    pub(crate) async fn carry_then(
        self,
        request: HttpRequest,
        then: impl FnOnce() + Send + 'static,
    ) -> Result<HttpResponse, ConnectorError> {
        let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
        let (parts, body) = request.into_parts();
        let body = ByteStream::new(body).collect().await.map_err(|error| ConnectorError::io(error.into()))?;
        let request = http::Request::from_parts(parts, body.into_bytes());
        // A request that was sent arrives even when the caller no longer waits for the response.
        let response = tokio::spawn(async move {
            let response = self.0.handle(request).await;
            then();
            response
        })
        .await;
        let response = response.map_err(|error| ConnectorError::other(error.into(), None))?;
        let response = response.map_err(|_| ConnectorError::io("the connection broke".into()))?.map(SdkBody::from);
        HttpResponse::try_from(response).map_err(|error| ConnectorError::other(error.into(), None))
    }
}

type Intercept = dyn Fn(HttpRequest, Bridge) -> HttpConnectorFuture + Send + Sync;

#[derive(Clone)]
struct Interceptor {
    bridge: Bridge,
    intercept: Arc<Intercept>,
}

impl fmt::Debug for Interceptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bridge.fmt(f)
    }
}

impl HttpConnector for Interceptor {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        (self.intercept)(request, self.bridge.clone())
    }
}

impl HttpClient for Interceptor {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}
