//! Carries the SDK's requests to a local cloud in the same process: no socket, no port, and tokio's clock for both.

use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
    },
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream};

/// An HTTP client of the SDK that knows one server, which it calls as a function.
#[derive(Debug, Clone)]
pub(crate) struct Bridge(stackctl_local::Cloud);

impl Bridge {
    pub(crate) fn client(cloud: &stackctl_local::Cloud) -> SharedHttpClient {
        SharedHttpClient::new(Self::on(cloud))
    }

    pub(crate) fn on(cloud: &stackctl_local::Cloud) -> Self {
        Self(cloud.clone())
    }

    async fn carry(self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
        let (parts, body) = request.into_parts();
        let body = ByteStream::new(body).collect().await.map_err(|error| ConnectorError::io(error.into()))?;
        let request = http::Request::from_parts(parts, body.into_bytes());
        // What was sent arrives, also when nobody waits for the answer any more.
        let response = tokio::spawn(async move { self.0.handle(request).await }).await;
        let response = response.map_err(|error| ConnectorError::other(error.into(), None))?;
        let response = response.map_err(|_| ConnectorError::io("the connection broke".into()))?.map(SdkBody::from);
        HttpResponse::try_from(response).map_err(|error| ConnectorError::other(error.into(), None))
    }
}

impl HttpConnector for Bridge {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new(self.clone().carry(request))
    }
}

impl HttpClient for Bridge {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}
