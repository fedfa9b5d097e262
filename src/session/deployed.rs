//! A stack as it was last recorded, for the commands that use it and change nothing.

use super::{Run, Session, connection, emulator, leftover_state, missing_state, project};
use crate::{
    config::{Config, Function, Identity, Outline, did_you_mean, list},
    engine::State,
    failure::Failure,
    hint::Command,
    stack::{self, Outputs},
    state::Backend as _,
};

/// The state of a configuration, unless there is nothing in it and nothing was about to be.
pub(crate) async fn recorded(run: &Run, identity: &Identity) -> Result<Option<State>, Failure> {
    let store = connection::store(run, identity).await?;
    let state = leftover_state::load(&*store, leftover_state::unmoved(run, identity).as_ref()).await?;
    Ok(state.filter(|state| !state.is_empty()))
}

/// A stack that is up, or was about to be.
pub(crate) struct Deployed {
    identity: Identity,
    /// Its names and routes as [`config::Outline`](crate::config::Outline) has them, with the account in the place of
    /// `${account}`.
    pub(crate) config: Config,
    /// With the endpoint at which the local cloud answers now.
    pub(crate) state: State,
}

impl Deployed {
    /// Reads it from the state; asks nobody but S3, where the state is there.
    ///
    /// # Errors
    /// When it cannot be read which stack is meant, or nothing is deployed.
    pub(crate) async fn read(run: &Run) -> Result<Self, Failure> {
        let Outline { identity, config, .. } = project::outline(run)?;
        let Some(mut state) = recorded(run, &identity).await? else {
            return Err(not_deployed(run, &identity, "not deployed").await);
        };
        if run.options.local {
            // It may have come back on another port since the state was saved. A folder that is a copy has no server yet,
            // and what its state says of one is about that of the original.
            state.endpoint = match emulator::Home::beside(&identity.path).url() {
                Some(url) => Some(url),
                None => Some(connection::local_url(run, &identity.path).await?),
            };
        }
        Ok(Self { config: config.with_account(&state.account), identity, state })
    }

    /// Reads it, and starts the local cloud where it is on that and it does not run.
    ///
    /// # Errors
    /// As [`Self::read`], or when the local cloud cannot be started.
    pub(crate) async fn reachable(run: &Run) -> Result<Self, Failure> {
        let mut deployed = Self::read(run).await?;
        if run.options.local {
            deployed.state.endpoint = Some(connection::local_url(run, &deployed.identity.path).await?);
        }
        Ok(deployed)
    }

    /// Connects to the cloud that it is on.
    ///
    /// # Errors
    /// When there is no connection, or it is one to another account or endpoint.
    pub(crate) async fn connect(&self, run: &Run) -> Result<Session<()>, Failure> {
        let session = Session::connect(run, &self.identity).await?;
        session.check(&self.state)?;
        Ok(session)
    }

    /// A function by the name that the configuration has for it.
    ///
    /// # Errors
    /// When it has none of that name.
    pub(crate) fn function(&self, name: &str) -> Result<(&str, &Function), Failure> {
        let functions = &self.config.functions;
        let names = || functions.keys().map(String::as_str);
        functions.get_key_value(name).map(|(name, function)| (name.as_str(), function)).ok_or_else(|| {
            Failure::usage(format!("no function is named `{name}`"))
                .detail(format!("functions are: {}", list(names())))
                .with_hints(did_you_mean(name, names()))
        })
    }

    /// What people want to know of it.
    pub(crate) fn outputs(&self) -> Outputs {
        stack::outputs(&self.config, &self.state)
    }
}

/// The stack that was chosen is not deployed; `what` says so, or what it lacks therefore.
pub(crate) async fn not_deployed(run: &Run, identity: &Identity, what: &str) -> Failure {
    let failure = match missing_state::verify(run, identity).await {
        Ok(absent) => lacks(&format!("{}: {what}", stack_and_stage(identity))).detail(absent),
        Err(failure) => failure,
    };
    let on_local = !run.options.local
        && matches!(connection::on_local(identity).load().await, Ok(Some(state)) if !state.is_empty());
    failure.with_hints(on_local.then_some("it is deployed on the local cloud: add `--local`"))
}

/// Not enough is deployed.
pub(crate) fn lacks(what: &str) -> Failure {
    Failure::failed(what).hint(Command::stack("up").then(" deploys it"))
}

/// The stack and its stage, as people are told of them.
pub(crate) fn stack_and_stage(identity: &Identity) -> String {
    format!("{}, stage {}", identity.service_name, identity.stage)
}
