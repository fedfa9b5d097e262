//! A connection to the local emulator that records requests and imitates challenges that the emulator does not support,
//! as described in Cognito's reference.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use aws_smithy_runtime_api::client::{
    http::{HttpConnectorFuture, SharedHttpClient},
    orchestrator::HttpResponse,
};
use aws_smithy_types::body::SdkBody;
use serde_json::Value;
use stackctl_local::Emulator;

use crate::harness::Bridge;

/// Records all requests, and responds to those of a sign-in while scripted responses are left.
#[derive(Debug, Clone)]
pub(super) struct Scripted {
    responses: Arc<Mutex<VecDeque<Value>>>,
    sent: Arc<Mutex<Vec<(String, Value)>>>,
}

impl Scripted {
    pub(super) fn new(responses: Vec<Value>) -> Self {
        Self { responses: Arc::new(Mutex::new(responses.into())), sent: Arc::default() }
    }

    pub(super) fn client(&self, local: &Emulator) -> SharedHttpClient {
        let this = self.clone();
        Bridge::intercepted(local, move |request, bridge| {
            let target = request.headers().get("x-amz-target").unwrap_or_default();
            let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
            let members = serde_json::from_slice(request.body().bytes().unwrap_or_default()).unwrap_or_default();
            this.sent.lock().unwrap().push((operation.clone(), members));
            let plays = ["AdminInitiateAuth", "AdminRespondToAuthChallenge"].contains(&operation.as_str());
            let response = if plays { this.responses.lock().unwrap().pop_front() } else { None };
            let Some(response) = response else { return HttpConnectorFuture::new(bridge.carry(request)) };
            let status: u16 = if response.get("__type").is_some() { 400 } else { 200 };
            let body = SdkBody::from(response.to_string());
            HttpConnectorFuture::ready(Ok(HttpResponse::new(status.try_into().unwrap(), body)))
        })
    }

    /// The members of every request of an operation, in order.
    pub(super) fn sent(&self, operation: &str) -> Vec<Value> {
        let sent = self.sent.lock().unwrap();
        sent.iter().filter(|(name, _)| name == operation).map(|(_, members)| members.clone()).collect()
    }
}
