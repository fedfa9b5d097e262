//! A message that Cognito would have sent, kept by the local emulator.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    card::Card,
    paint::{FAINT, paint},
};

/// A message to a user.
#[derive(Debug, Clone, Serialize, JsonSchema, Deserialize)]
pub(crate) struct Mail {
    /// Its ID, which sorts messages by time.
    pub(crate) id: String,
    #[schemars(with = "String")]
    pub(crate) sent: Timestamp,
    pub(crate) user_pool_id: String,
    pub(crate) username: String,
    /// `EMAIL` or `SMS`.
    pub(crate) medium: String,
    pub(crate) recipient: String,
    pub(crate) subject: Option<String>,
    pub(crate) body: String,
    /// The code or the temporary password.
    pub(crate) code: Option<String>,
    /// The link that confirms a sign-up.
    pub(crate) link: Option<String>,
}

impl Card for Mail {
    const EVENT: &'static str = "mail";

    fn text(&self) -> String {
        let time = paint(FAINT, self.sent.strftime("%Y-%m-%dT%H:%M:%SZ"));
        let subject = self.subject.as_ref().map(|subject| format!(": {subject}")).unwrap_or_default();
        let body = self.body.lines().map(|line| format!("  {line}\n")).collect::<Vec<_>>().concat();
        format!("{time} {} to {}{subject}\n{body}", self.medium, self.recipient)
    }
}
