//! What carries a check's requests.

use std::future::Future;

use bytes::Bytes;
use http::{Request, Response};

/// Carries a request to a URL and the whole answer back.
pub trait Transport: Send + Sync {
    /// Sends a request once.
    ///
    /// # Errors
    /// When there is no answer, with the reason for a user.
    fn send(&self, request: Request<Bytes>) -> impl Future<Output = Result<Response<Bytes>, String>> + Send;
}

impl Transport for crate::http::HttpClient {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, String> {
        self.send(request).await.map_err(|error| error.to_string())
    }
}
