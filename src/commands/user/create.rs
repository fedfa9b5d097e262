//! `stackctl user create`: creates a user, sets the password and signs the user in.

use std::collections::BTreeMap;

use super::auth;
use crate::{
    cli::{PoolArgs, SignInArgs},
    exit::Exit,
    failure::Failure,
    hint::{Hint, SuggestedCommand},
    report::{UserAction, UserChanged},
    session::{
        OnInterrupt, Pool, Run, password,
        terminal::{self, Terminal},
    },
    users::{AppClient, NewUser, PoolSettings, Prompt as _, Secret, SignIn, UserError, Users},
};

/// What was asked for.
pub(crate) struct CreateRequest {
    pub(crate) name: String,
    pub(crate) attributes: BTreeMap<String, String>,
    pub(crate) send_invite: bool,
    pub(crate) sign_in: SignInArgs,
}

pub(crate) async fn run(run: &Run, pool: &PoolArgs, wanted: &CreateRequest) -> Result<Exit, Failure> {
    let given = password::given(run, wanted.sign_in.password_stdin).await?;
    let pool = Pool::open(run, pool).await?;
    let people = pool.people(run);
    let settings = PoolSettings::read(&people).await.map_err(|error| pool.failure(&error))?;
    if wanted.send_invite && given.is_none() {
        let invited = invite(run, &people, &settings, wanted).await;
        return invited.map(|()| Exit::Done).map_err(|error| pool.failure(&error));
    }
    // Everything that can be rejected without a change is checked before the first change.
    if given.is_none() && !terminal::is_there(run) {
        return Err(password::nobody());
    }
    let client = pool.client(&people, wanted.sign_in.client_id.as_deref()).await?;
    client.check_flow().map_err(|error| pool.failure(&error))?;
    let making = Making { run, people: &people, settings: &settings, client: &client, wanted };
    match making.carry_out(given).await {
        Ok(()) => Ok(Exit::Done),
        Err(error) => Err(making.so_far(pool.failure(&error)).await),
    }
}

/// A user that is being created.
struct Making<'a> {
    run: &'a Run,
    people: &'a Users<'a>,
    settings: &'a PoolSettings,
    client: &'a AppClient,
    wanted: &'a CreateRequest,
}

impl Making<'_> {
    async fn carry_out(&self, given: Option<Secret>) -> Result<(), UserError> {
        let Self { run, people, settings, client, wanted } = self;
        if let Some(given) = &given {
            settings.password_policy.check(given)?;
        }
        let newcomer = newcomer(run, people, settings, wanted).await?;
        let chosen = password::chosen(run, given, &settings.password_policy).await?;
        run.cancel.on_interrupt(OnInterrupt::Leave);
        let temporary = newcomer.admit(wanted.send_invite).await?;
        let sign_in = SignIn {
            people,
            client,
            prompt: &Terminal(run),
            user: &wanted.name,
            chosen: Some(chosen),
            attributes: newcomer.attributes.clone(),
        };
        let tokens = sign_in.with(&temporary).await?;
        auth::show(run, &wanted.name, &tokens, wanted.sign_in.access_token);
        Ok(())
    }

    /// Adds the progress to a failure after the first change.
    async fn so_far(&self, failure: Failure) -> Failure {
        if self.run.cancel.policy() != OnInterrupt::Leave {
            return failure;
        }
        match self.people.find(&self.wanted.name).await {
            Ok(Some(person)) if person.is_waiting() => failure.hint(
                Hint::from("the user exists with a temporary password: ")
                    .run(SuggestedCommand::pool("user create").args(&format!(" {}", self.wanted.name)))
                    .text(" continues"),
            ),
            Ok(Some(_)) => failure.detail("the user exists and has the password"),
            _ => failure,
        }
    }
}

/// Makes the user and leaves it to them to choose a password.
async fn invite(
    run: &Run,
    people: &Users<'_>,
    settings: &PoolSettings,
    wanted: &CreateRequest,
) -> Result<(), UserError> {
    let newcomer = newcomer(run, people, settings, wanted).await?;
    run.cancel.on_interrupt(OnInterrupt::Leave);
    newcomer.admit(true).await?;
    run.report.tell(&UserChanged::new(&wanted.name, UserAction::Invited));
    Ok(())
}

/// The desired user, with every attribute that the pool requires.
async fn newcomer<'a>(
    run: &Run,
    people: &'a Users<'a>,
    settings: &'a PoolSettings,
    wanted: &'a CreateRequest,
) -> Result<NewUser<'a>, UserError> {
    let mut newcomer = NewUser::meet(people, settings, &wanted.name, &wanted.attributes).await?;
    if newcomer.is_half_made() {
        let message = format!("{} exists with a temporary password: continuing", wanted.name);
        run.report.note(message);
    }
    let missing = newcomer.missing();
    if !missing.is_empty() && !terminal::is_there(run) {
        return Err(UserError::AttributesMissing { names: missing });
    }
    for name in missing {
        let value = Terminal(run).line(&format!("{name}: ")).await?;
        newcomer.attributes.insert(name, value);
    }
    Ok(newcomer)
}
