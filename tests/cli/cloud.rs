//! An AWS in this process for runs without `--local`: the same local cloud, reached as AWS is, with faults and weather.

use std::{
    net::Ipv4Addr,
    os::unix::process::ExitStatusExt as _,
    process::{Command, Stdio},
    sync::{Arc, mpsc},
    thread::{self, JoinHandle},
};

use bytes::Bytes;
use http::{Request, request::Builder};
use stackctl_local::{Cloud, Effect, Fault, Settings};
use tokio::{net::TcpListener, runtime, sync::oneshot};

use super::sandbox::Sandbox;
use crate::harness::Secrets;

/// A cloud that is served until it is dropped.
pub(crate) struct Served {
    pub(crate) cloud: Cloud,
    pub(crate) url: String,
    secrets: Arc<Secrets>,
    stop: Option<oneshot::Sender<()>>,
    server: Option<JoinHandle<()>>,
}

impl Served {
    pub(crate) fn new(settings: Settings) -> Self {
        let cloud = Cloud::new(settings);
        let secrets = Arc::<Secrets>::default();
        let learner = Arc::clone(&secrets);
        cloud.watch(move |call, answer| [call, answer].into_iter().for_each(|body| learner.learn(body)));
        let (stop, stopped) = oneshot::channel::<()>();
        let (tell, told) = mpsc::channel();
        let theirs = cloud.clone();
        let server = thread::spawn(move || {
            let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
                tell.send(listener.local_addr().unwrap()).unwrap();
                let ended = async {
                    let _ = stopped.await;
                };
                stackctl_local::serve(theirs, listener, ended).await.unwrap();
            });
        });
        let url = format!("http://{}", told.recv().unwrap());
        Self { cloud, url, secrets, stop: Some(stop), server: Some(server) }
    }

    /// A sandbox whose runs reach this cloud as if it were AWS.
    pub(crate) fn sandbox(&self) -> Sandbox {
        self.reached_from(Sandbox::new())
    }

    /// The same without a configuration.
    pub(crate) fn empty(&self) -> Sandbox {
        self.reached_from(Sandbox::empty())
    }

    fn reached_from(&self, sandbox: Sandbox) -> Sandbox {
        sandbox
            .among(&self.secrets)
            .with("AWS_ENDPOINT_URL", &self.url)
            .with("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
            .with("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI")
    }

    /// Does something on it by hand.
    pub(crate) fn by_hand<T>(&self, work: impl AsyncFnOnce(stackctl::aws::Cloud) -> T) -> T {
        let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async { work(crate::harness::connect(&self.cloud).await).await })
    }

    /// Refuses the next call of an operation.
    pub(crate) fn refuse(&self, operation: &str) {
        let message = "User: arn:aws:iam::000000000000:user/ann is not authorized";
        self.refuse_with(operation, "AccessDeniedException", message);
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
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let effect = Effect::Kill { pid: child.id(), after };
        let operation = Some(format!("cognito-idp:{operation}"));
        self.cloud.add_fault(Fault { operation, skip: 0, times: 1, effect });
        child.wait().unwrap().signal() == Some(9)
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
