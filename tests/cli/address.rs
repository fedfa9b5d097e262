//! Where clouds are served, one after the other: a state is of one address only.

use std::{
    net::{Ipv4Addr, TcpListener},
    sync::Arc,
};

use super::sandbox::Sandbox;
use crate::harness::Secrets;

/// An address on this machine, and the secrets of the clouds that are served there. It is kept until the last clone is
/// dropped: who comes while no cloud is served, waits.
#[derive(Clone)]
pub(crate) struct Address {
    listener: Arc<TcpListener>,
    pub(super) secrets: Arc<Secrets>,
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

    pub(super) fn listener(&self) -> TcpListener {
        self.listener.try_clone().unwrap()
    }

    /// Makes the runs of a sandbox reach this address as if it were AWS.
    pub(crate) fn reached_from(&self, sandbox: Sandbox) -> Sandbox {
        sandbox
            .among(&self.secrets)
            .with("AWS_ENDPOINT_URL", &self.url())
            .with("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
            .with("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI")
    }
}
