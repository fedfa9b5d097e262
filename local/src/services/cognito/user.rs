//! Users of a pool, and their lookup by username, `sub` or alias.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::{
    services::cognito::{
        context::Context,
        device::Device,
        moment::Moment,
        password::{Failures, Password},
        pool::UserPool,
        refusal,
        srp::Identity,
        totp::SoftwareToken,
        verification::Code,
    },
    store::table::Row,
    wire::error::AwsError,
};

/// The status of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Status {
    Unconfirmed,
    Confirmed,
    ForceChangePassword,
    ResetRequired,
}

/// A user.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct User {
    pub(super) username: String,
    pub(super) sub: String,
    /// All attributes except `sub`, as strings regardless of their type.
    pub(super) attributes: BTreeMap<String, String>,
    pub(super) status: Status,
    pub(super) enabled: bool,
    pub(super) created: Moment,
    pub(super) modified: Moment,
    pub(super) password: Option<Password>,
    pub(super) groups: BTreeSet<String>,
    pub(super) software_token: Option<SoftwareToken>,
    /// The app that is being set up.
    #[serde(skip)]
    pub(super) new_software_token: Option<SoftwareToken>,
    /// A lockout survives a restart.
    #[serde(default)]
    pub(super) failures: Failures,
    /// The codes that were sent, by purpose.
    #[serde(default)]
    pub(super) codes: BTreeMap<String, Code>,
    /// Addresses that are written when they have been verified.
    #[serde(default)]
    pub(super) pending: BTreeMap<String, String>,
    /// The devices of the user, by key.
    #[serde(default)]
    pub(super) devices: BTreeMap<String, Device>,
}

/// The attributes that users can sign in with, besides the username.
pub(super) const NAMES: &[&str] = &["email", "phone_number", "preferred_username"];

/// The error for an unknown user.
pub(super) fn missing() -> AwsError {
    refusal::refuse("UserNotFoundException", "User does not exist.")
}

/// The form of a name in the index. The lookup compares again, as the pool does.
fn term(name: &str) -> String {
    name.to_lowercase()
}

impl Row for User {
    fn terms(&self) -> Vec<String> {
        let attributes = NAMES.iter().filter_map(|name| self.attributes.get(*name));
        attributes.chain([&self.sub]).map(|name| term(name)).collect()
    }
}

impl User {
    /// Whether the attribute `name` has been verified.
    pub(super) fn verified(&self, name: &str) -> bool {
        self.attributes.get(&format!("{name}_verified")).is_some_and(|verified| verified == "true")
    }

    /// The attributes as a list, including `sub`; all of them if `names` is empty.
    pub(super) fn attribute_list(&self, names: &[String]) -> Value {
        let sub = ("sub".to_owned(), self.sub.clone());
        let all = std::iter::once(sub).chain(self.attributes.clone());
        let wanted = all.filter(|(name, _)| names.is_empty() || names.contains(name));
        wanted.map(|(name, value)| json!({ "Name": name, "Value": value })).collect()
    }

    pub(super) fn must_be_unconfirmed(&self) -> Result<(), AwsError> {
        if self.status == Status::Unconfirmed {
            return Ok(());
        }
        let status = json!(self.status);
        let status = status.as_str().unwrap_or_default();
        Err(refusal::not_authorized(format!("User cannot be confirmed. Current status is {status}")))
    }

    /// Sets the password. `pool` is the pool's ID.
    pub(super) fn set_password(&mut self, pool: &str, text: &str, now: Moment) {
        self.password = Some(Password::new(Identity::of_user(pool, &self.username), text, now));
        self.modified = now;
    }

    /// Whether `text` is the password.
    pub(super) fn has_password(&mut self, pool: &str, text: &str) -> bool {
        let identity = Identity::of_user(pool, &self.username);
        self.password.as_mut().is_some_and(|password| password.is(identity, text))
    }

    fn members(&self) -> Map<String, Value> {
        Map::from_iter([
            ("Username".to_owned(), json!(self.username)),
            ("UserCreateDate".to_owned(), self.created.date()),
            ("UserLastModifiedDate".to_owned(), self.modified.date()),
            ("Enabled".to_owned(), json!(self.enabled)),
            ("UserStatus".to_owned(), json!(self.status)),
        ])
    }

    /// The user as list and create operations return it.
    pub(super) fn listed(&self, names: &[String]) -> Value {
        let mut members = self.members();
        members.insert("Attributes".into(), self.attribute_list(names));
        Value::Object(members)
    }

    /// The user as `AdminGetUser` returns it.
    pub(super) fn described(&self) -> Value {
        let mut members = self.members();
        members.insert("UserAttributes".into(), self.attribute_list(&[]));
        members.extend(self.mfa_members());
        Value::Object(members)
    }

    /// The members that list the user's enabled second factors.
    pub(super) fn mfa_members(&self) -> Map<String, Value> {
        let mut members = Map::new();
        if let Some(token) = self.software_token.as_ref().filter(|token| token.enabled) {
            members.insert("UserMFASettingList".into(), json!(["SOFTWARE_TOKEN_MFA"]));
            if token.preferred {
                members.insert("PreferredMfaSetting".into(), json!("SOFTWARE_TOKEN_MFA"));
            }
        }
        members
    }
}

impl UserPool {
    /// The form of a name for comparison: pools are case-sensitive unless `UsernameConfiguration` says otherwise.
    pub(super) fn fold(&self, name: &str) -> String {
        let sensitive = self.setting("UsernameConfiguration/CaseSensitive").is_none_or(|sensitive| sensitive == true);
        if sensitive { name.to_owned() } else { name.to_lowercase() }
    }

    /// The key of the user with this name: a username, a `sub`, or the value of a sign-in attribute.
    pub(super) fn user_key(&self, name: &str) -> Option<String> {
        let folded = self.fold(name);
        if self.users.contains_key(&folded) {
            return Some(folded);
        }
        let means =
            |user: &User| user.sub == name || NAMES.iter().any(|attribute| self.names(user, attribute, &folded));
        let found = self.users.find(&term(name)).find(|(_, user)| means(user));
        found.map(|(key, _)| key.clone())
    }

    /// Whether `attribute` is a sign-in attribute of the user with this value. Email and phone number aliases count
    /// only if verified.
    fn names(&self, user: &User, attribute: &str, folded: &str) -> bool {
        let same = user.attributes.get(attribute).is_some_and(|value| self.fold(value) == *folded);
        let alias = self.lists("AliasAttributes", attribute);
        let counts = attribute == "preferred_username" || user.verified(attribute);
        same && (self.lists("UsernameAttributes", attribute) || (alias && counts))
    }

    /// The key of another user with this value of a sign-in attribute.
    pub(super) fn holder(&self, attribute: &str, value: &str, except: Option<&str>) -> Option<String> {
        let folded = self.fold(value);
        let mut others = self.users.find(&term(value)).filter(|(key, _)| except != Some(key.as_str()));
        others.find(|(_, user)| self.names(user, attribute, &folded)).map(|(key, _)| key.clone())
    }

    /// The user named by the request.
    pub(super) fn user(&self, context: &Context<'_>) -> Result<&User, AwsError> {
        let key = self.user_key(context.text("Username")).ok_or_else(missing)?;
        self.users.get(&key).ok_or_else(missing)
    }

    /// The same user, mutable.
    pub(super) fn user_mut(&mut self, context: &Context<'_>) -> Result<&mut User, AwsError> {
        let key = self.user_key(context.text("Username")).ok_or_else(missing)?;
        self.users.get_mut(&key).ok_or_else(missing)
    }

    /// Deletes a user, their sign-ins and their sessions.
    pub(super) fn remove_user(&mut self, key: &str) {
        self.users.remove(key);
        for event in self.sign_ins_of(key, |_| true) {
            self.sign_ins.remove(&event);
        }
        self.sessions.retain(|_, session| session.user != key);
    }

    /// Rejects the request if one of these triggers is configured: the emulator does not run triggers.
    pub(super) fn refuse_triggers(&self, triggers: &[&str]) -> Result<(), AwsError> {
        let configured = |trigger: &&&str| self.setting(&format!("LambdaConfig/{trigger}")).is_some();
        match triggers.iter().find(configured) {
            Some(trigger) => Err(AwsError::not_imitated(&format!("the trigger {trigger} of a user pool"))),
            None => Ok(()),
        }
    }
}
