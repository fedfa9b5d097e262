//! The user of a check: made for it, signed in, and removed, be it by a later run.
//!
//! The name is random and on record before the user is made. So whoever bears it is nobody else, and is found again
//! whatever happened meanwhile; an attribute tells people who look at the pool what it is about.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::{Check, Unmade};
use crate::{
    aws::Cloud,
    engine::{Events, Interrupt},
    people::{AppClient, Newcomer, Nobody, People, PeopleError, PoolSettings, SignIn, Tokens},
    state::{CheckUser, State},
};

/// What the names of these users begin with, where they are no telephone numbers.
pub const USER_PREFIX: &str = "stackctl-check-";

/// The attribute that says what the user is for; every pool has it.
const CLAIM: &str = "nickname";

/// A user of a check, who may not be there yet.
pub(super) struct Visitor<'v> {
    people: People<'v>,
    settings: PoolSettings,
    client: AppClient,
    name: String,
    claim: String,
}

impl<'v> Visitor<'v> {
    /// Makes up a user that the pool allows. Changes nothing.
    ///
    /// # Errors
    /// When the pool or its client cannot be read, or the client lets nobody sign in with a password.
    pub(super) async fn meet<C>(
        check: &'v Check<'_, C>,
        (pool, client): (&str, &str),
        state: &State,
    ) -> Result<Self, Unmade> {
        let people = People::of(pool, check.cloud, check.events, check.interrupt);
        let settings = PoolSettings::read(&people).await?;
        let client = AppClient::read(&people, client).await?;
        client.check_flow()?;
        let name = name(&settings);
        let claim = format!("check of {}/{} by stackctl", state.stack, state.stage);
        Ok(Self { people, settings, client, name, claim })
    }

    /// What is put on record before the user is made.
    pub(super) fn record(&self) -> CheckUser {
        CheckUser { user_pool_id: self.people.pool_id().to_owned(), username: self.name.clone() }
    }

    /// Makes the user and signs in.
    ///
    /// # Errors
    /// When Cognito refuses, or asks for more than a password.
    pub(super) async fn admit(&self) -> Result<Tokens, PeopleError> {
        let claim = BTreeMap::from([(CLAIM.to_owned(), self.claim.clone())]);
        let mut newcomer = Newcomer::meet(&self.people, &self.settings, &self.name, &claim).await?;
        for attribute in newcomer.missing() {
            let value = made_up(&attribute, &self.name);
            newcomer.attributes.insert(attribute, value);
        }
        let temporary = newcomer.admit(false).await?;
        let sign_in = SignIn {
            people: &self.people,
            client: &self.client,
            prompt: &Nobody,
            user: &self.name,
            chosen: Some(self.settings.password_policy.temporary()),
            attributes: newcomer.attributes.clone(),
        };
        sign_in.with(&temporary).await
    }
}

/// A name that nobody else has, in a form by which the pool knows people.
fn name(settings: &PoolSettings) -> String {
    let token = Uuid::new_v4();
    if settings.username_attributes.contains("email") {
        return format!("{USER_PREFIX}{}@example.com", token.simple());
    }
    if settings.username_attributes.contains("phone_number") {
        return number(token);
    }
    format!("{USER_PREFIX}{}", token.simple())
}

/// A telephone number of a country that does not exist.
fn number(token: Uuid) -> String {
    format!("+999{:011}", token.as_u128() % 100_000_000_000)
}

/// A value that Cognito takes for an attribute that the pool requires.
fn made_up(attribute: &str, name: &str) -> String {
    match attribute {
        "email" => format!("{name}@example.com"),
        "phone_number" => number(Uuid::new_v4()),
        "birthdate" => "2000-01-01".to_owned(),
        "updated_at" => "0".to_owned(),
        _ => "stackctl".to_owned(),
    }
}

/// Whether the user that is on record is there.
///
/// # Errors
/// When the pool cannot be looked at.
pub async fn is_there((cloud, events): (&Cloud, &dyn Events), user: &CheckUser) -> Result<bool, PeopleError> {
    let interrupt = Interrupt::new();
    let people = People::of(&user.user_pool_id, cloud, events, &interrupt);
    match people.find(&user.username).await {
        Err(PeopleError::NoPool { .. }) => Ok(false),
        found => Ok(found?.is_some()),
    }
}

/// Removes the user that is on record, who may be gone, or never have been there.
///
/// # Errors
/// When Cognito does not delete them; they stay on record then.
pub async fn dismiss((cloud, events): (&Cloud, &dyn Events), user: &CheckUser) -> Result<(), PeopleError> {
    // Somebody who wishes to stop does not wish them to stay.
    let interrupt = Interrupt::new();
    let people = People::of(&user.user_pool_id, cloud, events, &interrupt);
    match people.delete(&user.username).await {
        Ok(()) | Err(PeopleError::UnknownUser { .. } | PeopleError::NoPool { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}
