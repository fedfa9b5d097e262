//! The store through the AWS SDK on the local emulator's S3. Checks each S3 behavior that the store relies on.

use std::collections::BTreeMap;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use bytes::Bytes;
use http::Request;
use sha2::{Digest as _, Sha256};
use stackctl::{
    aws::{ConnectOptions, Connection, S3Bucket},
    engine::ResourceError,
    state::{Attempt, Backend as _, Bucket as _, ETag, S3Store, WriteCondition},
};
use stackctl_local::{Effect, Emulator, Fault, Settings};

use super::fixture::{KEY, ask, state};
use crate::harness::Bridge;

/// An emulator with the bucket `states`, and a connection to it.
pub struct S3 {
    pub cloud: Emulator,
    connection: Connection,
}

impl S3 {
    pub async fn new() -> Self {
        let s3 = Self::without_bucket().await;
        let region = "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint>\
                      </CreateBucketConfiguration>";
        s3.send("PUT /states", region).await;
        s3
    }

    async fn without_bucket() -> Self {
        let cloud = Emulator::new(Settings::default());
        let options = ConnectOptions {
            region: Some("eu-west-1".into()),
            local: Some("http://local.test".into()),
            http_client: Some(Bridge::client(&cloud)),
            ..ConnectOptions::default()
        };
        let connection = Connection::open(options).await.unwrap();
        Self { cloud, connection }
    }

    async fn send(&self, what: &str, body: &'static str) {
        let (method, path) = what.split_once(' ').unwrap();
        let signature = "AWS4-HMAC-SHA256 Credential=AKIDLOCAL/20261123/eu-west-1/s3/aws4_request, \
                         SignedHeaders=host, Signature=00";
        let request = Request::builder().method(method).uri(path).header("authorization", signature);
        // S3 requires a checksum of the body for changes of a bucket's settings.
        let checksum = BASE64_STANDARD.encode(Sha256::digest(body));
        let request = request.header("x-amz-checksum-sha256", checksum);
        let response = self.cloud.handle(request.body(Bytes::from(body)).unwrap()).await.unwrap();
        assert!(response.status().is_success(), "{what}: {response:?}");
    }

    fn bucket(&self) -> S3Bucket {
        self.connection.bucket("states", "eu-west-1", None)
    }

    fn store(&self) -> S3Store<S3Bucket> {
        S3Store::new(self.bucket(), KEY)
    }

    fn strike(&self, operation: &str, effect: Effect) {
        self.cloud.add_fault(Fault { operation: Some(operation.into()), skip: 0, times: 1, effect });
    }

    /// How often each S3 operation was sent since the last call of this function.
    fn calls(&self, before: &mut BTreeMap<String, usize>) -> Vec<(String, usize)> {
        let now = self.cloud.call_counts();
        let new = now.iter().filter(|(name, _)| name.starts_with("s3:"));
        let new = new.map(|(name, count)| (name.clone(), count - before.get(name).copied().unwrap_or_default()));
        let new = new.filter(|(_, count)| *count > 0).collect();
        *before = now;
        new
    }
}

fn body(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

fn done<T>(attempt: Result<Attempt<T>, ResourceError>) -> T {
    match attempt.unwrap() {
        Attempt::Done(value) => value,
        Attempt::Refused => panic!("it was rejected"),
    }
}

fn told(error: &ResourceError) -> String {
    error.hints.iter().fold(error.to_string(), |text, hint| text + "\nhint: " + hint)
}

#[tokio::test(start_paused = true)]
async fn a_write_overwrites_only_the_version_that_was_read() {
    let s3 = S3::new().await;
    let bucket = s3.bucket();
    let first = done(bucket.put(KEY, body("one"), &WriteCondition::Absent).await);
    assert!(first.0.starts_with('"') && first.0.ends_with('"'), "{first:?}");
    let second = done(bucket.put(KEY, body("two"), &WriteCondition::Is(first.clone())).await);
    assert_eq!(bucket.put(KEY, body("other"), &WriteCondition::Is(first.clone())).await, Ok(Attempt::Refused));
    assert_eq!(bucket.delete(KEY, &first).await, Ok(Attempt::Refused));
    assert_eq!(bucket.get(KEY).await.unwrap().unwrap().body, body("two"));
    done(bucket.delete(KEY, &second).await);
    assert_eq!(bucket.get(KEY).await, Ok(None));
}

#[tokio::test(start_paused = true)]
async fn the_sdks_retry_of_a_lost_response_is_recognized() {
    let s3 = S3::new().await;
    let store = s3.store();
    let mut calls = s3.cloud.call_counts();
    for (serial, effect) in [(1, Effect::LoseAnswer), (2, Effect::LoseAnswer), (3, Effect::FailAfterEffect)] {
        s3.strike("s3:PutObject", effect);
        store.save(&state(serial)).await.unwrap();
        assert_eq!(s3.calls(&mut calls), [("s3:GetObject".into(), 1), ("s3:PutObject".into(), 2)], "save {serial}");
    }
    assert_eq!(s3.store().load().await, Ok(Some(state(3))));

    calls = s3.cloud.call_counts();
    s3.strike("s3:PutObject", Effect::LoseAnswer);
    let guard = ask(&store, "ann", 0).await.0.unwrap();
    s3.strike("s3:DeleteObject", Effect::LoseAnswer);
    guard.release().await.unwrap();
    let counted = s3.calls(&mut calls);
    assert_eq!(counted, [("s3:DeleteObject".into(), 2), ("s3:GetObject".into(), 2), ("s3:PutObject".into(), 2)]);
}

#[tokio::test(start_paused = true)]
async fn a_conflict_is_retried_after_a_read() {
    let s3 = S3::new().await;
    let store = s3.store();
    let conflict = || Effect::Refuse {
        status: 409,
        code: "ConditionalRequestConflict".into(),
        message: "A conflicting operation".into(),
    };
    let mut calls = s3.cloud.call_counts();
    for serial in [1, 2] {
        s3.strike("s3:PutObject", conflict());
        store.save(&state(serial)).await.unwrap();
        assert_eq!(s3.calls(&mut calls), [("s3:GetObject".into(), 1), ("s3:PutObject".into(), 2)], "save {serial}");
    }
}

#[tokio::test(start_paused = true)]
async fn throttled_requests_are_retried() {
    let s3 = S3::new().await;
    let store = s3.store();
    let slow_down = Effect::Refuse { status: 503, code: "SlowDown".into(), message: "Reduce your request rate".into() };
    let operation = Some("s3:PutObject".to_owned());
    s3.cloud.add_fault(Fault { operation, skip: 0, times: 4, effect: slow_down });
    store.save(&state(1)).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn every_reason_why_a_bucket_cannot_be_used_is_reported() {
    let none = S3::without_bucket().await;
    let s3 = S3::new().await;
    insta::assert_snapshot!(told(&none.bucket().get(KEY).await.unwrap_err()), @r"
    s3:GetObject: NoSuchBucket: The specified bucket does not exist
    hint: `aws s3api create-bucket --bucket states --region eu-west-1 --create-bucket-configuration LocationConstraint=eu-west-1` creates it
    hint: `aws s3api put-bucket-versioning --bucket states --region eu-west-1 --versioning-configuration Status=Enabled` lets it keep earlier states
    ");
    let virginia = none.connection.bucket("states", "us-east-1", None);
    insta::assert_snapshot!(told(&virginia.put(KEY, body(""), &WriteCondition::Absent).await.unwrap_err()), @r"
    s3:PutObject: NoSuchBucket: The specified bucket does not exist
    hint: `aws s3api create-bucket --bucket states --region us-east-1` creates it
    hint: `aws s3api put-bucket-versioning --bucket states --region us-east-1 --versioning-configuration Status=Enabled` lets it keep earlier states
    ");
    let elsewhere = s3.connection.bucket("states", "us-west-2", None);
    insta::assert_snapshot!(told(&elsewhere.get(KEY).await.unwrap_err()), @r"
    s3:GetObject: AuthorizationHeaderMalformed: The authorization header is malformed; the region 'us-west-2' is wrong; expecting 'eu-west-1'
    hint: the bucket is in eu-west-1: set `state.s3.region` or `--from-region` to it
    ");
    let somebodys = s3.connection.bucket("states", "eu-west-1", Some("210987654321"));
    insta::assert_snapshot!(told(&somebodys.get(KEY).await.unwrap_err()), @r"
    s3:GetObject: AccessDenied: Access Denied
    hint: the caller needs `s3:GetObject` and `s3:ListBucket`: see the statement `State` of `stackctl policy`
    hint: or the bucket `states` is not of account 210987654321: whose it is, `state.s3.owner` or `--from-owner` says
    ");
    let denied = |operation| {
        let effect = Effect::Refuse { status: 403, code: "AccessDenied".into(), message: "Access Denied".into() };
        s3.strike(operation, effect);
    };
    denied("s3:PutObject");
    insta::assert_snapshot!(told(&s3.bucket().put(KEY, body(""), &WriteCondition::Absent).await.unwrap_err()), @r"
    s3:PutObject: AccessDenied: Access Denied
    hint: the caller needs `s3:PutObject` and `s3:GetObject`: see the statement `State` of `stackctl policy`
    hint: or the bucket `states` is not of account 000000000000: whose it is, `state.s3.owner` or `--from-owner` says
    ");
    denied("s3:DeleteObject");
    insta::assert_snapshot!(told(&s3.bucket().delete(KEY, &ETag("\"0\"".into())).await.unwrap_err()), @r"
    s3:DeleteObject: AccessDenied: Access Denied
    hint: the caller needs `s3:DeleteObject`: see the statement `State` of `stackctl policy`
    hint: or the bucket `states` is not of account 000000000000: whose it is, `state.s3.owner` or `--from-owner` says
    ");
}
