//! The key of the user of an emulator. Functions have keys of their own.

use aws_lc_rs::{constant_time, hmac};

use crate::store::hex::hex;

/// The access key of the user.
#[derive(Clone)]
pub struct UserCredentials {
    access_key_id: String,
    secret_access_key: String,
}

impl UserCredentials {
    /// The credentials with this key.
    #[must_use]
    pub fn new(access_key_id: impl Into<String>, secret_access_key: impl Into<String>) -> Self {
        Self { access_key_id: access_key_id.into(), secret_access_key: secret_access_key.into() }
    }

    /// The secret of the key; `None` for another key.
    pub(crate) fn secret_of(&self, access_key_id: &str) -> Option<String> {
        (access_key_id == self.access_key_id).then(|| self.secret_access_key.clone())
    }

    /// A proof that the sender of these parts knows the secret.
    #[must_use]
    pub fn proof(&self, parts: &[&str]) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.secret_access_key.as_bytes());
        hex(hmac::sign(&key, parts.join("\n").as_bytes()).as_ref())
    }

    /// Whether a proof is the one of these parts.
    pub(crate) fn is_proven(&self, proof: &str, parts: &[&str]) -> bool {
        constant_time::verify_slices_are_equal(self.proof(parts).as_bytes(), proof.as_bytes()).is_ok()
    }
}

impl std::fmt::Debug for UserCredentials {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("UserCredentials").field("access_key_id", &self.access_key_id).finish_non_exhaustive()
    }
}
