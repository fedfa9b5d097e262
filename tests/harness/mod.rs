//! Shared by the tests of the whole: the local emulator without sockets, clients for it, a stack on it, comparisons of
//! its data, and listeners.

mod bridge;
mod command;
mod courier;
pub(crate) mod edited;
mod ids;
pub(crate) mod port;
pub(crate) mod process;
pub(crate) mod project;
mod sealed;
mod secrets;
pub(crate) mod shape;
pub(crate) mod stack;
pub(crate) mod wire;

use std::sync::{Mutex, PoisonError};

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use bytes::Bytes;
use stackctl::{
    aws::{self, ConnectOptions},
    engine::{Claim, Event, Events, Key},
    package::package,
};

pub(crate) use bridge::Bridge;
pub(crate) use sealed::{edited, of_the_future};
pub(crate) use secrets::{Place, Secrets};

/// Clients of a local emulator in this process.
pub(crate) async fn connect(local: &stackctl_local::Emulator) -> aws::Clients {
    connect_by(Bridge::client(local)).await
}

/// Clients of a local emulator that is reached through another HTTP client.
pub(crate) async fn connect_by(client: SharedHttpClient) -> aws::Clients {
    let options = ConnectOptions {
        region: Some("us-west-2".into()),
        local: Some("http://local.test".into()),
        http_client: Some(client),
        ..ConnectOptions::default()
    };
    aws::Clients::connect(options).await.expect("the local emulator accepts all credentials")
}

/// The source hash and the bytes of a package with one file `app.py` with this content.
pub(crate) fn python(content: &str) -> (String, Bytes) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("app.py"), content).expect("a writable folder");
    let package = package(folder.path()).expect("a package");
    (package.source_hash, package.bytes.into())
}

/// The ownership tags of one resource.
pub(crate) fn claim(stack: &str, key: &Key) -> Claim {
    Claim { stack: stack.into(), stage: "dev".into(), key: key.clone(), token: Some(format!("token-of-{stack}")) }
}

/// Records the reasons for waits.
#[derive(Debug, Default)]
pub(crate) struct Listener(Mutex<Vec<String>>);

impl Listener {
    pub(crate) fn heard(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Events for Listener {
    fn emit(&self, event: Event) {
        if let Event::Waiting { reason, .. } = event {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(reason);
        }
    }
}
