//! Stages and stacks that may be mistaken: a stage that is not declared, a stack whose `deployment.serviceName` was changed.

use super::{
    app::App,
    connection,
    origin::{self, Origin},
    session::is_empty,
};
use crate::{
    cli::NewArgs,
    config::{Declared, Identity, did_you_mean, list},
    error::{Failure, Fault},
    exit::Exit,
    state::{Backend, Place, State, Store as _},
};

/// The stages and stacks that are known beside a stack of which nothing is recorded.
struct Known<'a> {
    /// The stack.
    stack: &'a str,
    /// Its stage.
    stage: &'a str,
    origin: Origin,
    declared: Declared,
    /// What is recorded at places named alike.
    states: Vec<State>,
}

/// Makes sure that a stack that would be created is meant to be another one than those that are there.
///
/// # Errors
/// When its stage may be mistyped, or its name was changed, and the flags do not say that this is meant.
pub(super) async fn refuse(app: &App, (place, store): (&Place, &dyn Backend), new: NewArgs) -> Result<(), Failure> {
    let known = Known::read(app, (&place.stack, &place.stage), store).await;
    if !new.new_stage {
        known.check_stage(app).map_err(|failure| failure.hint(NEW_STAGE))?;
    }
    if new.new_stack { Ok(()) } else { known.check_name(app) }
}

const NEW_STAGE: &str = "to create this stage, declare it in `stages` or pass `--new-stage`";

/// Makes sure that the stage of a stack of which nothing is recorded is one that there may be.
///
/// # Errors
/// When it is not declared, and others are or are recorded.
pub(super) async fn refuse_unknown_stage(app: &App, identity: &Identity, store: &dyn Backend) -> Result<(), Failure> {
    Known::read(app, (&identity.service_name, &identity.stage), store).await.check_stage(app)
}

/// The same without a connection: of a state in a bucket nothing is known then.
///
/// # Errors
/// As [`refuse_unknown_stage`].
pub(super) async fn refuse_unknown_stage_offline(app: &App, identity: &Identity) -> Result<(), Failure> {
    let folder = identity.path.with_file_name(&identity.state.path);
    let in_folder = || connection::in_folder(identity, &folder);
    let store = if app.common.local { connection::on_local(identity) } else { in_folder() };
    let here = app.common.local || identity.state.s3.is_none();
    if here && matches!(store.load().await, Ok(Some(state)) if !is_empty(&state)) {
        return Ok(());
    }
    refuse_unknown_stage(app, identity, &store).await.map_err(|failure| failure.hint(NEW_STAGE))
}

impl<'a> Known<'a> {
    async fn read(app: &App, (stack, stage): (&'a str, &'a str), store: &dyn Backend) -> Self {
        // Where the places cannot be listed, only what is declared is known.
        let states = store.alike([stack, stage]).await.unwrap_or_default();
        Self {
            stack,
            stage,
            origin: origin::of(app, store),
            declared: Declared::read(&app.common.config),
            states: states.into_iter().filter(|state| !is_empty(state)).collect(),
        }
    }

    fn check_stage(&self, app: &App) -> Result<(), Failure> {
        let stage = self.stage;
        let (declared, recorded) = (self.declared.names(), self.recorded_stages());
        // Without `stages` there is one stage, unless a flag names another.
        let usual = app.common.stage.is_none() && self.declared.stages.is_empty();
        let others = !self.declared.stages.is_empty() || !recorded.is_empty();
        if usual || !others || declared.contains(&stage) {
            return Ok(());
        }
        let config = app.common.config.display();
        let mut failure = Failure::usage(format!("stage `{stage}` is neither declared in {config} nor recorded"));
        for (what, names) in [("declared", &declared), ("recorded", &recorded)] {
            if !names.is_empty() {
                failure = failure.detail(format!("{what}: {}", list(names.iter().copied())));
            }
        }
        Err(failure.with_hints(did_you_mean(stage, declared.into_iter().chain(recorded))))
    }

    /// The stages of this stack that are recorded, and those of other stacks of this config file.
    fn recorded_stages(&self) -> Vec<&str> {
        let ours = self.states.iter().filter(|state| state.stack == self.stack || self.is_renamed(state));
        let mut stages: Vec<&str> = ours.map(|state| &*state.stage).collect();
        stages.sort_unstable();
        stages.dedup();
        stages
    }

    fn check_name(&self, app: &App) -> Result<(), Failure> {
        let Self { stack: service_name, stage, .. } = self;
        let old: Vec<&State> =
            self.states.iter().filter(|state| state.stage == *stage && self.is_renamed(state)).collect();
        if old.is_empty() {
            return Ok(());
        }
        let errors = old.iter().map(|state| self.renamed(app, state)).collect();
        let names: Vec<String> = old.iter().map(|state| format!("`{}`", state.stack)).collect();
        let down = old.iter().map(|state| format!("`stackctl down --service-name {}{}`", state.stack, app.flags()));
        Err(Failure { exit: Exit::Usage, errors, hints: Vec::new() }
            .hint(format!("to keep it, set `deployment.serviceName` back to {}", names.join(" or ")))
            .hint(format!("to delete it first, run {}", down.collect::<Vec<_>>().join(" and ")))
            .hint(format!("to create `{service_name}` beside it, pass `--new-stack`")))
    }

    fn renamed(&self, app: &App, old: &State) -> Fault {
        let State { stack, stage, region, account, resources, .. } = old;
        let new = self.stack;
        let message = format!("`{new}` would be a second stack: `{stack}`, stage {stage}, was deployed from this file");
        let recorded =
            format!("{} resources of `{stack}` are recorded in account {account} in {region}", resources.len());
        Fault::from(self.declared.of_service_name(&app.common.config, message)).detail(recorded)
    }

    /// Whether a state is of another stack that was deployed from this config file.
    fn is_renamed(&self, state: &State) -> bool {
        self.origin.is_of(state) && state.stack != self.stack
    }
}
