//! The wire to the local cloud, where a test reads along, and plays the challenges that the local cloud does not know, as
//! Cognito's reference describes them.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
    },
    orchestrator::{HttpRequest, HttpResponse},
    runtime_components::RuntimeComponents,
};
use aws_smithy_types::body::SdkBody;
use serde_json::Value;

/// Remembers all calls, and answers those of a sign-in as long as there are answers.
#[derive(Debug, Clone)]
pub(super) struct Scripted<C> {
    answers: Arc<Mutex<VecDeque<Value>>>,
    sent: Arc<Mutex<Vec<(String, Value)>>>,
    client: C,
}

impl Scripted<SharedHttpClient> {
    pub(super) fn new(client: SharedHttpClient, answers: Vec<Value>) -> Self {
        Self { answers: Arc::new(Mutex::new(answers.into())), sent: Arc::default(), client }
    }

    /// The members of every call of an operation, in order.
    pub(super) fn sent(&self, operation: &str) -> Vec<Value> {
        let sent = self.sent.lock().unwrap();
        sent.iter().filter(|(name, _)| name == operation).map(|(_, members)| members.clone()).collect()
    }
}

impl HttpClient for Scripted<SharedHttpClient> {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let client = self.client.http_connector(settings, components);
        SharedHttpConnector::new(Scripted { answers: self.answers.clone(), sent: self.sent.clone(), client })
    }
}

impl HttpConnector for Scripted<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        let members = serde_json::from_slice(request.body().bytes().unwrap_or_default()).unwrap_or_default();
        self.sent.lock().unwrap().push((operation.clone(), members));
        let plays = ["AdminInitiateAuth", "AdminRespondToAuthChallenge"].contains(&operation.as_str());
        let answer = if plays { self.answers.lock().unwrap().pop_front() } else { None };
        let Some(answer) = answer else { return self.client.call(request) };
        let status: u16 = if answer.get("__type").is_some() { 400 } else { 200 };
        let body = SdkBody::from(answer.to_string());
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status.try_into().unwrap(), body)))
    }
}
