//! The credentials of functions: each execution environment has its own, as a session of the function's role.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use uuid::Uuid;

use super::{Order, lock};

/// The temporary credentials of one execution environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Credentials {
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    pub(crate) session_token: String,
    /// The ARN of the function's role.
    pub(crate) role: String,
    /// The name of the session, which is the function's.
    pub(crate) session: String,
}

impl Credentials {
    fn new(order: &Order) -> Self {
        let random = || *Uuid::new_v4().as_bytes();
        let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let id: String = random().iter().map(|byte| char::from(letters[usize::from(byte % 32)])).collect();
        let token: Vec<u8> = (0..24).flat_map(|_| random()).collect();
        Self {
            access_key_id: format!("ASIA{id}"),
            secret_access_key: STANDARD.encode([&random()[..], &random()[..14]].concat()),
            session_token: format!("IQoJ{}", STANDARD.encode(token)),
            role: order.version.settings.role.clone(),
            session: order.function_name.clone(),
        }
    }

    /// The ARN of the session, as `GetCallerIdentity` returns it and errors name it.
    pub(crate) fn arn(&self) -> String {
        let account = self.role.split(':').nth(4).unwrap_or_default();
        let role = self.role.rsplit('/').next().unwrap_or_default();
        format!("arn:aws:sts::{account}:assumed-role/{role}/{}", self.session)
    }
}

/// The credentials of the environments that exist, by access key id.
#[derive(Debug, Clone, Default)]
pub(super) struct Issued(Arc<Mutex<HashMap<String, Credentials>>>);

impl Issued {
    /// Issues credentials for an environment.
    pub(super) fn issue(&self, order: &Order) -> Lease {
        let credentials = Credentials::new(order);
        lock(&self.0).insert(credentials.access_key_id.clone(), credentials.clone());
        Lease { credentials, issued: self.clone() }
    }

    pub(super) fn find(&self, access_key_id: &str) -> Option<Credentials> {
        lock(&self.0).get(access_key_id).cloned()
    }
}

/// Credentials that are valid until this value is dropped.
#[derive(Debug)]
pub(super) struct Lease {
    pub(super) credentials: Credentials,
    issued: Issued,
}

impl Drop for Lease {
    fn drop(&mut self) {
        lock(&self.issued.0).remove(&self.credentials.access_key_id);
    }
}
