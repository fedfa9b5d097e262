//! S3 as in its documentation, tested with HTTP requests as clients send them.

mod buckets;
mod conditions;
mod lists;
mod objects;
mod payloads;
mod versions;

use bytes::Bytes;
use http::Request;

use crate::{
    Settings,
    testing::{REGION, Reply, TestEmulator},
};

/// The signature of an S3 request in a Region.
fn signature(region: &str) -> String {
    format!("AWS4-HMAC-SHA256 Credential=AKIDLOCAL/20261123/{region}/s3/aws4_request, SignedHeaders=host, Signature=00")
}

impl TestEmulator {
    /// An S3 request in the Region of the tests, such as `PUT /bucket/key`.
    async fn s3(&self, what: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Reply {
        self.s3_in(REGION, what, headers, body).await
    }

    async fn s3_in(&self, region: &str, what: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Reply {
        let (method, path) = what.split_once(' ').unwrap();
        let mut request = Request::builder().method(method).uri(path).header("authorization", signature(region));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(body.into()).unwrap()).await
    }

    /// An emulator with the bucket `states`.
    async fn with_bucket() -> Self {
        let test = Self::new(Settings::default());
        test.make_bucket().await;
        test
    }

    async fn make_bucket(&self) {
        assert_eq!(self.s3("PUT /states", &[], LOCATION).await.status, 200);
    }

    /// Uploads an object and returns its entity tag.
    async fn put(&self, key: &str, body: &'static str) -> String {
        let reply = self.s3(&format!("PUT /states/{key}"), &[], body).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.header("etag").to_owned()
    }

    /// The current content of an object.
    async fn read(&self, key: &str) -> String {
        let reply = self.s3(&format!("GET /states/{key}"), &[], "").await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.text
    }
}

impl Reply {
    /// The texts of all elements of that name.
    fn elements(&self, name: &str) -> Vec<&str> {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        let parts = self.text.split(open.as_str()).skip(1);
        parts.map(|part| part.split(close.as_str()).next().unwrap()).collect()
    }

    /// Status, code and message of an XML error response.
    #[track_caller]
    fn refused_in_xml(&self) -> (u16, &str, &str) {
        assert!(self.status >= 400, "{} {}", self.status, self.text);
        assert_eq!(self.header("content-type"), "application/xml");
        (self.status, self.elements("Code")[0], self.elements("Message")[0])
    }
}

/// The document for creating a bucket in the Region of the tests.
const LOCATION: &str = concat!(
    r#"<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">"#,
    "<LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>"
);

const NO_SUCH_KEY: (u16, &str, &str) = (404, "NoSuchKey", "The specified key does not exist.");

const ACCESS_DENIED: (u16, &str, &str) = (403, "AccessDenied", "Access Denied");

const PRECONDITION_FAILED: (u16, &str, &str) =
    (412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold");

const CONFLICT: (u16, &str, &str) = (
    409,
    "ConditionalRequestConflict",
    "The conditional request cannot succeed due to a conflicting operation against this resource.",
);
