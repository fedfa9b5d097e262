//! What an administrator does to one user.

use std::collections::BTreeMap;

use aws_sdk_cognitoidentityprovider::{
    operation::admin_get_user::AdminGetUserOutput,
    types::{AttributeType, UserStatusType, UserType},
};
use aws_smithy_types::DateTime;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::{error::UserError, pool::Users, rejection::About, secret::Secret};
use crate::aws::{call, operation};

/// A user of the pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct User {
    /// What Cognito calls them; a UUID where users sign in with an address.
    pub username: String,
    /// As `CONFIRMED` or `FORCE_CHANGE_PASSWORD`.
    pub status: String,
    /// Whether they may sign in.
    pub enabled: bool,
    pub attributes: BTreeMap<String, String>,
    /// When they were made.
    #[schemars(with = "Option<String>")]
    pub created: Option<Timestamp>,
    /// When they were changed last.
    #[schemars(with = "Option<String>")]
    pub modified: Option<Timestamp>,
    /// The second factors that they have turned on; a list of users does not tell.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mfa: Vec<String>,
}

impl Users<'_> {
    /// Looks for a user by name; `None` when there is none.
    ///
    /// # Errors
    /// When there is no such pool, or the caller may not look.
    pub async fn find(&self, user: &str) -> Result<Option<User>, UserError> {
        let request = self.cloud.cognito.admin_get_user().user_pool_id(self.pool_id()).username(user);
        let answer = call(&self.context(), &operation::ADMIN_GET_USER, || request.clone().send()).await;
        match answer.map_err(|error| self.about(user, "not checked").reason(error)) {
            Ok(answer) => Ok(Some(User::of(answer))),
            Err(UserError::UnknownUser { .. }) => Ok(None),
            Err(reason) => Err(reason),
        }
    }

    /// Sets a user's password; a temporary one must be changed when they sign in.
    ///
    /// # Errors
    /// When there is no such user, or Cognito refuses the password.
    pub async fn set_password(&self, user: &str, password: &Secret, temporary: bool) -> Result<(), UserError> {
        let request = self.cloud.cognito.admin_set_user_password().user_pool_id(self.pool_id()).username(user);
        let request = request.password(password.reveal()).permanent(!temporary);
        let sent = call(&self.context(), &operation::ADMIN_SET_USER_PASSWORD, || request.clone().send()).await;
        sent.map(drop).map_err(|error| self.about(user, "the password is not set").reason(error))
    }

    /// Deletes a user, for good.
    ///
    /// # Errors
    /// When there is no such user, or the caller may not.
    pub async fn delete(&self, user: &str) -> Result<(), UserError> {
        let request = self.cloud.cognito.admin_delete_user().user_pool_id(self.pool_id()).username(user);
        let sent = call(&self.context(), &operation::ADMIN_DELETE_USER, || request.clone().send()).await;
        sent.map(drop).map_err(|error| self.about(user, "not deleted").reason(error))
    }

    /// Keeps a user from signing in, and revokes their tokens as far as Cognito can.
    ///
    /// # Errors
    /// When there is no such user, or the caller may not.
    pub async fn disable(&self, user: &str) -> Result<(), UserError> {
        let request = self.cloud.cognito.admin_disable_user().user_pool_id(self.pool_id()).username(user);
        let sent = call(&self.context(), &operation::ADMIN_DISABLE_USER, || request.clone().send()).await;
        sent.map(drop).map_err(|error| self.about(user, "not disabled").reason(error))
    }

    /// Lets a user sign in again.
    ///
    /// # Errors
    /// When there is no such user, or the caller may not.
    pub async fn enable(&self, user: &str) -> Result<(), UserError> {
        let request = self.cloud.cognito.admin_enable_user().user_pool_id(self.pool_id()).username(user);
        let sent = call(&self.context(), &operation::ADMIN_ENABLE_USER, || request.clone().send()).await;
        sent.map(drop).map_err(|error| self.about(user, "not enabled").reason(error))
    }

    /// Sets attributes of a user; the others stay as they are.
    ///
    /// # Errors
    /// When there is no such user, or Cognito refuses a value.
    pub async fn set_attributes(&self, user: &str, values: &BTreeMap<String, String>) -> Result<(), UserError> {
        let request = self.cloud.cognito.admin_update_user_attributes().user_pool_id(self.pool_id()).username(user);
        let request = request.set_user_attributes(Some(listed(values)));
        let sent = call(&self.context(), &operation::ADMIN_UPDATE_USER_ATTRIBUTES, || request.clone().send()).await;
        sent.map(drop).map_err(|error| self.about(user, "the attributes are not set").reason(error))
    }

    pub(super) fn about<'a>(&'a self, user: &'a str, failed: &'static str) -> About<'a> {
        About { people: self, user, failed }
    }
}

impl User {
    fn of(answer: AdminGetUserOutput) -> Self {
        Self {
            username: answer.username,
            status: status(answer.user_status),
            enabled: answer.enabled,
            attributes: attributes(answer.user_attributes),
            created: time(answer.user_create_date),
            modified: time(answer.user_last_modified_date),
            mfa: answer.user_mfa_setting_list.unwrap_or_default(),
        }
    }

    /// A user as lists answer it.
    pub(super) fn listed(user: UserType) -> Self {
        Self {
            username: user.username.unwrap_or_default(),
            status: status(user.user_status),
            enabled: user.enabled,
            attributes: attributes(user.attributes),
            created: time(user.user_create_date),
            modified: time(user.user_last_modified_date),
            mfa: Vec::new(),
        }
    }

    /// Whether their password is a temporary one, and the next sign-in asks for another.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.status == "FORCE_CHANGE_PASSWORD"
    }

    /// What a user calls them: the address where Cognito has made the username up.
    #[must_use]
    pub fn name(&self) -> &str {
        let made_up = self.attributes.get("sub") == Some(&self.username);
        let addresses = ["email", "phone_number"].iter().filter_map(|address| self.attributes.get(*address));
        let address = addresses.into_iter().next().filter(|_| made_up);
        address.unwrap_or(&self.username)
    }
}

fn status(status: Option<UserStatusType>) -> String {
    status.map(|status| status.as_str().to_owned()).unwrap_or_default()
}

/// Cognito's list of attributes by name.
fn attributes(list: Option<Vec<AttributeType>>) -> BTreeMap<String, String> {
    let pairs = list.unwrap_or_default().into_iter();
    pairs.map(|attribute| (attribute.name, attribute.value.unwrap_or_default())).collect()
}

fn time(time: Option<DateTime>) -> Option<Timestamp> {
    Timestamp::from_second(time?.secs()).ok()
}

/// Attributes as Cognito takes them.
pub(super) fn listed(attributes: &BTreeMap<String, String>) -> Vec<AttributeType> {
    let attribute = |(name, value): (&String, &String)| AttributeType::builder().name(name).value(value).build();
    attributes.iter().map(attribute).map(|built| built.expect("an attribute needs a name, which it has")).collect()
}
