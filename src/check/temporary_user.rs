//! The user of a check: made for it, signed in, and removed, be it by a later run.
//!
//! The name is random and on record before the user is made, so that it is found again whatever happened meanwhile. The
//! record alone deletes no user: an attribute of the user, written with the call that creates it, proves that it is a
//! check's.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::{report::Unmade, runner::CheckRunner};
use crate::{
    aws::Clients,
    engine::{CheckUser, Events, Interrupt, LiveJson, Observed, Resource as _, State},
    resources::user_pool::UserPool,
    users::{AppClient, NewUser, NonInteractive, PoolSettings, SignIn, Tokens, UserError, Users},
};

/// What the names of these users begin with, where they are no telephone numbers.
pub const USER_PREFIX: &str = "stackctl-check-";

/// What follows in a pool whose users sign in with an address.
const DOMAIN: &str = "@example.com";

/// What they begin with where they are telephone numbers: a country that does not exist.
const NUMBER_PREFIX: &str = "+999";

/// The attribute that carries the mark: a standard one of OpenID Connect, which Cognito gives to the users of every pool
/// ("Working with user attributes"). `ClientMetadata` would not be kept.
const MARKED: &str = "nickname";

/// A user of a check, who may not be there yet.
pub(super) struct TemporaryUser<'v> {
    people: Users<'v>,
    settings: PoolSettings,
    client: AppClient,
    name: String,
    mark: String,
}

impl<'v> TemporaryUser<'v> {
    /// Makes up a user that the pool allows. Changes nothing.
    ///
    /// # Errors
    /// When the pool or its client cannot be read, or the client allows no sign-in with a password.
    pub(super) async fn meet<C>(
        check: &'v CheckRunner<'_, C>,
        (pool, client): (&str, &str),
        state: &State,
    ) -> Result<Self, Unmade> {
        let people = Users::of(pool, check.cloud, check.events, check.interrupt);
        let settings = PoolSettings::read(&people).await?;
        let client = AppClient::read(&people, client).await?;
        client.check_flow()?;
        let name = name(&settings);
        Ok(Self { people, settings, client, name, mark: mark(state) })
    }

    /// What is put on record before the user is made.
    pub(super) fn record(&self) -> CheckUser {
        CheckUser { user_pool_id: self.people.pool_id().to_owned(), username: self.name.clone() }
    }

    /// Makes the user and signs in.
    ///
    /// # Errors
    /// When Cognito refuses, or asks for more than a password.
    pub(super) async fn admit(&self) -> Result<Tokens, UserError> {
        let mark = BTreeMap::from([(MARKED.to_owned(), self.mark.clone())]);
        let mut newcomer = NewUser::meet(&self.people, &self.settings, &self.name, &mark).await?;
        for attribute in newcomer.missing() {
            let value = made_up(&attribute, &self.name);
            newcomer.attributes.insert(attribute, value);
        }
        let temporary = newcomer.admit(false).await?;
        let sign_in = SignIn {
            people: &self.people,
            client: &self.client,
            prompt: &NonInteractive,
            user: &self.name,
            chosen: Some(self.settings.password_policy.temporary()),
            attributes: newcomer.attributes.clone(),
        };
        sign_in.with(&temporary).await
    }
}

/// A unique name, in a form that the pool allows.
fn name(settings: &PoolSettings) -> String {
    let token = Uuid::new_v4();
    if settings.username_attributes.contains("email") {
        return format!("{USER_PREFIX}{}{DOMAIN}", token.simple());
    }
    if settings.username_attributes.contains("phone_number") {
        return number(token);
    }
    format!("{USER_PREFIX}{}", token.simple())
}

/// A telephone number that is not in use.
fn number(token: Uuid) -> String {
    format!("{NUMBER_PREFIX}{:011}", token.as_u128() % 100_000_000_000)
}

/// A value that Cognito takes for an attribute that the pool requires.
fn made_up(attribute: &str, name: &str) -> String {
    match attribute {
        "email" => format!("{name}{DOMAIN}"),
        "phone_number" => number(Uuid::new_v4()),
        "birthdate" => "2000-01-01".to_owned(),
        "updated_at" => "0".to_owned(),
        _ => "stackctl".to_owned(),
    }
}

/// What the user on record turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftOver {
    /// There is no such user.
    Gone,
    /// A check of this stack created it.
    Ours,
    /// It does not carry the mark of a check of this stack, or its pool is not this stack's.
    NotOurs,
}

/// What the name of a user in the stack's pool does not prove: that a check of the stack created it.
fn mark(state: &State) -> String {
    format!("check of {}/{} by stackctl", state.stack, state.stage)
}

/// Whether a check makes up names of this form.
fn is_made_up(name: &str) -> bool {
    let (prefixed, number) = (name.strip_prefix(USER_PREFIX), name.strip_prefix(NUMBER_PREFIX));
    let token = prefixed.map(|rest| rest.strip_suffix(DOMAIN).unwrap_or(rest));
    let is_token = |token: &str| token.len() == 32 && token.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_number = |number: &str| number.len() == 11 && number.bytes().all(|byte| byte.is_ascii_digit());
    token.is_some_and(is_token) || number.is_some_and(is_number)
}

/// Whether the pool is one of the stack's, as it was looked at just now.
fn is_owned(pool: &str, observed: &Observed) -> bool {
    let mut looks = observed.recorded.iter().chain(&observed.found);
    let owned = |sight: &LiveJson| sight.outputs["id"] == pool;
    looks.any(|(key, found)| key.kind == UserPool::KIND && found.ours().is_some_and(owned))
}

/// Looks at the user on record. The state may name any user, in any pool: only a user with the mark and a name that checks
/// make up, in a pool of the stack, is taken for that of a check.
///
/// # Errors
/// When the user cannot be looked at.
pub async fn left_over(
    (cloud, events): (&Clients, &dyn Events),
    (user, state): (&CheckUser, &State),
    observed: &Observed,
) -> Result<LeftOver, UserError> {
    if !is_owned(&user.user_pool_id, observed) || !is_made_up(&user.username) {
        return Ok(LeftOver::NotOurs);
    }
    let interrupt = Interrupt::new();
    let people = Users::of(&user.user_pool_id, cloud, events, &interrupt);
    Ok(match people.find(&user.username).await? {
        None => LeftOver::Gone,
        Some(person) if person.attributes.get(MARKED).is_some_and(|value| *value == mark(state)) => LeftOver::Ours,
        Some(_) => LeftOver::NotOurs,
    })
}

/// Deletes a user that a check has created, who may be gone, or never have been there.
///
/// # Errors
/// When Cognito does not delete it; it stays on record then.
pub async fn dismiss((cloud, events): (&Clients, &dyn Events), user: &CheckUser) -> Result<(), UserError> {
    // They are deleted also when the run is cancelled.
    let interrupt = Interrupt::new();
    let people = Users::of(&user.user_pool_id, cloud, events, &interrupt);
    match people.delete(&user.username).await {
        Ok(()) | Err(UserError::UnknownUser { .. } | UserError::NoPool { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_checks_make_up_are_taken_for_theirs() {
        let token = Uuid::new_v4();
        let made = [format!("{USER_PREFIX}{}", token.simple()), format!("{USER_PREFIX}{}{DOMAIN}", token.simple())];
        assert!(made.iter().chain([&number(token)]).all(|name| is_made_up(name)));
        let real = ["ada", "ada@example.com", "stackctl-check-ada", "+4912345678901", "+999123456789012"];
        assert!(real.iter().all(|name| !is_made_up(name)));
    }
}
