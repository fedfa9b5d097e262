//! The HTTP client.

use std::{sync::OnceLock, time::Duration};

use aws_smithy_http_client::{Connector, proxy::ProxyConfig, tls};
use aws_smithy_runtime_api::client::http::{HttpConnector as _, HttpConnectorSettings};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream};
use bytes::{Bytes, BytesMut};
use http::{HeaderValue, Request, Response, header::USER_AGENT, response};

use super::error::{Endpoint, HttpError, unsent};

/// The connect timeout, the same as for the AWS clients.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_millis(3_100);

/// The maximum response size of an API Gateway REST API.
pub(super) const LARGEST_ANSWER: usize = 10 * 1024 * 1024;

/// Sends requests and reuses connections.
#[derive(Debug)]
pub(crate) struct HttpClient {
    pub(super) timeout: Duration,
    pub(super) proxy: ProxyConfig,
    /// For loopback addresses: without a proxy, for which `127.0.0.1` is another machine, and without TLS, so that no
    /// certificates are loaded.
    pub(super) near: OnceLock<Connector>,
    /// For all other addresses.
    pub(super) far: OnceLock<Connector>,
}

impl HttpClient {
    /// A client with a timeout for the whole response, and with the proxy settings of the AWS SDK.
    pub(crate) fn new(timeout: Duration) -> Self {
        Self { timeout, proxy: ProxyConfig::from_env(), near: OnceLock::new(), far: OnceLock::new() }
    }

    /// Sends a request to an absolute URL and reads the response, whatever its status.
    ///
    /// # Errors
    /// When the URL is not an absolute `http` or `https` URL, or the response is missing, incomplete, late or larger
    /// than 10 MiB.
    pub(crate) async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let place = Endpoint::of(request.uri())?;
        let exchange = tokio::time::timeout(self.timeout, self.exchange(&place, request));
        exchange.await.unwrap_or_else(|_| Err(HttpError::TimedOut { place, waited: self.timeout }))
    }

    async fn exchange(&self, place: &Endpoint, mut request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let us = HeaderValue::from_static(concat!("stackctl/", env!("CARGO_PKG_VERSION")));
        request.headers_mut().entry(USER_AGENT).or_insert(us);
        // The SDK's HTTP stack has its own types. A failed conversion means a malformed message.
        let broken = |_| HttpError::Broken { place: place.clone() };
        let request = request.map(SdkBody::from).try_into().map_err(broken)?;
        let answer = self.connector(place).call(request).await.map_err(|failure| unsent(place, &failure))?;
        let answer = answer.try_into_http1x().map_err(broken)?;
        let (head, body) = answer.into_parts();
        whole(place, head, body).await
    }

    fn connector(&self, place: &Endpoint) -> &Connector {
        let settings = HttpConnectorSettings::builder().connect_timeout(CONNECT_TIMEOUT).build();
        let builder = Connector::builder().connector_settings(settings);
        if place.is_near() {
            return self.near.get_or_init(|| builder.build_http());
        }
        let provider = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::AwsLc);
        self.far.get_or_init(|| builder.proxy_config(self.proxy.clone()).tls_provider(provider).build())
    }
}

async fn whole(place: &Endpoint, head: response::Parts, body: SdkBody) -> Result<Response<Bytes>, HttpError> {
    let mut body = ByteStream::new(body);
    let mut read = BytesMut::new();
    while let Some(part) = body.try_next().await.map_err(|_| HttpError::Broken { place: place.clone() })? {
        if read.len() + part.len() > LARGEST_ANSWER {
            return Err(HttpError::TooLarge { place: place.clone(), most: LARGEST_ANSWER });
        }
        read.extend_from_slice(&part);
    }
    Ok(Response::from_parts(head, read.freeze()))
}
