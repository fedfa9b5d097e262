//! The messages that Cognito would send, kept so that they can be read.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    emulator::{Emulator, activity::Entry},
    services::cognito::{
        context::Context,
        pool::UserPool,
        trigger::{Invocation, Subject, Then},
        user::User,
    },
    store::table::Row,
};

/// How many messages of a pool are kept.
const KEPT: usize = 500;

/// The triggers that send messages, which the emulator does not invoke.
pub(super) const TRIGGERS: &[&str] = &["CustomEmailSender", "CustomSMSSender"];

/// A message to a user.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Message {
    /// Sorts messages by the time at which they were sent.
    id: String,
    sent: Timestamp,
    #[serde(default)]
    user_pool_id: String,
    username: String,
    /// `EMAIL` or `SMS`.
    medium: String,
    recipient: String,
    /// Of an email.
    subject: Option<String>,
    body: String,
    /// The code or the temporary password.
    code: Option<String>,
    link: Option<String>,
}

impl Row for Message {}

/// The messages of all pools after the one with the ID `after`, in the order in which they were sent.
pub(crate) fn mail(emulator: &Emulator, after: &str) -> Vec<Message> {
    let world = emulator.world();
    let kept = world.cognito.pools.values().flat_map(|pool| pool.messages.values());
    let mut messages = kept.filter(|message| message.id.as_str() > after).cloned().collect::<Vec<_>>();
    messages.sort_by(|one, other| one.id.cmp(&other.id));
    messages
}

/// What happened after the entry with the ID `after`, with the messages sent since the start, in the order of time.
pub(crate) fn with_mail(emulator: &Emulator, after: &str) -> Vec<Entry> {
    // No message is made while the world is locked, so a later call misses none.
    let world = emulator.world();
    let kept = world.cognito.pools.values().flat_map(|pool| pool.messages.values());
    let messages = kept.filter(|message| message.id.as_str() > after && message.sent >= emulator.started_at());
    let mut entries: Vec<Entry> = messages.map(Message::entry).collect();
    entries.extend(emulator.activity().after(after));
    entries.sort_by(|one, other| one.id.cmp(&other.id));
    entries
}

impl Message {
    /// The message, sent now, in the words of a response of `CustomMessage`. A text without the code is not used.
    pub(super) fn worded(mut self, response: &Value) -> Self {
        (self.id, self.sent) = (Uuid::now_v7().to_string(), Timestamp::now());
        let text = response[if self.subject.is_some() { "emailMessage" } else { "smsMessage" }].as_str();
        let text = text.map(|text| text.replace(USERNAME, &self.username));
        let body = text.and_then(|text| match (&self.code, &self.link) {
            (Some(code), _) if text.contains(CODE) => Some(text.replace(CODE, code)),
            (_, Some(link)) => with_link(&text, link),
            _ => None,
        });
        self.body = body.unwrap_or(self.body);
        let subject = response["emailSubject"].as_str().filter(|_| self.subject.is_some());
        self.subject = subject.map(str::to_owned).or(self.subject);
        self
    }

    /// The message without its body, which has the code.
    fn entry(&self) -> Entry {
        let subject = self.subject.as_ref().map(|subject| format!(": {subject}")).unwrap_or_default();
        Entry {
            id: self.id.clone(),
            at: self.sent,
            kind: "mail",
            user: Some(self.username.clone()),
            message: Some(format!("{} to {}{subject}", self.medium, self.recipient)),
            ..Entry::default()
        }
    }
}

impl UserPool {
    /// Keeps a message as sent.
    pub(super) fn send(&mut self, message: Message) {
        let message = Message { user_pool_id: self.id.clone(), ..message };
        self.messages.insert(message.id.clone(), message);
        if self.messages.len() > KEPT
            && let Some(oldest) = self.messages.keys().next().cloned()
        {
            self.messages.remove(&oldest);
        }
    }

    /// Sends a message to a user, in the words of the trigger `CustomMessage` if the pool has it.
    pub(super) fn post(&mut self, context: &Context<'_>, user: &User, message: Message) {
        let source = match &*context.call.operation {
            "SignUp" => "CustomMessage_SignUp",
            "AdminCreateUser" => "CustomMessage_AdminCreateUser",
            "ResendConfirmationCode" => "CustomMessage_ResendCode",
            "ForgotPassword" | "AdminResetUserPassword" => "CustomMessage_ForgotPassword",
            "GetUserAttributeVerificationCode" => "CustomMessage_VerifyUserAttribute",
            "UpdateUserAttributes" | "AdminUpdateUserAttributes" => "CustomMessage_UpdateUserAttribute",
            _ => "CustomMessage_Authentication",
        };
        let username = (source == "CustomMessage_AdminCreateUser").then_some(USERNAME);
        let request = json!({
            "userAttributes": user.event_attributes(), "codeParameter": CODE, "linkParameter": "{##Click Here##}",
            "usernameParameter": username,
        });
        let response = json!({ "smsMessage": null, "emailMessage": null, "emailSubject": null });
        let client = context.call.text("ClientId").unwrap_or("CLIENT_ID_NOT_APPLICABLE");
        let subject = Subject { pool: self, username: &user.username, client };
        match Invocation::new(subject, source, &context.with_metadata(request), &response) {
            Some(invocation) => {
                context.then_with(Then::Message(self.id.clone(), Box::new(message)), Some(invocation));
            }
            None => self.send(message),
        }
    }

    /// A text of the pool's settings, or else `default`.
    fn text<'a>(&'a self, setting: &str, default: &'a str) -> &'a str {
        self.setting(setting).and_then(|text| text.as_str()).unwrap_or(default)
    }
}

/// An email if the attribute is `email`, otherwise a text message, which has no subject.
fn message(attribute: &str, address: &str, username: &str, (subject, body): (&str, String)) -> Message {
    let email = attribute == "email";
    Message {
        id: Uuid::now_v7().to_string(),
        sent: Timestamp::now(),
        user_pool_id: String::new(),
        username: username.to_owned(),
        medium: if email { "EMAIL" } else { "SMS" }.to_owned(),
        recipient: address.to_owned(),
        subject: email.then(|| subject.to_owned()),
        body,
        code: None,
        link: None,
    }
}

const CODE: &str = "{####}";
const USERNAME: &str = "{username}";

/// A text with the link in place of its label, if it has one.
fn with_link(text: &str, link: &str) -> Option<String> {
    let (before, rest) = text.split_once("{##")?;
    let (label, after) = rest.split_once("##}")?;
    Some(format!("{before}<a href=\"{link}\">{label}</a>{after}"))
}

/// The code of a one-time password sign-in.
pub(super) fn sign_in(attribute: &str, address: &str, username: &str, code: &str) -> Message {
    let body = format!("Your sign-in code is {code}.");
    let message = message(attribute, address, username, ("Your sign-in code", body));
    Message { code: Some(code.to_owned()), ..message }
}

/// The invitation with the temporary password.
pub(super) fn invitation(pool: &UserPool, attribute: &str, address: &str, username: &str, password: &str) -> Message {
    let default = "Your username is {username} and temporary password is {####}.";
    let template = |name: &str| format!("AdminCreateUserConfig/InviteMessageTemplate/{name}");
    let subject = pool.text(&template("EmailSubject"), "Your temporary password");
    let body = pool.text(&template(if attribute == "email" { "EmailMessage" } else { "SMSMessage" }), default);
    let body = body.replace("{username}", username).replace(CODE, password);
    Message { code: Some(password.to_owned()), ..message(attribute, address, username, (subject, body)) }
}

/// The message with a code for `attribute`. `default` is its text unless the pool has a template.
pub(super) fn code(
    pool: &UserPool,
    attribute: &str,
    address: &str,
    username: &str,
    (code, default): (&str, &str),
) -> Message {
    let template = if attribute == "email" { "EmailMessage" } else { "SmsMessage" };
    let subject = pool.text("VerificationMessageTemplate/EmailSubject", "Your verification code");
    let body = pool.text(&format!("VerificationMessageTemplate/{template}"), default);
    let body = body.replace("{username}", username).replace(CODE, code);
    Message { code: Some(code.to_owned()), ..message(attribute, address, username, (subject, body)) }
}

/// The email with a link that confirms the sign-up.
pub(super) fn link(pool: &UserPool, address: &str, username: &str, link: String) -> Message {
    let default = "Please click the link below to verify your email address. {##Verify Email##}";
    let subject = pool.text("VerificationMessageTemplate/EmailSubjectByLink", "Your verification link");
    let body = pool.text("VerificationMessageTemplate/EmailMessageByLink", default).replace("{username}", username);
    let body = with_link(&body, &link).unwrap_or(body);
    Message { link: Some(link), ..message("email", address, username, (subject, body)) }
}
