//! Making a user, or finishing one that an interrupted run has left half-way.

use std::collections::BTreeMap;

use aws_sdk_cognitoidentityprovider::types::{DeliveryMediumType, MessageActionType};

use super::{
    error::UserError,
    pool::Users,
    secret::Secret,
    settings::PoolSettings,
    user::{User, listed},
};
use crate::aws::{call, operation};

/// A user to be made.
pub struct NewUser<'a> {
    people: &'a Users<'a>,
    settings: &'a PoolSettings,
    name: &'a str,
    pub attributes: BTreeMap<String, String>,
    /// What an interrupted run has left, or an invitation that was not accepted.
    half_made: Option<User>,
}

impl<'a> NewUser<'a> {
    /// Makes sure that the pool allows the name and that no user with a password of their own has it. Changes nothing.
    ///
    /// # Errors
    /// When it does not, or such a user exists.
    pub async fn meet(
        people: &'a Users<'a>,
        settings: &'a PoolSettings,
        name: &'a str,
        given: &BTreeMap<String, String>,
    ) -> Result<Self, UserError> {
        let attributes = settings.attributes(name, given)?;
        let half_made = waiting(name, people.find(name).await?)?;
        Ok(Self { people, settings, name, attributes, half_made })
    }

    /// Whether the user is there and waits for a password.
    #[must_use]
    pub fn is_half_made(&self) -> bool {
        self.half_made.is_some()
    }

    /// The attributes that the pool requires and that are not given, sorted.
    #[must_use]
    pub fn missing(&self) -> Vec<String> {
        let there = |name: &String| {
            let left = self.half_made.as_ref();
            self.attributes.contains_key(name) || left.is_some_and(|person| person.attributes.contains_key(name))
        };
        self.settings.required_attributes.iter().filter(|name| !there(name)).cloned().collect()
    }

    /// Makes the user, and returns the temporary password to sign in with. Cognito sends it to them when `invite`.
    ///
    /// A user who is there and waits for a password gets a new temporary one, because the old one is unknown. It is
    /// not set for good at once: only a sign-in asks for the attributes that are missing.
    ///
    /// # Errors
    /// When Cognito refuses.
    pub async fn admit(&self, invite: bool) -> Result<Secret, UserError> {
        let temporary = self.settings.password_policy.temporary();
        if let Some(person) = &self.half_made {
            self.go_on(person, &temporary, invite).await?;
            return Ok(temporary);
        }
        let action = if invite { None } else { Some(MessageActionType::Suppress) };
        match self.create(&temporary, action).await {
            // The answer to an earlier attempt was lost, or another process was faster.
            Err(UserError::Taken { .. }) => {
                let found = waiting(self.name, self.people.find(self.name).await?)?;
                let person = found.ok_or_else(|| UserError::Taken { user: self.name.to_owned() })?;
                self.go_on(&person, &temporary, invite).await?;
            }
            outcome => outcome?,
        }
        Ok(temporary)
    }

    async fn create(&self, temporary: &Secret, action: Option<MessageActionType>) -> Result<(), UserError> {
        let request = self.people.cloud.cognito.admin_create_user();
        let request = request
            .user_pool_id(self.people.pool_id())
            .username(self.name)
            .temporary_password(temporary.reveal())
            .set_desired_delivery_mediums(self.medium().map(|medium| vec![medium]))
            .set_message_action(action)
            .set_user_attributes(Some(listed(&self.attributes)));
        let sent = call(&self.people.context(), &operation::ADMIN_CREATE_USER, || request.clone().send()).await;
        sent.map(drop).map_err(|error| self.people.about(self.name, "not created").reason(error))
    }

    /// Gives a user who waits the attributes that are wanted and a new temporary password.
    async fn go_on(&self, person: &User, temporary: &Secret, invite: bool) -> Result<(), UserError> {
        let changed = self.changed(person);
        if !changed.is_empty() {
            self.people.set_attributes(self.name, &changed).await?;
        }
        if invite {
            self.create(temporary, Some(MessageActionType::Resend)).await
        } else {
            self.people.set_password(self.name, temporary, true).await
        }
    }

    /// The attributes that a user does not have as they are wanted. An address that changes comes with the word on its
    /// verification: Cognito takes one without it as unverified.
    fn changed(&self, person: &User) -> BTreeMap<String, String> {
        let differs = |name: &String, value: &String| {
            let there = person.attributes.get(name);
            let same_name = !self.settings.case_sensitive && ["email", "preferred_username"].contains(&name.as_str());
            let same = |there: &String| there == value || (same_name && there.eq_ignore_ascii_case(value));
            !there.is_some_and(same)
        };
        let changes = |name: &String| self.attributes.get(name).is_some_and(|value| differs(name, value));
        let wanted = self.attributes.iter().filter(|(name, value)| {
            differs(name, value) || name.strip_suffix("_verified").is_some_and(|address| changes(&address.to_owned()))
        });
        wanted.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// Cognito would send a text message where it is not told otherwise.
    fn medium(&self) -> Option<DeliveryMediumType> {
        let address = |name| self.attributes.contains_key(name);
        if address("email") {
            Some(DeliveryMediumType::Email)
        } else {
            address("phone_number").then_some(DeliveryMediumType::Sms)
        }
    }
}

/// The user when they wait for a password.
fn waiting(name: &str, person: Option<User>) -> Result<Option<User>, UserError> {
    match person {
        Some(person) if !person.is_waiting() => Err(UserError::Exists { user: name.to_owned(), status: person.status }),
        other => Ok(other),
    }
}
