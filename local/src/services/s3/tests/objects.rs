//! Writing, reading and deleting objects.

use super::{ACCESS_DENIED, NO_SUCH_KEY};
use crate::{Settings, testing::TestEmulator};

#[tokio::test]
async fn an_object_reads_back_as_written() {
    let test = TestEmulator::with_bucket().await;
    let headers =
        [("content-type", "application/json"), ("x-amz-meta-holder", "somebody"), ("cache-control", "no-store")];
    let written = test.s3("PUT /states/deep/dev%20one.json", &headers, "body").await;
    assert_eq!((written.status, written.text.as_str()), (200, ""));
    // The MD5 of the bytes, in quotes.
    assert_eq!(written.header("etag"), "\"841a2d689ad86bd1611447453c22c6fc\"");
    assert_eq!(written.header("x-amz-server-side-encryption"), "AES256");
    assert_eq!(written.header("x-amz-version-id"), "", "versioning is not enabled");
    let read = test.s3("GET /states/deep/dev%20one.json?x-id=GetObject", &[], "").await;
    assert_eq!((read.status, read.text.as_str()), (200, "body"));
    for (name, value) in [("etag", written.header("etag")), ("content-length", "4"), ("accept-ranges", "bytes")] {
        assert_eq!(read.header(name), value);
    }
    for (name, value) in headers {
        assert_eq!(read.header(name), value);
    }
}

#[tokio::test]
async fn an_object_without_a_type_is_an_octet_stream() {
    let test = TestEmulator::with_bucket().await;
    test.put("a", "").await;
    let read = test.s3("GET /states/a", &[], "").await;
    assert_eq!(read.header("content-type"), "binary/octet-stream");
    assert_eq!(read.header("etag"), "\"d41d8cd98f00b204e9800998ecf8427e\"");
}

#[tokio::test]
async fn a_head_returns_only_the_headers() {
    let test = TestEmulator::with_bucket().await;
    let etag = test.put("a", "body").await;
    let head = test.s3("HEAD /states/a", &[], "").await;
    assert_eq!((head.status, head.text.as_str()), (200, ""));
    assert_eq!((head.header("content-length"), head.header("etag")), ("4", etag.as_str()));
    let head = test.s3("HEAD /states/b", &[], "").await;
    assert_eq!((head.status, head.text.as_str()), (404, ""));
}

#[tokio::test]
async fn every_read_sees_the_writes_before_it() {
    let test = TestEmulator::with_bucket().await;
    for body in ["one", "two", "three"] {
        let etag = test.put("a", body).await;
        assert_eq!(test.read("a").await, body);
        assert_eq!(test.s3("GET /states?list-type=2", &[], "").await.elements("ETag"), [etag.replace('"', "&quot;")]);
    }
    assert_eq!(test.s3("DELETE /states/a", &[], "").await.status, 204);
    assert_eq!(test.s3("GET /states/a", &[], "").await.refused_in_xml(), NO_SUCH_KEY);
    assert_eq!(test.s3("GET /states?list-type=2", &[], "").await.elements("KeyCount"), ["0"]);
}

#[tokio::test]
async fn deleting_a_missing_object_succeeds() {
    let test = TestEmulator::with_bucket().await;
    let deleted = test.s3("DELETE /states/a", &[], "").await;
    assert_eq!((deleted.status, deleted.header("x-amz-delete-marker")), (204, ""));
}

#[tokio::test]
async fn a_wrong_expected_bucket_owner_is_rejected() {
    let test = TestEmulator::with_bucket().await;
    test.put("a", "body").await;
    let call = async |what, owner| test.s3(what, &[("x-amz-expected-bucket-owner", owner)], "").await;
    let own = Settings::default().account;
    assert_eq!(call("GET /states/a", &own).await.text, "body");
    for what in ["GET /states/a", "PUT /states/a", "DELETE /states/a", "GET /states?list-type=2", "DELETE /states"] {
        assert_eq!(call(what, "111111111111").await.refused_in_xml(), ACCESS_DENIED, "{what}");
    }
    assert_eq!(call("HEAD /states/a", "111111111111").await.status, 403);
    assert_eq!(test.read("a").await, "body");
}

#[tokio::test]
async fn a_missing_key_and_a_missing_bucket_are_different_errors() {
    let test = TestEmulator::with_bucket().await;
    let reply = test.s3("GET /states/a", &[], "").await;
    assert_eq!(reply.refused_in_xml(), NO_SUCH_KEY);
    assert_eq!(reply.elements("Key"), ["a"]);
    for what in ["GET /elsewhere/a", "PUT /elsewhere/a", "DELETE /elsewhere/a", "GET /elsewhere?list-type=2"] {
        let reply = test.s3(what, &[], "").await;
        assert_eq!(reply.refused_in_xml(), (404, "NoSuchBucket", "The specified bucket does not exist"));
        assert_eq!(reply.elements("BucketName"), ["elsewhere"]);
    }
}

#[tokio::test]
async fn keys_and_metadata_have_a_maximum_length() {
    let test = TestEmulator::with_bucket().await;
    let key = "k".repeat(1024);
    assert_eq!(test.s3(&format!("PUT /states/{key}"), &[], "").await.status, 200);
    let reply = test.s3(&format!("PUT /states/{key}k"), &[], "").await;
    assert_eq!(reply.refused_in_xml(), (400, "KeyTooLongError", "Your key is too long"));
    let metadata = "m".repeat(2047);
    assert_eq!(test.s3("PUT /states/a", &[("x-amz-meta-a", &metadata)], "").await.status, 200);
    let reply = test.s3("PUT /states/a", &[("x-amz-meta-ab", &metadata)], "").await;
    let message = "Your metadata headers exceed the maximum allowed metadata size";
    assert_eq!(reply.refused_in_xml(), (400, "MetadataTooLarge", message));
}
