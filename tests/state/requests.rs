//! The headers of requests to S3: the expected bucket owner on every request, and a condition on every write. A bucket
//! policy can therefore require both.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use aws_smithy_runtime_api::client::http::HttpConnectorFuture;
use stackctl::{
    aws::{ConnectOptions, Connection},
    state::{Backend as _, LockRequest, S3Store},
};

use super::{
    client::S3,
    fixture::{KEY, ask, holder, state},
};
use crate::harness::Bridge;

#[tokio::test(start_paused = true)]
async fn every_request_names_the_owner_and_every_write_has_a_condition() {
    let cloud = S3::new().await.cloud;
    let heads = Arc::<Mutex<Vec<String>>>::default();
    let heard = Arc::clone(&heads);
    let client = Bridge::intercepted(&cloud, move |request, bridge| {
        let named = ["if-match", "if-none-match", "x-amz-expected-bucket-owner"];
        let named = named.into_iter().filter(|name| request.headers().get(name).is_some()).collect::<Vec<_>>();
        let path = request.uri().split(".test").last().unwrap_or_default();
        heard.lock().unwrap().push(format!("{} {path} {}", request.method(), named.join(", ")));
        HttpConnectorFuture::new(bridge.carry(request))
    });
    let options = ConnectOptions {
        region: Some("eu-west-1".into()),
        local: Some("http://local.test".into()),
        http_client: Some(client),
        ..ConnectOptions::default()
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
