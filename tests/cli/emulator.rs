//! A local emulator in the test process, which runs without `--local` use as AWS, with faults and weather.

use std::{
    io::{Read as _, Write as _},
    net::{Ipv4Addr, TcpListener, TcpStream},
    sync::Arc,
    thread::{self, JoinHandle},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, request::Builder};
use stackctl_local::{Effect, Emulator, Fault, Settings, Weather};
use tokio::{runtime, sync::oneshot};

use super::sandbox::Sandbox;
use crate::harness::{Secrets, process::TIMEOUT};

/// An emulator that serves until it is dropped.
pub(crate) struct ServedEmulator {
    pub(crate) cloud: Emulator,
    pub(crate) url: String,
    address: Address,
    stop: Option<oneshot::Sender<()>>,
    server: Option<JoinHandle<()>>,
}

/// An address on this machine, and the secrets of the emulators that use it one after the other: a state belongs to one
/// address. Connections wait while no emulator runs.
#[derive(Clone)]
pub(crate) struct Address {
    listener: Arc<TcpListener>,
    pub(super) secrets: Arc<Secrets>,
}

/// Slow responses, so that requests are in flight when a test interrupts a run.
pub(super) fn slow() -> Settings {
    let weather = Weather { latency: Duration::from_millis(100), ..Weather::default() };
    Settings { weather, ..Settings::default() }
}

impl Address {
    pub(crate) fn new() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        Self { listener: listener.into(), secrets: Arc::default() }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.listener.local_addr().unwrap())
    }

    fn listener(&self) -> TcpListener {
        self.listener.try_clone().unwrap()
    }

    /// Makes the runs of a sandbox use this address as AWS.
    pub(crate) fn reached_from(&self, sandbox: Sandbox) -> Sandbox {
        sandbox
            .among(&self.secrets)
            .with("AWS_ENDPOINT_URL", &self.url())
            .with("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
            .with("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI")
    }
}

impl ServedEmulator {
    pub(crate) fn new(settings: Settings) -> Self {
        Self::at(&Address::new(), Emulator::new(settings))
    }

    /// An emulator with a deployed stack.
    pub(super) fn deployed() -> (Self, Sandbox) {
        let aws = Self::new(Settings::default());
        let sandbox = aws.sandbox();
        assert_eq!(sandbox.run("up --yes --quiet").code, 0);
        (aws, sandbox)
    }

    /// An emulator with a bucket `states`, and a sandbox with its state in it.
    pub(super) fn with_bucket(settings: Settings) -> (Self, Sandbox) {
        let aws = Self::new(settings);
        aws.create_bucket("states");
        let sandbox = aws.sandbox();
        sandbox.edit("\"functions\"", "\"state\": { \"s3\": { \"bucket\": \"states\" } },\n  \"functions\"");
        (aws, sandbox)
    }

    /// The same emulator without weather and faults.
    pub(super) fn calm(self) -> Self {
        let (address, cloud) = (self.address.clone(), self.cloud.fork(Settings::default()).unwrap());
        drop(self);
        Self::at(&address, cloud)
    }

    /// Expects that, after an interrupted run, `up` needs no flag, creates nothing twice and leaves no pending change.
    #[track_caller]
    pub(super) fn resumes(self, sandbox: &Sandbox) {
        let aws = self.calm();
        sandbox.done("up --yes");
        sandbox.done("plan --detailed-exitcode");
        assert_eq!(aws.pools_and_apis(), (1, 1));
    }

    /// The numbers of user pools and REST APIs.
    fn pools_and_apis(&self) -> (usize, usize) {
        let world = self.cloud.snapshot();
        let count = |service: &str, things: &str| world[service][things].as_object().unwrap().len();
        (count("cognito", "pools"), count("apigateway", "apis"))
    }

    /// Starts an emulator at an address, where another one can be started later.
    pub(crate) fn at(address: &Address, cloud: Emulator) -> Self {
        let learner = Arc::clone(&address.secrets);
        cloud.watch(move |call, answer| [call, answer].into_iter().for_each(|body| learner.learn(body)));
        let (stop, stopped) = oneshot::channel::<()>();
        let (theirs, listener) = (cloud.clone(), address.listener());
        let server = thread::spawn(move || {
            let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                let ended = async {
                    let _ = stopped.await;
                };
                stackctl_local::serve(theirs, listener, ended).await.unwrap();
            });
        });
        Self { cloud, url: address.url(), address: address.clone(), stop: Some(stop), server: Some(server) }
    }

    /// A sandbox whose runs use this emulator as AWS.
    pub(crate) fn sandbox(&self) -> Sandbox {
        self.address.reached_from(Sandbox::new())
    }

    /// The same without a config.
    pub(crate) fn empty(&self) -> Sandbox {
        self.address.reached_from(Sandbox::empty())
    }

    /// Waits until all requests received so far are processed, including those of processes that have exited.
    pub(crate) fn settle(&self) {
        // The server has one thread and accepts connections in order. The response to the second one comes after the
        // requests that were in flight when the first one arrived.
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

    /// Changes resources outside stackctl.
    pub(crate) fn by_hand<T>(&self, work: impl AsyncFnOnce(stackctl::aws::Clients) -> T) -> T {
        let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async { work(crate::harness::connect(&self.cloud).await).await })
    }

    /// Rejects the next request of an operation.
    pub(crate) fn refuse(&self, operation: &str) {
        self.refuse_later(operation, 0);
    }

    /// Rejects a request of an operation after `skip` others.
    pub(crate) fn refuse_later(&self, operation: &str, skip: usize) {
        let message = "User: arn:aws:iam::000000000000:user/ann is not authorized".into();
        let effect = Effect::Refuse { status: 400, code: "AccessDeniedException".into(), message };
        self.cloud.add_fault(Fault { operation: Some(operation.into()), skip, times: 1, effect });
    }

    /// Rejects the next request of an operation with this code and message.
    pub(crate) fn refuse_with(&self, operation: &str, code: &str, message: &str) {
        let effect = Effect::Refuse { status: 400, code: code.into(), message: message.into() };
        self.cloud.add_fault(Fault { operation: Some(operation.into()), skip: 0, times: 1, effect });
    }

    /// The writes after the first `before` calls.
    pub(crate) fn writes_since(&self, before: usize) -> Vec<String> {
        let reads = |call: &String| {
            let name = call.split(':').nth(1).unwrap();
            ["Get", "List", "Describe"].iter().any(|read| name.starts_with(read))
        };
        self.cloud.call_log()[before..].iter().filter(|call| !reads(call)).cloned().collect()
    }

    /// Creates a bucket.
    pub(crate) fn create_bucket(&self, name: &str) {
        let region = "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint>\
                      </CreateBucketConfiguration>";
        self.send("s3", Request::put(format!("/{name}")), region);
    }

    /// The keys and texts of the objects in a bucket.
    pub(crate) fn objects(&self, bucket: &str) -> Vec<(String, String)> {
        let read = |what: &str| {
            let body = self.send("s3", Request::get(format!("/{bucket}{what}")), "");
            String::from_utf8(body.to_vec()).unwrap()
        };
        let list = read("?list-type=2");
        let keys = list.split("<Key>").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned());
        keys.map(|key| (key.clone(), read(&format!("/{key}")))).collect()
    }

    /// Creates a user.
    pub(crate) fn add_user(&self, pool: &str, name: &str) {
        let members = serde_json::json!({ "UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS" });
        self.cognito("AdminCreateUser", &members);
    }

    /// Creates an app client.
    pub(crate) fn add_client(&self, pool: &str, name: &str) {
        self.cognito("CreateUserPoolClient", &serde_json::json!({ "UserPoolId": pool, "ClientName": name }));
    }

    /// Removes API Gateway's permission to invoke a function.
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

impl Drop for ServedEmulator {
    fn drop(&mut self) {
        drop(self.stop.take());
        let _ = self.server.take().map(JoinHandle::join);
    }
}
