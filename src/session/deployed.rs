//! A stack as recorded in its state, for the commands that use it without changing it.

use super::{Run, Session, connection, emulator, leftover_state, missing_state, project};
use crate::{
    config::{Config, Function, Identity, Outline, did_you_mean, list},
    engine::State,
    failure::Failure,
    hint::SuggestedCommand,
    stack::{self, Outputs},
    state::Backend as _,
};

/// The state of a config. `None` when nothing is recorded and nothing is pending.
pub(crate) async fn recorded(run: &Run, identity: &Identity) -> Result<Option<State>, Failure> {
    let store = connection::store(run, identity).await?;
    let state = leftover_state::load(&*store, leftover_state::unmoved(run, identity).as_ref()).await?;
    Ok(state.filter(|state| !state.is_empty()))
}

/// A stack that is up, or was about to be.
pub(crate) struct DeployedStack {
    identity: Identity,
    /// The config's names and routes, as in [`config::Outline`](crate::config::Outline), with `${account}` replaced by
    /// the account.
    pub(crate) config: Config,
    /// The state, with the current endpoint of the local emulator.
    pub(crate) state: State,
}

impl DeployedStack {
    /// Reads it from the state; calls only S3, where the state is there.
    ///
    /// # Errors
    /// When the config does not identify a stack, or nothing is deployed.
    pub(crate) async fn read(run: &Run) -> Result<Self, Failure> {
        let Outline { identity, config, .. } = project::outline(run)?;
        let Some(mut state) = recorded(run, &identity).await? else {
            return Err(not_deployed(run, &identity, "not deployed").await);
        };
        if run.options.local {
            // The emulator may have restarted on another port since the state was saved. A copied folder has no
            // emulator yet, and the endpoint in its state is that of the original folder.
            state.endpoint = match emulator::Home::beside(&identity.path).url() {
                Some(url) => Some(url),
                None => Some(connection::local_url(run, &identity.path).await?),
            };
        }
        Ok(Self { config: config.with_account(&state.account), identity, state })
    }

    /// Reads the stack. With `--local`, also starts the emulator when it is not running.
    ///
    /// # Errors
    /// As [`Self::read`], or when the local emulator cannot be started.
    pub(crate) async fn reachable(run: &Run) -> Result<Self, Failure> {
        let mut deployed = Self::read(run).await?;
        if run.options.local {
            deployed.state.endpoint = Some(connection::local_url(run, &deployed.identity.path).await?);
        }
        Ok(deployed)
    }

    /// Connects to the account and endpoint of the stack.
    ///
    /// # Errors
    /// When there is no connection, or it is to another account or endpoint.
    pub(crate) async fn connect(&self, run: &Run) -> Result<Session<()>, Failure> {
        let session = Session::connect(run, &self.identity).await?;
        session.check(&self.state)?;
        Ok(session)
    }

    /// A function by its name in the config.
    ///
    /// # Errors
    /// When the config has no function of that name.
    pub(crate) fn function(&self, name: &str) -> Result<(&str, &Function), Failure> {
        let functions = &self.config.functions;
        let names = || functions.keys().map(String::as_str);
        functions.get_key_value(name).map(|(name, function)| (name.as_str(), function)).ok_or_else(|| {
            Failure::usage(format!("no function is named `{name}`"))
                .detail(format!("functions are: {}", list(names())))
                .with_hints(did_you_mean(name, names()))
        })
    }

    /// The outputs of the stack.
    pub(crate) fn outputs(&self) -> Outputs {
        stack::outputs(&self.config, &self.state)
    }
}

/// The failure when the selected stack is not deployed. `what` says so, or names what is missing because of that.
pub(crate) async fn not_deployed(run: &Run, identity: &Identity, what: &str) -> Failure {
    let failure = match missing_state::verify(run, identity).await {
        Ok(absent) => lacks(&format!("{}: {what}", stack_and_stage(identity))).detail(absent),
        Err(failure) => failure,
    };
    let on_local = !run.options.local
        && matches!(connection::on_local(identity).load().await, Ok(Some(state)) if !state.is_empty());
    failure.with_hints(on_local.then_some("it is deployed to the local emulator: add `--local`"))
}

/// The failure when something is not deployed yet.
pub(crate) fn lacks(what: &str) -> Failure {
    Failure::failed(what).hint(SuggestedCommand::stack("up").then(" deploys it"))
}

/// The stack and its stage, for messages.
pub(crate) fn stack_and_stage(identity: &Identity) -> String {
    format!("{}, stage {}", identity.service_name, identity.stage)
}
