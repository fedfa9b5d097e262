//! A prompt with scripted replies.

use std::{
    collections::VecDeque,
    io,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use async_trait::async_trait;
use stackctl::users::{Authenticator, Prompt, Secret};

use super::totp;

/// A reply to a prompt.
#[derive(Debug, Clone, Copy)]
pub(super) enum Reply {
    Says(&'static str),
    /// The code that the app shows this many steps of 30 seconds from now.
    Code(u64),
    /// A code after this delay.
    After(Duration, &'static str),
}

#[derive(Debug, Default)]
struct Inner {
    replies: VecDeque<Reply>,
    heard: Vec<String>,
    secret: Option<String>,
}

/// A prompt that replies in a fixed order and records the questions.
#[derive(Debug, Default)]
pub(super) struct Script(Mutex<Inner>);

impl Script {
    pub(super) fn new(replies: &[Reply]) -> Self {
        Self(Mutex::new(Inner { replies: replies.iter().copied().collect(), ..Inner::default() }))
    }

    /// The questions and messages in order, one per line.
    pub(super) fn heard(&self) -> String {
        self.inner().heard.join("\n")
    }

    /// Whether all replies were used.
    pub(super) fn is_over(&self) -> bool {
        self.inner().replies.is_empty()
    }

    /// The secret of the authenticator app that was shown.
    pub(super) fn secret(&self) -> String {
        self.inner().secret.clone().unwrap()
    }

    /// Sets the secret of an authenticator app from an earlier sign-in.
    pub(super) fn knowing(self, secret: String) -> Self {
        self.inner().secret = Some(secret);
        self
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn answer(&self, question: String) -> io::Result<String> {
        let reply = {
            let mut inner = self.inner();
            inner.heard.push(question);
            inner.replies.pop_front()
        };
        match reply {
            Some(Reply::Says(text)) => Ok(text.to_owned()),
            Some(Reply::Code(steps)) => {
                let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
                Ok(totp::code(&self.secret(), now + 30 * steps))
            }
            Some(Reply::After(late, text)) => {
                tokio::time::advance(late).await;
                Ok(text.to_owned())
            }
            None => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

#[async_trait]
impl Prompt for Script {
    fn is_there(&self) -> bool {
        true
    }

    async fn hidden(&self, question: &str) -> io::Result<Secret> {
        self.answer(format!("hidden: {question}")).await.map(Secret::new)
    }

    async fn line(&self, question: &str) -> io::Result<String> {
        self.answer(format!("asked: {question}")).await
    }

    fn tell(&self, message: &str) {
        self.inner().heard.push(format!("told: {message}"));
    }

    fn show(&self, authenticator: &Authenticator) {
        let mut inner = self.inner();
        let secret = authenticator.secret.reveal().to_owned();
        inner.heard.push(format!("shown: {}", authenticator.url.reveal().replace(&secret, "SECRET")));
        inner.secret = Some(secret);
    }
}
