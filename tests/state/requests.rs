//! What goes to S3 with every request: whose the bucket must be, and the condition of each write. So a bucket's policy may
//! demand both.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
    },
    orchestrator::HttpRequest,
    runtime_components::RuntimeComponents,
};
use stackctl::{
    aws::{Connection, Options},
    state::{Backend as _, LockRequest, S3Store},
};

use super::{
    client::S3,
    fixture::{KEY, ask, holder, state},
};
use crate::harness::Bridge;

/// Hears the heads of all requests on their way to the cloud.
#[derive(Debug, Clone)]
struct Heard<C> {
    client: C,
    heads: Arc<Mutex<Vec<String>>>,
}

impl HttpClient for Heard<SharedHttpClient> {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let client = self.client.http_connector(settings, components);
        SharedHttpConnector::new(Heard { client, heads: Arc::clone(&self.heads) })
    }
}

impl HttpConnector for Heard<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let told = ["if-match", "if-none-match", "x-amz-expected-bucket-owner"];
        let told = told.into_iter().filter(|name| request.headers().get(name).is_some()).collect::<Vec<_>>();
        let path = request.uri().split(".test").last().unwrap_or_default();
        self.heads.lock().unwrap().push(format!("{} {path} {}", request.method(), told.join(", ")));
        self.client.call(request)
    }
}

#[tokio::test(start_paused = true)]
async fn every_call_names_the_owner_and_every_write_has_a_condition() {
    let cloud = S3::new().await.cloud;
    let heads = Arc::<Mutex<Vec<String>>>::default();
    let client = Heard { client: Bridge::client(&cloud), heads: Arc::clone(&heads) };
    let options = Options {
        region: Some("eu-west-1".into()),
        local: Some("http://local.test".into()),
        http_client: Some(SharedHttpClient::new(client)),
        ..Options::default()
    };
    let connection = Connection::open(options).await.unwrap();
    let store = || S3Store::new(connection.bucket("states", "eu-west-1", None), KEY);
    let (ann, bob) = (store(), store());
    heads.lock().unwrap().clear();
    let _late = ask(&ann, "ann", 0).await.0.unwrap();
    ann.load().await.unwrap();
    ann.save(&state(1)).await.unwrap();
    let seen = bob.seen_lock().await.unwrap().unwrap();
    let bobs = holder("bob");
    let request = LockRequest { holder: &bobs, at_most: Duration::ZERO, tell: &|_| {} };
    bob.seize(&seen, &request).await.unwrap().release().await.unwrap();
    let heads = heads.lock().unwrap().join("\n");
    insta::assert_snapshot!(heads, @r"
    PUT /states/shop.json.lock?x-id=PutObject if-none-match, x-amz-expected-bucket-owner
    GET /states/shop.json?x-id=GetObject x-amz-expected-bucket-owner
    PUT /states/shop.json.lock?x-id=PutObject if-match, x-amz-expected-bucket-owner
    PUT /states/shop.json?x-id=PutObject if-none-match, x-amz-expected-bucket-owner
    GET /states/shop.json.lock?x-id=GetObject x-amz-expected-bucket-owner
    GET /states/shop.json.lock?x-id=GetObject x-amz-expected-bucket-owner
    PUT /states/shop.json.lock?x-id=PutObject if-match, x-amz-expected-bucket-owner
    GET /states/shop.json?x-id=GetObject x-amz-expected-bucket-owner
    PUT /states/shop.json?x-id=PutObject if-match, x-amz-expected-bucket-owner
    DELETE /states/shop.json.lock?x-id=DeleteObject if-match, x-amz-expected-bucket-owner
    ");
}
