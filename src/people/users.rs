//! What an administrator does to one user.

use std::collections::BTreeMap;

use aws_sdk_cognitoidentityprovider::{operation::admin_get_user::AdminGetUserOutput, types::AttributeType};

use super::{People, PeopleError, Secret, newcomer::listed, refusal::About};
use crate::aws::{call, operation};

/// A user of the pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// What Cognito calls them; a UUID where people sign in with an address.
    pub username: String,
    /// As `CONFIRMED` or `FORCE_CHANGE_PASSWORD`.
    pub status: String,
    /// Whether they may sign in.
    pub enabled: bool,
    /// The attributes by name.
    pub attributes: BTreeMap<String, String>,
}

impl People<'_> {
    /// Looks for a user by name; `None` when there is none.
    ///
    /// # Errors
    /// When there is no such pool, or the caller may not look.
    pub async fn find(&self, user: &str) -> Result<Option<Person>, PeopleError> {
        let request = self.cloud.cognito.admin_get_user().user_pool_id(self.pool_id()).username(user);
        let answer = call(&self.context(), &operation::ADMIN_GET_USER, || request.clone().send()).await;
        match answer.map_err(|error| self.about(user, "not looked at").reason(error)) {
            Ok(answer) => Ok(Some(Person::of(answer))),
            Err(PeopleError::UnknownUser { .. }) => Ok(None),
            Err(reason) => Err(reason),
        }
    }

    /// Sets a user's password; a temporary one must be changed when they sign in.
    ///
    /// # Errors
    /// When there is no such user, or Cognito refuses the password.
    pub async fn set_password(&self, user: &str, password: &Secret, temporary: bool) -> Result<(), PeopleError> {
        let request = self.cloud.cognito.admin_set_user_password().user_pool_id(self.pool_id()).username(user);
        let request = request.password(password.reveal()).permanent(!temporary);
        let sent = call(&self.context(), &operation::ADMIN_SET_USER_PASSWORD, || request.clone().send()).await;
        sent.map(drop).map_err(|error| self.about(user, "the password is not set").reason(error))
    }

    /// Sets attributes of a user; the others stay as they are.
    ///
    /// # Errors
    /// When there is no such user, or Cognito refuses a value.
    pub async fn set_attributes(&self, user: &str, values: &BTreeMap<String, String>) -> Result<(), PeopleError> {
        let request = self.cloud.cognito.admin_update_user_attributes().user_pool_id(self.pool_id()).username(user);
        let request = request.set_user_attributes(Some(listed(values)));
        let sent = call(&self.context(), &operation::ADMIN_UPDATE_USER_ATTRIBUTES, || request.clone().send()).await;
        sent.map(drop).map_err(|error| self.about(user, "the attributes are not set").reason(error))
    }

    pub(super) fn about<'a>(&'a self, user: &'a str, failed: &'static str) -> About<'a> {
        About { people: self, user, failed }
    }
}

impl Person {
    fn of(answer: AdminGetUserOutput) -> Self {
        Self {
            username: answer.username,
            status: answer.user_status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
            enabled: answer.enabled,
            attributes: attributes(answer.user_attributes),
        }
    }
}

/// Cognito's list of attributes by name.
fn attributes(list: Option<Vec<AttributeType>>) -> BTreeMap<String, String> {
    let pairs = list.unwrap_or_default().into_iter();
    pairs.map(|attribute| (attribute.name, attribute.value.unwrap_or_default())).collect()
}
