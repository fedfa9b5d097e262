//! Codes that prove that a user reads an address: how they are sent, checked and limited.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    services::cognito::{
        context::Context,
        message,
        moment::Moment,
        pool::UserPool,
        random, refusal,
        user::{self, User},
    },
    wire::error::AwsError,
};

/// What a code is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose<'a> {
    /// A sign-up through the client with this ID.
    SignUp(&'a str),
    Password,
    Attribute,
}

/// The limits of one purpose, of AWS's quotas page.
struct Limits {
    valid: Duration,
    /// Per user and hour.
    sent: usize,
    /// Per user and hour.
    wrong: usize,
    text: &'static str,
}

const HOUR: Duration = Duration::from_hours(1);

impl Purpose<'_> {
    fn limits(self) -> Limits {
        let valid = Duration::from_hours(24);
        let text = "Your confirmation code is {####}";
        match self {
            Self::SignUp(_) => Limits { valid, sent: 5, wrong: 15, text },
            Self::Attribute => Limits { valid, sent: 5, wrong: 15, text: "Your verification code is {####}" },
            Self::Password => Limits { valid: HOUR, sent: 20, wrong: 20, text: "Your password reset code is {####}" },
        }
    }

    fn key(self, attribute: &str) -> &str {
        match self {
            Self::SignUp(_) => "sign_up",
            Self::Password => "password",
            Self::Attribute => attribute,
        }
    }
}

/// The latest code for one purpose.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Code {
    text: String,
    sent: Moment,
    /// The codes sent and the wrong codes received in the last hour.
    sends: Vec<Moment>,
    wrong: Vec<Moment>,
}

fn recent(times: &mut Vec<Moment>, now: Moment) -> usize {
    times.retain(|time| now.since(time) < HOUR);
    times.len()
}

impl UserPool {
    /// Sends a code to an address of a user and returns `CodeDeliveryDetails`. A code that was sent before is void.
    pub(super) fn send_code(
        &mut self,
        context: &Context<'_>,
        key: &str,
        purpose: Purpose<'_>,
        attribute: &str,
    ) -> Result<Value, AwsError> {
        let limits = purpose.limits();
        let user = self.users.get_mut(key).ok_or_else(user::missing)?;
        let address =
            user.pending.get(attribute).or_else(|| user.attributes.get(attribute)).cloned().unwrap_or_default();
        let text = random_code();
        let new = Code { text: text.clone(), sent: context.now, sends: Vec::new(), wrong: Vec::new() };
        let code = user.codes.entry(purpose.key(attribute).to_owned()).or_insert(new);
        if recent(&mut code.sends, context.now) >= limits.sent {
            return Err(too_many());
        }
        code.sends.push(context.now);
        (code.text, code.sent) = (text.clone(), context.now);
        let username = user.username.clone();
        let message = match purpose {
            Purpose::SignUp(client) if attribute == "email" && self.sends_links() => {
                message::link(self, &address, &username, link(context, client, &username, &text))
            }
            _ => message::code(self, attribute, &address, &username, (&text, limits.text)),
        };
        let user = self.users[key].clone();
        self.post(context, &user, message);
        Ok(delivery(attribute, &address))
    }

    fn sends_links(&self) -> bool {
        self.setting("VerificationMessageTemplate/DefaultEmailOption") == Some(&json!("CONFIRM_WITH_LINK"))
    }

    /// Accepts the latest code for a purpose, once.
    pub(super) fn accept_code(
        &mut self,
        key: &str,
        purpose: Purpose<'_>,
        given: &str,
        now: Moment,
    ) -> Result<(), AwsError> {
        self.accept_code_of(key, (purpose, ""), given, now)
    }

    /// Like [`Self::accept_code`], for an attribute.
    pub(super) fn accept_code_of(
        &mut self,
        key: &str,
        (purpose, attribute): (Purpose<'_>, &str),
        given: &str,
        now: Moment,
    ) -> Result<(), AwsError> {
        let limits = purpose.limits();
        let user = self.users.get_mut(key).ok_or_else(user::missing)?;
        let purpose = purpose.key(attribute);
        let code = user.codes.get_mut(purpose).filter(|code| !code.text.is_empty()).ok_or_else(expired)?;
        if recent(&mut code.wrong, now) >= limits.wrong {
            return Err(too_many());
        }
        if now.since(&code.sent) >= limits.valid {
            return Err(expired());
        }
        if code.text != given {
            code.wrong.push(now);
            return Err(refusal::refuse(
                "CodeMismatchException",
                "Invalid verification code provided, please try again.",
            ));
        }
        code.text.clear();
        Ok(())
    }

    /// The address that a sign-up verifies. With two, it is the phone number.
    pub(super) fn address_to_verify(&self, user: &User) -> Option<&'static str> {
        let verifies = |name: &&str| self.lists("AutoVerifiedAttributes", name) && user.attributes.contains_key(*name);
        ["phone_number", "email"].into_iter().find(verifies)
    }

    /// The address to which a user gets the code for a new password, by the pool's order.
    pub(super) fn recovery_attribute(&self, user: &User) -> Option<&'static str> {
        let mechanisms = self.setting("AccountRecoverySetting/RecoveryMechanisms").and_then(Value::as_array);
        let mut mechanisms = mechanisms.into_iter().flatten().collect::<Vec<_>>();
        mechanisms.sort_by_key(|mechanism| mechanism["Priority"].as_i64());
        let attributes = mechanisms.iter().filter_map(|mechanism| match mechanism["Name"].as_str()? {
            "verified_email" => Some("email"),
            "verified_phone_number" => Some("phone_number"),
            _ => None,
        });
        attributes.into_iter().find(|attribute| user.verified(attribute))
    }
}

/// The link that confirms a sign-up. On AWS it belongs to the domain of the pool.
fn link(context: &Context<'_>, client: &str, username: &str, code: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("client_id", client), ("user_name", username), ("confirmation_code", code)])
        .finish();
    format!("{}/confirmUser?{query}", context.emulator.endpoint().unwrap_or_default())
}

/// A new code of six digits.
pub(super) fn random_code() -> String {
    random::text(b"0123456789", 6)
}

/// `CodeDeliveryDetails` of an address, which is masked.
pub(super) fn delivery(attribute: &str, address: &str) -> Value {
    let first = |text: &str| text.chars().next().map(String::from).unwrap_or_default();
    let (medium, destination) = if attribute == "email" {
        let (name, domain) = address.split_once('@').unwrap_or((address, address));
        ("EMAIL", format!("{}***@{}***", first(name), first(domain)))
    } else {
        let hidden = address.chars().count().saturating_sub(5);
        let shown = address.chars().skip(hidden + 1).collect::<String>();
        ("SMS", format!("+{}{shown}", "*".repeat(hidden)))
    };
    json!({ "AttributeName": attribute, "DeliveryMedium": medium, "Destination": destination })
}

/// The delivery that a client which hides users reports for an unknown one. AWS derives it from the form of the name.
pub(super) fn simulated(username: &str) -> Value {
    delivery(if username.starts_with('+') { "phone_number" } else { "email" }, username)
}

/// The error for a code that is too old or was never sent.
pub(super) fn expired() -> AwsError {
    refusal::refuse("ExpiredCodeException", "Invalid code provided, please request a code again.")
}

fn too_many() -> AwsError {
    refusal::refuse("LimitExceededException", "Attempt limit exceeded, please try after some time.")
}
