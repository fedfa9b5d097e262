//! Bodies are verified against their headers and trailers.

use crate::testing::{Reply, TestEmulator};

/// The usual input of published CRC check values.
const CHECK: &str = "123456789";

const CHECKSUMS: [(&str, &str); 7] = [
    ("x-amz-checksum-crc32", "y/Q5Jg=="),
    ("x-amz-checksum-crc32c", "4waSgw=="),
    ("x-amz-checksum-crc64nvme", "rosUhgp5mIg="),
    ("x-amz-checksum-md5", "JfnnlDI7RTiF9RgfG2JNCw=="),
    ("x-amz-checksum-sha1", "98O8HYCOBHMq32eZZczDTKeuNEE="),
    ("x-amz-checksum-sha256", "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="),
    (
        "x-amz-checksum-sha512",
        "2eZ2LdHI6vbWGzxhkvxAjU1tXxF20MKRabwk5xw/J0rSf81YEbMT1oH35V7ALXPUmclUVba1u1A6z1dPuo/+hQ==",
    ),
];

async fn upload(headers: &[(&str, &str)], body: &'static str) -> (TestEmulator, Reply) {
    let test = TestEmulator::with_bucket().await;
    let reply = test.s3("PUT /states/a", headers, body).await;
    (test, reply)
}

/// A body in `aws-chunked` coding with one chunk and one trailer.
fn chunked(body: &str, trailer: &str) -> String {
    format!("{:x}\r\n{body}\r\n0\r\n{trailer}\r\n\r\n", body.len())
}

#[tokio::test]
async fn each_checksum_is_verified_and_returned_on_request() {
    for (name, value) in CHECKSUMS {
        let (test, reply) = upload(&[(name, value)], CHECK).await;
        assert_eq!((reply.status, reply.header(name)), (200, value), "{}", reply.text);
        assert_eq!(reply.header("x-amz-checksum-type"), "FULL_OBJECT");
        let read = test.s3("GET /states/a", &[("x-amz-checksum-mode", "ENABLED")], "").await;
        assert_eq!((read.header(name), read.header("x-amz-checksum-type")), (value, "FULL_OBJECT"));
        assert_eq!(test.s3("GET /states/a", &[], "").await.header(name), "", "not requested");
    }
}

#[tokio::test]
async fn a_body_with_a_wrong_checksum_is_rejected() {
    for (name, value) in CHECKSUMS {
        let (test, reply) = upload(&[(name, value)], "another body").await;
        let algorithm = name.trim_start_matches("x-amz-checksum-").to_uppercase();
        let message = format!("The {algorithm} you specified did not match the calculated checksum.");
        assert_eq!(reply.refused_in_xml(), (400, "BadDigest", message.as_str()));
        assert_eq!(test.s3("GET /states/a", &[], "").await.status, 404, "nothing was written");
    }
}

#[tokio::test]
async fn an_invalid_checksum_or_more_than_one_is_rejected() {
    let (_, reply) = upload(&[("x-amz-checksum-crc32", "AA==")], CHECK).await;
    let message = "Value for x-amz-checksum-crc32 header is invalid.";
    assert_eq!(reply.refused_in_xml(), (400, "InvalidRequest", message));
    let (_, reply) = upload(&CHECKSUMS[..2], CHECK).await;
    let message = "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.";
    assert_eq!(reply.refused_in_xml(), (400, "InvalidRequest", message));
}

#[tokio::test]
async fn a_body_without_a_checksum_gets_one() {
    let (test, reply) = upload(&[], CHECK).await;
    assert_eq!(reply.header("x-amz-checksum-crc64nvme"), "rosUhgp5mIg=");
    let head = test.s3("HEAD /states/a", &[("x-amz-checksum-mode", "ENABLED")], "").await;
    assert_eq!(head.header("x-amz-checksum-crc64nvme"), "rosUhgp5mIg=");
}

#[tokio::test]
async fn a_content_md5_is_verified() {
    assert_eq!(upload(&[("content-md5", "JfnnlDI7RTiF9RgfG2JNCw==")], CHECK).await.1.status, 200);
    let (_, reply) = upload(&[("content-md5", "JfnnlDI7RTiF9RgfG2JNCw==")], "another body").await;
    let message = "The Content-MD5 you specified did not match what we received.";
    assert_eq!(reply.refused_in_xml(), (400, "BadDigest", message));
    let (_, reply) = upload(&[("content-md5", "short")], CHECK).await;
    assert_eq!(reply.refused_in_xml(), (400, "InvalidDigest", "The Content-MD5 you specified was invalid."));
}

#[tokio::test]
async fn the_content_sha256_is_verified() {
    let hash = "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225";
    assert_eq!(upload(&[("x-amz-content-sha256", hash)], CHECK).await.1.status, 200);
    assert_eq!(upload(&[("x-amz-content-sha256", "UNSIGNED-PAYLOAD")], CHECK).await.1.status, 200);
    let (_, reply) = upload(&[("x-amz-content-sha256", hash)], "another body").await;
    let message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
    assert_eq!(reply.refused_in_xml(), (400, "XAmzContentSHA256Mismatch", message));
    assert_eq!(reply.elements("ClientComputedContentSHA256"), [hash]);
}

/// The headers of an SDK's request with a trailing checksum.
fn streamed(length: &str) -> Vec<(&str, &str)> {
    vec![
        ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
        ("content-encoding", "aws-chunked"),
        ("x-amz-decoded-content-length", length),
        ("x-amz-trailer", "x-amz-checksum-crc32"),
    ]
}

async fn stream(headers: &[(&str, &str)], body: String) -> (TestEmulator, Reply) {
    let test = TestEmulator::with_bucket().await;
    let reply = test.s3("PUT /states/a", headers, body).await;
    (test, reply)
}

#[tokio::test]
async fn a_chunked_body_is_stored_decoded() {
    let (test, reply) = stream(&streamed("9"), chunked(CHECK, "x-amz-checksum-crc32:y/Q5Jg==")).await;
    assert_eq!((reply.status, reply.header("x-amz-checksum-crc32")), (200, "y/Q5Jg=="), "{}", reply.text);
    let read = test.s3("GET /states/a", &[], "").await;
    assert_eq!((read.text.as_str(), read.header("content-encoding")), (CHECK, ""));
    assert_eq!(read.header("etag"), "\"25f9e794323b453885f5181f1b624d0b\"");
}

#[tokio::test]
async fn a_body_may_have_several_signed_chunks_and_another_encoding() {
    let signed = "4;chunk-signature=00\r\n1234\r\n5;chunk-signature=00\r\n56789\r\n0;chunk-signature=00\r\n\
                  x-amz-checksum-crc32:y/Q5Jg==\r\nx-amz-trailer-signature:00\r\n\r\n";
    let mut headers = streamed("9");
    headers[0].1 = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
    headers[1].1 = "gzip,aws-chunked";
    let (test, reply) = stream(&headers, signed.to_owned()).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let read = test.s3("GET /states/a", &[], "").await;
    assert_eq!((read.text.as_str(), read.header("content-encoding")), (CHECK, "gzip"));
}

#[tokio::test]
async fn a_body_with_a_wrong_trailer_is_rejected() {
    let (test, reply) = stream(&streamed("9"), chunked(CHECK, "x-amz-checksum-crc32:AAAAAA==")).await;
    let message = "The CRC32 you specified did not match the calculated checksum.";
    assert_eq!(reply.refused_in_xml(), (400, "BadDigest", message));
    assert_eq!(test.s3("GET /states/a", &[], "").await.status, 404, "nothing was written");
}

#[tokio::test]
async fn the_length_and_trailers_of_a_chunked_body_must_be_as_announced() {
    let good = chunked(CHECK, "x-amz-checksum-crc32:y/Q5Jg==");
    let incomplete = "You did not provide the number of bytes specified by the Content-Length HTTP header";
    let malformed =
        "The request contained trailing data that was not well-formed or did not conform to our published schema.";
    for (length, body, code, message) in [
        ("8", good.clone(), "IncompleteBody", incomplete),
        ("9", good[..8].to_owned(), "IncompleteBody", incomplete),
        ("9", "9\r\n123456789!!".to_owned(), "IncompleteBody", incomplete),
        ("9", "9".to_owned(), "IncompleteBody", incomplete),
        ("9", "nine\r\n123456789\r\n0\r\n\r\n".to_owned(), "InvalidRequest", "The chunk size is not valid."),
        ("9", chunked(CHECK, "x-amz-checksum-sha1:AA=="), "MalformedTrailerError", malformed),
        ("9", chunked(CHECK, "no colon"), "MalformedTrailerError", malformed),
        ("9", chunked(CHECK, "no name:a"), "MalformedTrailerError", malformed),
    ] {
        let (_, reply) = stream(&streamed(length), body.clone()).await;
        assert_eq!(reply.refused_in_xml(), (400, code, message), "{body}");
    }
    let mut headers = streamed("9");
    headers.remove(2);
    let (_, reply) = stream(&headers, good).await;
    let message = "You must provide the Content-Length HTTP header.";
    assert_eq!(reply.refused_in_xml(), (411, "MissingContentLength", message));
}
