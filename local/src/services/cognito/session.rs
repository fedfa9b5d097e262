//! Sessions: the challenges between a correct password and the tokens.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

use crate::{
    services::cognito::{context::Context, input::Member, moment::Moment, pool::UserPool, random, refusal},
    wire::error::AwsError,
};

/// The challenge of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Challenge {
    NewPasswordRequired,
    SoftwareTokenMfa,
    MfaSetup,
}

impl Challenge {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::NewPasswordRequired => "NEW_PASSWORD_REQUIRED",
            Self::SoftwareTokenMfa => "SOFTWARE_TOKEN_MFA",
            Self::MfaSetup => "MFA_SETUP",
        }
    }
}

/// A session. Sessions are not saved to disk, because they expire within minutes.
#[derive(Debug, Clone)]
pub(super) struct Session {
    pub(super) user: String,
    pub(super) client: String,
    pub(super) challenge: Challenge,
    /// Whether an authenticator app has been set up in this session.
    pub(super) app_verified: bool,
    begun: Moment,
    used: bool,
}

pub(super) const SESSION: Member = Member::text("Session", 20, 2048).secret();
/// The prefix of sessions in the examples of AWS's API reference. It prevents a leading hyphen, which command lines
/// parse as an option.
const BEGINNING: &str = "AYABe";
/// How long a used or expired session is kept, so that its error can name the reason.
const REMEMBERED: Duration = Duration::from_hours(1);

impl Session {
    pub(super) fn new(context: &Context<'_>, user: &str, client: &str, challenge: Challenge) -> Self {
        let (user, client) = (user.to_owned(), client.to_owned());
        Self { user, client, challenge, app_verified: false, begun: context.now, used: false }
    }

    /// The session that follows this one.
    pub(super) fn next(&self, context: &Context<'_>, app_verified: bool) -> Self {
        Self { app_verified, ..Self::new(context, &self.user, &self.client, self.challenge) }
    }
}

impl UserPool {
    /// Stores a session and returns its `Session` string.
    pub(super) fn open_session(&mut self, context: &Context<'_>, session: Session) -> String {
        self.sessions.retain(|_, session| context.now.since(&session.begun) < REMEMBERED);
        let text = format!("{BEGINNING}{}", URL_SAFE_NO_PAD.encode(random::bytes::<120>()));
        self.sessions.insert(text.clone(), session);
        text
    }

    /// The session of a `Session` string, if it is still valid.
    pub(super) fn session(&self, context: &Context<'_>, text: &str) -> Result<Session, AwsError> {
        let invalid = || refusal::not_authorized("Invalid session for the user.");
        let session = self.sessions.get(text).ok_or_else(invalid)?;
        let client = self.client(&session.client)?;
        let minutes = client.settings["AuthSessionValidity"].as_u64().unwrap_or(3);
        if session.used {
            return Err(refusal::not_authorized("Invalid session for the user, session can only be used once."));
        }
        if context.now.since(&session.begun) >= Duration::from_secs(minutes * 60) {
            return Err(refusal::not_authorized("Invalid session for the user, session is expired."));
        }
        Ok(session.clone())
    }

    /// Marks a session as used. After a rejected response, the user may retry in the same session.
    pub(super) fn close_session(&mut self, text: &str) {
        if let Some(session) = self.sessions.get_mut(text) {
            session.used = true;
        }
    }
}

/// A string value in a map member of the request.
pub(super) fn parameter<'a>(context: &Context<'a>, map: &str, name: &str) -> Option<&'a str> {
    context.member(map)?.get(name).and_then(Value::as_str)
}

/// Like [`parameter`], but required.
pub(super) fn required<'a>(context: &Context<'a>, map: &str, name: &str) -> Result<&'a str, AwsError> {
    let missing = || refusal::invalid_parameter(format!("Missing required parameter {name}"));
    parameter(context, map, name).filter(|value| !value.is_empty()).ok_or_else(missing)
}
