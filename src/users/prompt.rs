//! What only a user knows, and the way to ask for it.

use std::io;

use async_trait::async_trait;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::secret::Secret;

/// Asks a user. What it cannot read, it answers with an error of the operating system.
#[async_trait]
pub trait Prompt: Send + Sync {
    /// Whether a user can be prompted.
    fn is_there(&self) -> bool;

    /// Asks for what others must not see while it is typed.
    async fn hidden(&self, question: &str) -> io::Result<Secret>;

    /// Asks for what others may see.
    async fn line(&self, question: &str) -> io::Result<String>;

    /// Tells why a question comes again.
    fn tell(&self, message: &str);

    /// Shows how an authenticator app is set up.
    fn show(&self, authenticator: &Authenticator);
}

/// The secret that an authenticator app makes codes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authenticator {
    /// In base32, as it is typed into an app.
    pub secret: Secret,
    /// The same for a QR code: an `otpauth` URL that also says whose it is.
    pub url: Secret,
}

impl Authenticator {
    pub(super) fn new(secret: String, issuer: &str, user: &str) -> Self {
        let quoted = |text| utf8_percent_encode(text, NON_ALPHANUMERIC);
        let (issuer, user) = (quoted(issuer), quoted(user));
        let url = format!("otpauth://totp/{issuer}:{user}?secret={secret}&issuer={issuer}");
        Self { secret: Secret::new(secret), url: Secret::new(url) }
    }
}

/// No terminal.
#[derive(Debug, Clone, Copy, Default)]
pub struct NonInteractive;

#[async_trait]
impl Prompt for NonInteractive {
    fn is_there(&self) -> bool {
        false
    }

    async fn hidden(&self, _question: &str) -> io::Result<Secret> {
        Err(io::ErrorKind::UnexpectedEof.into())
    }

    async fn line(&self, _question: &str) -> io::Result<String> {
        Err(io::ErrorKind::UnexpectedEof.into())
    }

    fn tell(&self, _message: &str) {}

    fn show(&self, _authenticator: &Authenticator) {}
}
