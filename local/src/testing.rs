//! An emulator for tests, which send it HTTP requests as clients do.

use std::io::{Cursor, Write as _};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response};
use serde_json::{Value, json};
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::{Emulator, Settings};

pub(crate) const REGION: &str = "eu-west-1";
pub(crate) const ACCOUNT: &str = "000000000000";

/// One emulator and the calls that tests make to it.
#[derive(Debug, Clone)]
pub(crate) struct TestEmulator {
    pub(crate) emulator: Emulator,
}

/// A response, read as JSON.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Reply {
    /// The body, or `null` when it is not JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The body of a success.
    #[track_caller]
    pub(crate) fn done(self) -> Value {
        assert!((200..300).contains(&self.status), "{} {}", self.status, self.text);
        self.json()
    }

    /// Status, error type and message of an error response.
    #[track_caller]
    pub(crate) fn refused(&self) -> (u16, String, String) {
        assert!(self.status >= 400, "{} {}", self.status, self.text);
        let kind = self.header("x-amzn-errortype").split(':').next().unwrap_or_default().to_owned();
        let body = self.json();
        let message = body["message"].as_str().or(body["Message"].as_str()).unwrap_or_default().to_owned();
        (self.status, kind, message)
    }
}

impl TestEmulator {
    pub(crate) fn new(settings: Settings) -> Self {
        Self { emulator: Emulator::new(settings) }
    }

    /// An emulator with a role `worker`, which Lambda may assume and which may write every log. API Gateway uses it to
    /// write logs, too.
    pub(crate) async fn with_worker() -> Self {
        let cloudwatch_role_arn = Some(role_arn("worker"));
        let test = Self::new(Settings { cloudwatch_role_arn, ..Settings::default() });
        test.make_role("worker", &json!({ "Effect": "Allow", "Action": "logs:*", "Resource": "*" })).await;
        test
    }

    pub(crate) async fn send(&self, request: Request<Bytes>) -> Reply {
        let response: Response<Bytes> = self.emulator.handle(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let text = String::from_utf8_lossy(&body).into_owned();
        Reply { status: parts.status.as_u16(), headers: parts.headers, text }
    }

    /// Calls a REST service.
    pub(crate) async fn call(&self, method: Method, path: &str, body: &Value) -> Reply {
        let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
        let service = if path.starts_with("/20") { "lambda" } else { "apigateway" };
        let request = Request::builder().method(method).uri(path).header("authorization", signature(service));
        self.send(request.body(body).unwrap()).await
    }

    /// Calls a service that uses `awsJson`.
    pub(crate) async fn json_call(&self, target: &str, body: &Value) -> Value {
        self.try_json_call(target, body).await.done()
    }

    /// The same, which may fail.
    pub(crate) async fn try_json_call(&self, target: &str, body: &Value) -> Reply {
        let service = if target.starts_with("Logs") { "logs" } else { "cognito-idp" };
        let request = Request::post("/").header("x-amz-target", target).header("authorization", signature(service));
        self.send(request.body(Bytes::from(body.to_string())).unwrap()).await
    }

    async fn iam(&self, members: &[(&str, &str)]) {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(members).finish();
        let request = Request::post("/")
            .header("authorization", signature("iam"))
            .header("content-type", "application/x-www-form-urlencoded");
        let reply = self.send(request.body(Bytes::from(form)).unwrap()).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
    }

    /// Creates a role for Lambda with a statement or a list of them.
    pub(crate) async fn make_role(&self, name: &str, statement: &Value) {
        let trust = json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Principal": { "Service": "lambda.amazonaws.com" },
                "Action": "sts:AssumeRole",
            }],
        });
        let policy = json!({ "Version": "2012-10-17", "Statement": statement });
        let version = ("Version", "2010-05-08");
        self.iam(&[
            ("Action", "CreateRole"),
            version,
            ("RoleName", name),
            ("AssumeRolePolicyDocument", &trust.to_string()),
        ])
        .await;
        self.iam(&[
            ("Action", "PutRolePolicy"),
            version,
            ("RoleName", name),
            ("PolicyName", "inline"),
            ("PolicyDocument", &policy.to_string()),
        ])
        .await;
    }

    /// Creates a function with the role `worker` from one file. `more` overrides and adds members.
    pub(crate) async fn make_function(&self, name: &str, file: (&str, &str), more: Value) -> Value {
        let mut members = function(name, &[file]);
        members.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let made = self.call(Method::POST, "/2015-03-31/functions", &members).await.done();
        self.read_function(name).await;
        made
    }

    /// Reads a function, after which it accepts the next update.
    pub(crate) async fn read_function(&self, name: &str) -> Value {
        self.call(Method::GET, &format!("/2015-03-31/functions/{name}"), &Value::Null).await.done()
    }

    /// Invokes synchronously and requests the log.
    pub(crate) async fn invoke(&self, name: &str, payload: &Value) -> Reply {
        let request = Request::post(format!("/2015-03-31/functions/{name}/invocations"))
            .header("authorization", signature("lambda"))
            .header("x-amz-log-type", "Tail");
        self.send(request.body(Bytes::from(payload.to_string())).unwrap()).await
    }

    /// The messages in a log group, without the line break that ends most of them.
    pub(crate) async fn logged(&self, group: &str) -> Vec<String> {
        let body = json!({ "logGroupName": group });
        let events = self.json_call("Logs_20140328.FilterLogEvents", &body).await;
        let events = events["events"].as_array().unwrap().clone();
        let message = |event: Value| event["message"].as_str().unwrap().trim_end_matches('\n').to_owned();
        events.into_iter().map(message).collect()
    }

    pub(crate) async fn make_log_group(&self, name: &str) {
        self.json_call("Logs_20140328.CreateLogGroup", &json!({ "logGroupName": name })).await;
    }
}

/// The minimum members of `CreateFunction`, for Python.
pub(crate) fn function(name: &str, files: &[(&str, &str)]) -> Value {
    json!({
        "FunctionName": name,
        "Role": role_arn("worker"),
        "Runtime": "python3.13",
        "Handler": "main.handler",
        "Code": { "ZipFile": STANDARD.encode(zip(files)) },
    })
}

/// A zip of these files. `bootstrap` is executable.
pub(crate) fn zip(files: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        let mode = if *name == "bootstrap" { 0o755 } else { 0o644 };
        writer.start_file(*name, SimpleFileOptions::default().unix_permissions(mode)).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A zip with one entry that declares a wrong size.
pub(crate) fn lying_zip(content: &[u8], says: u32) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("main.py", SimpleFileOptions::default()).unwrap();
    writer.write_all(content).unwrap();
    let mut zip = writer.finish().unwrap().into_inner();
    let directory = zip.windows(4).rposition(|bytes| bytes == b"PK\x01\x02").unwrap();
    zip[directory + 24..directory + 28].copy_from_slice(&says.to_le_bytes());
    zip
}

pub(crate) fn role_arn(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:role/{name}")
}

pub(crate) fn function_arn(name: &str) -> String {
    format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}")
}

pub(crate) fn signature(service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=AKIDLOCAL/20260101/{REGION}/{service}/aws4_request, SignedHeaders=host, \
         Signature=00"
    )
}
