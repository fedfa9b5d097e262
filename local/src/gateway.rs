//! The data plane.

use bytes::Bytes;
use http::{Request, Response, StatusCode};

use crate::cloud::Cloud;

/// Answers one request to a deployed API.
#[expect(clippy::unused_async, reason = "the data plane runs functions")]
pub(crate) async fn serve(_cloud: &Cloud, _request: Request<Bytes>) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from_static(b"{\"message\":\"the data plane is not imitated\"}"));
    *response.status_mut() = StatusCode::NOT_IMPLEMENTED;
    response
}
