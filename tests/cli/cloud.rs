//! An AWS in this process for runs without `--local`: the same local cloud, reached as AWS is, with faults and weather.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    process::Command,
    sync::Arc,
    thread::{self, JoinHandle},
};

use bytes::Bytes;
use http::{Request, request::Builder};
use stackctl_local::{Cloud, Effect, Fault, Settings};
use tokio::{net::TcpListener, runtime, sync::oneshot};

use super::{address::Address, sandbox::Sandbox};
use crate::harness::process::{Process, TIMEOUT};

/// A cloud that is served until it is dropped.
pub(crate) struct Served {
    pub(crate) cloud: Cloud,
    pub(crate) url: String,
    address: Address,
    stop: Option<oneshot::Sender<()>>,
    server: Option<JoinHandle<()>>,
}

impl Served {
    pub(crate) fn new(settings: Settings) -> Self {
        Self::at(&Address::new(), Cloud::new(settings))
    }

    /// Serves a cloud at an address, where another one can be served later.
    pub(crate) fn at(address: &Address, cloud: Cloud) -> Self {
        let learner = Arc::clone(&address.secrets);
        cloud.watch(move |call, answer| [call, answer].into_iter().for_each(|body| learner.learn(body)));
        let (stop, stopped) = oneshot::channel::<()>();
        let (theirs, listener) = (cloud.clone(), address.listener());
        let server = thread::spawn(move || {
            let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener).unwrap();
                let ended = async {
                    let _ = stopped.await;
                };
                stackctl_local::serve(theirs, listener, ended).await.unwrap();
            });
        });
        Self { cloud, url: address.url(), address: address.clone(), stop: Some(stop), server: Some(server) }
    }

    /// A sandbox whose runs reach this cloud as if it were AWS.
    pub(crate) fn sandbox(&self) -> Sandbox {
        self.address.reached_from(Sandbox::new())
    }

    /// The same without a configuration.
    pub(crate) fn empty(&self) -> Sandbox {
        self.address.reached_from(Sandbox::empty())
    }

    /// Returns when all that arrived before has been carried out: calls of a process that is gone by now, too.
    pub(crate) fn settle(&self) {
        // The server has one thread and takes connections in their order. The second one is answered when what the first
        // one found under way has had its turn.
        for _ in 0..2 {
            let mut connection = TcpStream::connect(self.url.strip_prefix("http://").unwrap()).unwrap();
            let request = b"GET /_stackctl/health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
            connection.write_all(request).unwrap();
            let mut answer = String::new();
            connection.set_read_timeout(Some(TIMEOUT)).unwrap();
            connection.read_to_string(&mut answer).unwrap();
            assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        }
    }

    /// Does something on it by hand.
    pub(crate) fn by_hand<T>(&self, work: impl AsyncFnOnce(stackctl::aws::Cloud) -> T) -> T {
        let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async { work(crate::harness::connect(&self.cloud).await).await })
    }

    /// Refuses the next call of an operation.
    pub(crate) fn refuse(&self, operation: &str) {
        self.refuse_later(operation, 0);
    }

    /// Refuses the call of an operation that comes after so many others of it.
    pub(crate) fn refuse_later(&self, operation: &str, skip: usize) {
        let message = "User: arn:aws:iam::000000000000:user/ann is not authorized".into();
        let effect = Effect::Refuse { status: 400, code: "AccessDeniedException".into(), message };
        self.cloud.add_fault(Fault { operation: Some(operation.into()), skip, times: 1, effect });
    }

    /// Refuses the next call of an operation with this code and message.
    pub(crate) fn refuse_with(&self, operation: &str, code: &str, message: &str) {
        let effect = Effect::Refuse { status: 400, code: code.into(), message: message.into() };
        self.cloud.add_fault(Fault { operation: Some(operation.into()), skip: 0, times: 1, effect });
    }

    /// The calls that may have changed something, without the first `before`.
    pub(crate) fn writes_since(&self, before: usize) -> Vec<String> {
        let reads = |call: &String| {
            let name = call.split(':').nth(1).unwrap();
            ["Get", "List", "Describe"].iter().any(|read| name.starts_with(read))
        };
        self.cloud.call_log()[before..].iter().filter(|call| !reads(call)).cloned().collect()
    }

    /// Makes a bucket, as its owner would.
    pub(crate) fn make_bucket(&self, name: &str) {
        let region = "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint>\
                      </CreateBucketConfiguration>";
        self.send("s3", Request::put(format!("/{name}")), region);
    }

    /// Writes an object, past all conditions.
    pub(crate) fn put_object(&self, bucket: &str, key: &str, body: &str) {
        self.send("s3", Request::put(format!("/{bucket}/{key}")), body);
    }

    /// The objects of a bucket, by their keys, as texts.
    pub(crate) fn objects(&self, bucket: &str) -> Vec<(String, String)> {
        let read = |what: &str| {
            let body = self.send("s3", Request::get(format!("/{bucket}{what}")), "");
            String::from_utf8(body.to_vec()).unwrap()
        };
        let list = read("?list-type=2");
        let keys = list.split("<Key>").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned());
        keys.map(|key| (key.clone(), read(&format!("/{key}")))).collect()
    }

    /// Makes a user, as an administrator would.
    pub(crate) fn add_user(&self, pool: &str, name: &str) {
        let members = serde_json::json!({ "UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS" });
        self.cognito("AdminCreateUser", &members);
    }

    /// Makes an app client.
    pub(crate) fn add_client(&self, pool: &str, name: &str) {
        self.cognito("CreateUserPoolClient", &serde_json::json!({ "UserPoolId": pool, "ClientName": name }));
    }

    /// Runs a program, which is killed at its next call of a Cognito operation; whether it was.
    pub(crate) fn kills(&self, mut command: Command, operation: &str, after: bool) -> bool {
        let process = Process::start(&mut command);
        let effect = Effect::Kill { pid: process.id(), after };
        let operation = Some(format!("cognito-idp:{operation}"));
        self.cloud.add_fault(Fault { operation, skip: 0, times: 1, effect });
        process.end().signal == Some(9)
    }

    /// Takes from API Gateway the permission to call a function.
    pub(crate) fn forbid(&self, function: &str) {
        let policy = format!("/2015-03-31/functions/{function}/policy");
        let read = self.send("lambda", Request::get(format!("{policy}?Qualifier=live")), "");
        let read: serde_json::Value = serde_json::from_slice(&read).unwrap();
        let read: serde_json::Value = serde_json::from_str(read["Policy"].as_str().unwrap()).unwrap();
        let statement = read["Statement"][0]["Sid"].as_str().unwrap();
        self.send("lambda", Request::delete(format!("{policy}/{statement}?Qualifier=live")), "");
    }

    /// Deletes a function.
    pub(crate) fn delete_function(&self, name: &str) {
        self.send("lambda", Request::delete(format!("/2015-03-31/functions/{name}")), "");
    }

    fn cognito(&self, operation: &str, members: &serde_json::Value) {
        let request = Request::post("/")
            .header("x-amz-target", format!("AWSCognitoIdentityProviderService.{operation}"))
            .header("content-type", "application/x-amz-json-1.1");
        self.send("cognito-idp", request, &members.to_string());
    }

    fn send(&self, service: &str, request: Builder, body: &str) -> Bytes {
        let signature = format!(
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261123/eu-west-1/{service}/aws4_request, \
             SignedHeaders=host, Signature=0"
        );
        let request = request.header("authorization", signature).body(Bytes::from(body.to_owned())).unwrap();
        let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let response = runtime.block_on(self.cloud.handle(request)).unwrap();
        assert!(response.status().is_success(), "{:?}", response.body());
        response.into_body()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.stop.take());
        let _ = self.server.take().map(JoinHandle::join);
    }
}
