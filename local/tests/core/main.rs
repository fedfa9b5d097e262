//! The emulator's core and its smaller services, tested over raw HTTP as the SDKs use it.

#![expect(clippy::unwrap_used, reason = "a failed unwrap fails the test, in its helpers too")]

mod control;
mod iam;
mod iam_policies;
mod log_events;
mod logs;
mod persistence;
mod protocols;
mod s3;
mod server;

use bytes::Bytes;
use http::{Request, Response};
use serde_json::Value;
use stackctl_local::{Emulator, Lost, Settings, Weather};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

const SIGNATURE: &str =
    "AWS4-HMAC-SHA256 Credential=AKIDLOCAL/20261123/eu-west-1/any/aws4_request, SignedHeaders=host, Signature=00";

/// An empty emulator in memory without delays.
fn emulator() -> Emulator {
    Emulator::new(Settings::default())
}

fn cloud_with(weather: Weather) -> Emulator {
    Emulator::new(Settings { weather, ..Settings::default() })
}

/// A signed request.
fn request(method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Request<Bytes> {
    let mut request = Request::builder().method(method).uri(path).header("authorization", SIGNATURE);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(body.into()).unwrap()
}

/// An S3 request, such as `PUT /bucket/key`, and its whole response.
async fn s3(emulator: &Emulator, what: &str, headers: &[(&str, &str)], body: &'static str) -> Response<Bytes> {
    let (method, path) = what.split_once(' ').unwrap();
    let mut request = request(method, path, headers, body);
    let signature = SIGNATURE.replace("/any/", "/s3/");
    request.headers_mut().insert("authorization", signature.parse().unwrap());
    emulator.handle(request).await.unwrap()
}

/// The document for creating a bucket in the Region of the signature.
const LOCATION: &str = "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint>\
                        </CreateBucketConfiguration>";

/// A response: status, error code from the header, and body as text.
#[derive(Debug, PartialEq, Eq)]
struct Reply {
    status: u16,
    code: Option<String>,
    body: String,
}

impl Reply {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// The text of the first element of that name.
    fn element(&self, name: &str) -> Option<String> {
        self.elements(name).into_iter().next()
    }

    fn elements(&self, name: &str) -> Vec<String> {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        let parts = self.body.split(&open).skip(1);
        parts.map(|part| part.split(&close).next().unwrap().to_owned()).collect()
    }
}

impl From<Response<Bytes>> for Reply {
    fn from(response: Response<Bytes>) -> Self {
        let code = response.headers().get("x-amzn-errortype").map(|code| code.to_str().unwrap().to_owned());
        assert!(
            response.headers().contains_key("x-amzn-requestid"),
            "every response of the control plane has a request id"
        );
        Self { status: response.status().as_u16(), code, body: String::from_utf8(response.body().to_vec()).unwrap() }
    }
}

async fn send(emulator: &Emulator, request: Request<Bytes>) -> Result<Reply, Lost> {
    emulator.handle(request).await.map(Reply::from)
}

/// Starts a server, sends one raw request, and returns the raw response.
async fn exchange(emulator: &Emulator, request: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = tokio::spawn(stackctl_local::serve(emulator.clone(), listener, std::future::pending()));
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    serving.abort();
    answer
}

/// Calls IAM.
async fn iam(emulator: &Emulator, action: &str, members: &[(&str, &str)]) -> Reply {
    send(emulator, form(action, members)).await.unwrap()
}

fn form(action: &str, members: &[(&str, &str)]) -> Request<Bytes> {
    let mut body = form_urlencoded::Serializer::new(String::new());
    body.append_pair("Action", action).append_pair("Version", "2010-05-08").extend_pairs(members);
    request("POST", "/", &[("content-type", "application/x-www-form-urlencoded")], body.finish())
}

/// Calls CloudWatch Logs.
async fn logs(emulator: &Emulator, operation: &str, members: Value) -> Reply {
    send(emulator, targeted(&format!("Logs_20140328.{operation}"), &members)).await.unwrap()
}

fn targeted(target: &str, members: &Value) -> Request<Bytes> {
    request("POST", "/", &[("x-amz-target", target)], members.to_string())
}

/// Status, code and message of an IAM error.
fn refused(reply: &Reply) -> (u16, String, String) {
    (reply.status, reply.element("Code").unwrap(), reply.element("Message").unwrap())
}

/// The same for a JSON error. The code must be equal in the header and in the body.
fn refused_json(reply: &Reply) -> (u16, String, String) {
    let body = reply.json();
    assert_eq!(body["__type"].as_str(), reply.code.as_deref());
    (reply.status, reply.code.clone().unwrap(), body["message"].as_str().unwrap().to_owned())
}

fn refusal(status: u16, code: &str, message: &str) -> (u16, String, String) {
    (status, code.into(), message.into())
}

/// Milliseconds since 1970, as in CloudWatch Logs.
fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

const PERMISSIONS: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"logs:PutLogEvents","Resource":"*"}]}"#;

async fn role(emulator: &Emulator, name: &str) -> Reply {
    iam(emulator, "CreateRole", &[("RoleName", name), ("AssumeRolePolicyDocument", TRUST)]).await
}
