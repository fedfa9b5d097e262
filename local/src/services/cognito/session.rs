//! Sessions: the challenges between the first request of a sign-in and the tokens.

use std::time::Duration;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::Value;

use crate::{
    services::cognito::{
        context::Context, custom::Custom, moment::Moment, pool::UserPool, random, refusal, srp::Handshake,
    },
    wire::error::AwsError,
};

/// The challenge of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Challenge {
    NewPasswordRequired,
    SoftwareTokenMfa,
    MfaSetup,
    Select,
    Password,
    PasswordSrp,
    PasswordVerifier,
    EmailOtp,
    SmsOtp,
    DeviceSrpAuth,
    DevicePasswordVerifier,
    Custom,
    /// Not a challenge: the session that `ConfirmSignUp` returns for signing in.
    SignedUp,
}

const NAMES: &[(&str, Challenge)] = &[
    ("NEW_PASSWORD_REQUIRED", Challenge::NewPasswordRequired),
    ("SOFTWARE_TOKEN_MFA", Challenge::SoftwareTokenMfa),
    ("MFA_SETUP", Challenge::MfaSetup),
    ("SELECT_CHALLENGE", Challenge::Select),
    ("PASSWORD", Challenge::Password),
    ("PASSWORD_SRP", Challenge::PasswordSrp),
    ("PASSWORD_VERIFIER", Challenge::PasswordVerifier),
    ("EMAIL_OTP", Challenge::EmailOtp),
    ("SMS_OTP", Challenge::SmsOtp),
    ("DEVICE_SRP_AUTH", Challenge::DeviceSrpAuth),
    ("DEVICE_PASSWORD_VERIFIER", Challenge::DevicePasswordVerifier),
    ("CUSTOM_CHALLENGE", Challenge::Custom),
];

impl Challenge {
    pub(super) fn name(self) -> &'static str {
        NAMES.iter().find(|(_, challenge)| *challenge == self).map_or("", |(name, _)| name)
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        NAMES.iter().find(|(known, _)| *known == name).map(|(_, challenge)| *challenge)
    }

    /// Whether the response proves a secret with SRP. It names its session by the secret block.
    pub(super) fn verifies(self) -> bool {
        matches!(self, Self::PasswordVerifier | Self::DevicePasswordVerifier)
    }
}

/// A session. Sessions are not saved to disk, because they expire within minutes: those of before a restart have expired.
#[derive(Debug, Clone)]
pub(super) struct Session {
    /// The key of the user; the name that the caller sent, if there is no such user and the client hides that.
    pub(super) user: String,
    pub(super) client: String,
    pub(super) challenge: Challenge,
    /// Whether an authenticator app has been set up in this session.
    pub(super) app_verified: bool,
    pub(super) handshake: Option<Handshake>,
    /// The one-time password that was sent.
    pub(super) code: Option<String>,
    /// The key of the device that the caller signs in on.
    pub(super) device: Option<String>,
    pub(super) custom: Option<Custom>,
    pub(super) begun: Moment,
    pub(super) used: bool,
}

/// The prefix of sessions in the examples of AWS's API reference. It prevents a leading hyphen, which command lines
/// parse as an option.
const BEGINNING: &str = "AYABe";
/// The random bytes of a session.
const LENGTH: usize = 120;
/// How long a used or expired session is kept, so that its error can name the reason.
const REMEMBERED: Duration = Duration::from_hours(1);

impl Session {
    pub(super) fn new(context: &Context<'_>, user: &str, client: &str, challenge: Challenge) -> Self {
        let (user, client) = (user.to_owned(), client.to_owned());
        Self {
            user,
            client,
            challenge,
            app_verified: false,
            handshake: None,
            code: None,
            device: None,
            custom: None,
            begun: context.now,
            used: false,
        }
    }

    /// The session that follows this one.
    pub(super) fn next(&self, context: &Context<'_>, app_verified: bool) -> Self {
        let device = self.device.clone();
        Self { app_verified, device, ..Self::new(context, &self.user, &self.client, self.challenge) }
    }
}

impl UserPool {
    /// Stores a session and returns its `Session` string or its secret block.
    pub(super) fn open_session(&mut self, context: &Context<'_>, session: Session) -> String {
        // Not at each sign-in, whose time does not depend on the number of sessions.
        if self.sessions.len().is_power_of_two() {
            self.sessions.retain(|_, session| context.now.since(&session.begun) < REMEMBERED);
        }
        let bytes = random::bytes::<LENGTH>();
        let text = if session.challenge.verifies() {
            STANDARD.encode(bytes)
        } else {
            format!("{BEGINNING}{}", URL_SAFE_NO_PAD.encode(bytes))
        };
        self.sessions.insert(text.clone(), session);
        text
    }

    /// The session of a `Session` string, if it is still valid.
    pub(super) fn session(&self, context: &Context<'_>, text: &str) -> Result<Session, AwsError> {
        let expired = || refusal::not_authorized("Invalid session for the user, session is expired.");
        let invalid = || refusal::not_authorized("Invalid session for the user.");
        let session = self.sessions.get(text).ok_or_else(|| if is_ours(text) { expired() } else { invalid() })?;
        let client = self.client(&session.client)?;
        let minutes = client.settings["AuthSessionValidity"].as_u64().unwrap_or(3);
        if session.used {
            return Err(refusal::not_authorized("Invalid session for the user, session can only be used once."));
        }
        if context.now.since(&session.begun) >= Duration::from_secs(minutes * 60) {
            return Err(expired());
        }
        Ok(session.clone())
    }

    /// The session of a device's challenge that followed this one. After a second factor, amazon-cognito-identity-js
    /// responds to that challenge with the session of the factor.
    pub(super) fn device_session(&self, text: &str) -> Option<String> {
        let old = self.sessions.get(text).filter(|old| old.used)?;
        let follows = |next: &Session| {
            next.challenge == Challenge::DeviceSrpAuth
                && !next.used
                && next.user == old.user
                && next.client == old.client
        };
        self.sessions.iter().find(|(_, next)| follows(next)).map(|(text, _)| text.clone())
    }

    /// Marks a session as used. After a rejected response, the user may retry in the same session.
    pub(super) fn close_session(&mut self, text: &str) {
        if let Some(session) = self.sessions.get_mut(text) {
            session.used = true;
        }
    }
}

/// Whether a text has the form of a session. One that is not known began before the last start of the emulator, or is old.
fn is_ours(text: &str) -> bool {
    let bytes = match text.strip_prefix(BEGINNING) {
        Some(rest) => URL_SAFE_NO_PAD.decode(rest),
        None => STANDARD.decode(text),
    };
    bytes.is_ok_and(|bytes| bytes.len() == LENGTH)
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
