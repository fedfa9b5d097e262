//! The entry point of requests: what each is for, and the record of it.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Method, Request, Response};

use super::{
    Emulator, Lost,
    activity::Entry,
    admin::{self, Control},
    dispatch::{self, OperationName},
};
use crate::{
    gateway,
    services::cognito::{self, browser},
    wire::call,
};

impl Emulator {
    /// Handles one request, to the control plane or the data plane.
    ///
    /// # Errors
    /// [`Lost`] when a fault broke the connection.
    pub async fn handle(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Lost> {
        // Reading what happened is no use of the emulator.
        let _use = (request.uri().path() != admin::ACTIVITY).then(|| self.activity().begin());
        let (method, path, begun) = (request.method().clone(), request.uri().path().to_owned(), Instant::now());
        let response = self.route(request).await?;
        if response.extensions().get::<Control>().is_none() {
            self.activity().add_request(Entry {
                kind: "request",
                method: Some(method.to_string()),
                path: Some(path),
                status: Some(response.status().as_u16()),
                ms: Some(begun.elapsed().as_millis().try_into().unwrap_or(u64::MAX)),
                operation: response.extensions().get::<OperationName>().map(|operation| operation.0.clone()),
                ..Entry::default()
            });
        }
        Ok(response)
    }

    async fn route(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Lost> {
        if let Some(address) = gateway::Address::of_host(request.uri(), request.headers()) {
            return Ok(self.serve_api(address, request).await);
        }
        if admin::is_of_domain(&request) {
            return Ok(admin::no_domain());
        }
        let path = request.uri().path();
        // An S3 key may look like any other path of this server, so S3 is matched first.
        if call::s3::is_addressed(request.headers()) {
            return dispatch::answer(self, request).await;
        }
        if path.starts_with("/_stackctl/") {
            let mut response = admin::answer(self, &request).await;
            response.extensions_mut().insert(Control);
            return Ok(response);
        }
        if let Some(address) = gateway::Address::of_path(path) {
            return Ok(self.serve_api(address, request).await);
        }
        if path.contains("/.well-known/") {
            return Ok(admin::well_known(self, &request));
        }
        if let Some(preflight) = browser::preflight(&request) {
            return Ok(preflight);
        }
        if path == "/confirmUser" && request.method() == Method::GET {
            let response = cognito::confirm_by_link(self, request.uri().query().unwrap_or_default()).await;
            if let Err(error) = self.save() {
                tracing::error!(%error, "the local emulator could not be saved");
            }
            return Ok(response);
        }
        dispatch::answer(self, request).await
    }

    async fn serve_api(&self, address: gateway::Address, request: Request<Bytes>) -> Response<Bytes> {
        let response = gateway::serve(self, address, request).await;
        // Logs and log groups that a function created survive a restart. A failed save does not fail the response,
        // because the request was processed.
        if let Err(error) = self.save() {
            tracing::error!(%error, "the local emulator could not be saved");
        }
        response
    }

    /// Completes when the emulator has not been used for `limit`: no request, and no function that runs.
    pub async fn idle(&self, limit: Duration) {
        loop {
            let unused = self.activity().unused_for().filter(|_| !self.runtime().is_busy());
            let rest = limit.saturating_sub(unused.unwrap_or_default());
            if rest.is_zero() {
                return;
            }
            tokio::time::sleep(rest).await;
        }
    }
}
