//! S3 over TCP as curl uses it, and beside the other services of the same server.

use std::time::Duration;

use stackctl_local::{Effect, Fault, Lost};

use crate::{LOCATION, SIGNATURE, emulator, exchange, request, s3, send};

/// A request of `curl --aws-sigv4 aws:amz:eu-west-1:s3`, with `more` headers.
fn curl(what: &str, more: &str, body: &str) -> String {
    format!(
        "{what} HTTP/1.1\r\nHost: 127.0.0.1:4566\r\nAuthorization: AWS4-HMAC-SHA256 \
         Credential=AKIDLOCAL/20261123/eu-west-1/s3/aws4_request, \
         SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date, \
         Signature=7f2a3f1f0e4f1c5bb4b7d6f6c1c1b5a0a5f0b3f7d1e9c2a4b6d8e0f1a3c5e7f9\r\n\
         X-Amz-Date: 20261123T101112Z\r\nX-Amz-Content-Sha256: UNSIGNED-PAYLOAD\r\nUser-Agent: curl/8.9.1\r\n\
         Accept: */*\r\nConnection: close\r\n{more}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

#[tokio::test]
async fn curl_creates_a_bucket_and_acquires_and_releases_a_lock() {
    let emulator = emulator();
    let type_header = "Content-Type: application/x-www-form-urlencoded\r\n";
    let made = exchange(&emulator, &curl("PUT /states", type_header, LOCATION)).await;
    assert!(made.starts_with("HTTP/1.1 200 OK\r\n"), "{made}");
    let condition = "If-None-Match: *\r\nContent-Type: application/json\r\n";
    let taken = exchange(&emulator, &curl("PUT /states/dev/api.lock", condition, "{\"id\":1}")).await;
    assert!(taken.starts_with("HTTP/1.1 200 OK\r\n"), "{taken}");
    assert!(taken.contains("\r\netag: \"d2ce28b9a7fd7e4407e2b0fd499b7fe4\"\r\n"), "{taken}");
    let beaten = exchange(&emulator, &curl("PUT /states/dev/api.lock", condition, "{\"id\":2}")).await;
    assert!(beaten.starts_with("HTTP/1.1 412 Precondition Failed\r\n"), "{beaten}");
    assert!(beaten.contains("<Error><Code>PreconditionFailed</Code><Message>"), "{beaten}");
    let read = exchange(&emulator, &curl("GET /states/dev/api.lock", "", "")).await;
    assert!(read.ends_with("\r\n\r\n{\"id\":1}"), "{read}");
    let freed = exchange(&emulator, &curl("DELETE /states/dev/api.lock", "", "")).await;
    assert!(freed.starts_with("HTTP/1.1 204 No Content\r\n"), "{freed}");
}

#[tokio::test]
async fn every_response_has_one_date_and_a_head_response_has_no_body() {
    let emulator = emulator();
    assert_eq!(s3(&emulator, "PUT /states", &[], LOCATION).await.status(), 200);
    assert_eq!(s3(&emulator, "PUT /states/a", &[], "body").await.status(), 200);
    for (what, head) in [
        ("GET /states/a", "HTTP/1.1 200 OK\r\n"),
        ("HEAD /states/a", "HTTP/1.1 200 OK\r\n"),
        ("HEAD /states/b", "HTTP/1.1 404 Not Found\r\n"),
        ("HEAD /elsewhere", "HTTP/1.1 404 Not Found\r\n"),
        ("DELETE /states/c", "HTTP/1.1 204 No Content\r\n"),
    ] {
        let answer = exchange(&emulator, &curl(what, "", "")).await;
        assert!(answer.starts_with(head), "{what}: {answer}");
        assert_eq!(answer.matches("\r\ndate: ").count(), 1, "{what}: {answer}");
        assert_eq!(answer.ends_with("\r\n\r\n"), !what.starts_with("GET"), "{what}: {answer}");
    }
    let head = exchange(&emulator, &curl("HEAD /states/a", "", "")).await;
    assert!(head.contains("\r\ncontent-length: 4\r\n"), "{head}");
    let unchanged = curl("GET /states/a", "If-None-Match: \"841a2d689ad86bd1611447453c22c6fc\"\r\n", "");
    let unchanged = exchange(&emulator, &unchanged).await;
    assert!(unchanged.starts_with("HTTP/1.1 304 Not Modified\r\n") && unchanged.ends_with("\r\n\r\n"), "{unchanged}");
}

/// Bucket names such as `restapis` are also the first segment of other services' paths.
#[tokio::test]
async fn the_signature_distinguishes_a_bucket_from_the_paths_of_other_services() {
    let emulator = emulator();
    for path in [
        "/restapis/abc/live/_user_request_/x",
        "/2015-03-31/functions",
        "/tags/arn",
        "/_aws/execute-api/abc/live/x",
        "/_stackctl/health",
        "/account/x",
        "/pool/.well-known/jwks.json",
    ] {
        let answer = s3(&emulator, &format!("GET {path}"), &[], "").await;
        let text = String::from_utf8_lossy(answer.body());
        assert!(text.contains("<Code>NoSuchBucket</Code>"), "{path}: {text}");
    }
    assert_eq!(s3(&emulator, "PUT /restapis", &[], LOCATION).await.status(), 200);
    assert_eq!(s3(&emulator, "PUT /restapis/a1", &[], "body").await.status(), 200);
    assert_eq!(s3(&emulator, "GET /restapis/a1", &[], "").await.body(), "body");
    let reply = send(&emulator, request("GET", "/restapis", &[], "")).await.unwrap();
    assert_eq!(reply.json(), serde_json::json!({ "item": [] }), "API Gateway has no API");
}

#[tokio::test]
async fn a_host_that_names_s3_is_s3_and_requires_a_signature() {
    let emulator = emulator();
    assert_eq!(s3(&emulator, "PUT /states", &[], LOCATION).await.status(), 200);
    assert_eq!(s3(&emulator, "PUT /states/deep/a", &[], "body").await.status(), 200);
    for (host, path) in [
        ("s3.localhost:4566", "/states/deep/a"),
        ("states.s3.localhost:4566", "/deep/a"),
        ("states.localhost:4566", "/deep/a"),
        ("localhost:4566", "/states/deep/a"),
        ("127.0.0.1:4566", "/states/deep/a"),
    ] {
        let answer = s3(&emulator, &format!("GET {path}"), &[("host", host)], "").await;
        assert_eq!(answer.body(), "body", "{host}");
    }
    for host in ["s3.localhost", "states.s3.localhost"] {
        let unsigned = http::Request::get("/deep/a").header("host", host).body(bytes::Bytes::new()).unwrap();
        let answer = emulator.handle(unsigned).await.unwrap();
        assert_eq!(answer.status(), 403);
        let text = String::from_utf8_lossy(answer.body());
        assert!(text.contains("<Code>AccessDenied</Code><Message>Access Denied</Message>"), "{text}");
    }
}

#[tokio::test]
async fn unsupported_s3_requests_are_rejected_by_name() {
    let emulator = emulator();
    assert_eq!(s3(&emulator, "PUT /states", &[], LOCATION).await.status(), 200);
    for (what, headers, named) in [
        ("GET /states", vec![], "GET /{Bucket} of S3"),
        ("GET /states?acl", vec![], "GET /{Bucket}?acl of S3"),
        ("PUT /states/a?tagging", vec![], "PUT /{Bucket}/{Key+}?tagging of S3"),
        ("POST /states?delete", vec![], "POST /{Bucket}?delete of S3"),
        ("GET /states?list-type=2&fetch-owner=true", vec![], "GET /{Bucket}?list-type&amp;fetch-owner of S3"),
        ("PUT /states/a", vec![("x-amz-tagging", "a=b")], "the header `x-amz-tagging` of s3:PutObject"),
        ("PUT /states/a", vec![("x-amz-copy-source", "/b/c")], "the header `x-amz-copy-source` of s3:PutObject"),
        ("PUT /states/a", vec![("x-amz-server-side-encryption", "aws:kms")], "the encryption `aws:kms`"),
        ("PUT /states/a", vec![("x-amz-checksum-xxhash3", "AA==")], "the checksum algorithm `xxhash3`"),
        ("GET /states/a", vec![("range", "bytes=0-1")], "the header `range` of s3:GetObject"),
    ] {
        let answer = s3(&emulator, what, &headers, "").await;
        let text = String::from_utf8_lossy(answer.body()).into_owned();
        let message = format!("<Message>the local emulator does not imitate {named}</Message>");
        assert!(answer.status() == 501 && text.contains(&message), "{what}: {text}");
    }
    assert_eq!(s3(&emulator, "GET /states/a", &[], "").await.status(), 404, "nothing was written");
}

#[tokio::test]
async fn s3_calls_are_counted_and_affected_by_faults() {
    let emulator = emulator();
    let fault = |effect| Fault { operation: Some("s3:PutObject".into()), skip: 0, times: 1, effect };
    assert_eq!(s3(&emulator, "PUT /states", &[], LOCATION).await.status(), 200);
    let signature = SIGNATURE.replace("/any/", "/s3/");
    let put = async |body: &'static str| {
        let mut put = request("PUT", "/states/a", &[], body);
        put.headers_mut().insert("authorization", signature.parse().unwrap());
        emulator.handle(put).await
    };
    let is = async |body: &str| s3(&emulator, "GET /states/a", &[], "").await.body() == body;
    emulator.add_fault(fault(Effect::LoseRequest));
    assert_eq!(put("lost").await.unwrap_err(), Lost);
    assert_eq!(s3(&emulator, "GET /states/a", &[], "").await.status(), 404);
    emulator.add_fault(fault(Effect::LoseAnswer));
    assert_eq!(put("one").await.unwrap_err(), Lost);
    assert!(is("one").await);
    let (code, message) = ("SlowDown".to_owned(), "Please reduce your request rate.".to_owned());
    emulator.add_fault(fault(Effect::Refuse { status: 503, code, message }));
    let refused = put("two").await.unwrap();
    let text = String::from_utf8_lossy(refused.body());
    assert_eq!(refused.status(), 503);
    assert!(text.contains("<Code>SlowDown</Code><Message>Please reduce your request rate.</Message>"), "{text}");
    assert!(is("one").await);
    emulator.add_fault(fault(Effect::FailAfterEffect));
    let failed = put("three").await.unwrap();
    let text = String::from_utf8_lossy(failed.body());
    let message = "<Code>InternalError</Code><Message>We encountered an internal error. Please try again.</Message>";
    assert!(failed.status() == 500 && text.contains(message), "{text}");
    assert!(is("three").await);
    for (after, body) in [(false, "three"), (true, "four")] {
        let mut caller = tokio::process::Command::new("sleep").arg("60").kill_on_drop(true).spawn().unwrap();
        emulator.add_fault(fault(Effect::Kill { pid: caller.id().unwrap(), after }));
        assert_eq!(put("four").await.unwrap_err(), Lost);
        let ended = tokio::time::timeout(Duration::from_secs(10), caller.wait()).await.unwrap().unwrap();
        assert_eq!(ended.code(), None, "ended by a signal");
        assert!(is(body).await);
    }
    assert_eq!(emulator.call_counts()["s3:PutObject"], 6);
    assert_eq!(emulator.call_log()[..3], ["s3:CreateBucket", "s3:PutObject", "s3:GetObject"]);
}

/// The age of a lock is `Date` minus `Last-Modified`. Both follow the clock of a test.
#[tokio::test(start_paused = true)]
async fn the_age_of_an_object_follows_the_clock_of_the_emulator() {
    let emulator = emulator();
    assert_eq!(s3(&emulator, "PUT /states", &[], LOCATION).await.status(), 200);
    // Far enough for tokio's clock to be ahead of the wall clock.
    tokio::time::advance(Duration::from_hours(1)).await;
    assert_eq!(s3(&emulator, "PUT /states/a.lock", &[], "").await.status(), 200);
    tokio::time::advance(Duration::from_secs(61)).await;
    for what in ["GET /states/a.lock", "HEAD /states/a.lock"] {
        let answer = s3(&emulator, what, &[], "").await;
        let at = |header: &str| {
            let text = answer.headers()[header].to_str().unwrap().replace("GMT", "+0000");
            jiff::fmt::rfc2822::parse(&text).unwrap().timestamp().as_second()
        };
        assert_eq!(at("date") - at("last-modified"), 61);
    }
    for (what, status) in [("PUT /states/b", 200), ("GET /states/c", 404), ("DELETE /states/c", 204)] {
        let answer = s3(&emulator, what, &[], "").await;
        assert_eq!((answer.status().as_u16(), answer.headers().contains_key("date")), (status, true), "{what}");
    }
}
