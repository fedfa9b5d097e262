//! Detects a stage or stack that is probably a mistake: an undeclared stage, or a changed `deployment.serviceName`.

use super::{
    Run,
    config_origin::{self, Origin},
    connection,
};
use crate::{
    cli::NewArgs,
    config::{Declared, Identity, did_you_mean, list},
    engine::{StackIdentity, State},
    exit::Exit,
    failure::{Failure, Fault},
    hint::{Hint, SuggestedCommand},
    state::Backend,
};

/// The stages and stacks that are known when a stack has no recorded resources.
struct Known<'a> {
    stack: &'a str,
    stage: &'a str,
    origin: Origin,
    declared: Declared,
    /// The states that share the stack or the stage.
    states: Vec<State>,
}

/// Checks that a new stack is intended.
///
/// # Errors
/// When its stage may be mistyped, or its name was changed, and no flag confirms that.
pub(crate) async fn refuse(
    run: &Run,
    (place, store): (&StackIdentity, &dyn Backend),
    new: NewArgs,
) -> Result<(), Failure> {
    let known = Known::read(run, (&place.stack, &place.stage), store).await;
    if !new.new_stage {
        known.check_stage(run).map_err(|failure| failure.hint(NEW_STAGE))?;
    }
    if new.new_stack { Ok(()) } else { known.check_name(run) }
}

const NEW_STAGE: &str = "to create this stage, declare it in `stages` or pass `--new-stage`";

/// Checks the stage of a stack without recorded resources.
///
/// # Errors
/// When the stage is not declared, and other stages are declared or recorded.
pub(crate) async fn refuse_unknown_stage(run: &Run, identity: &Identity, store: &dyn Backend) -> Result<(), Failure> {
    Known::read(run, (&identity.service_name, &identity.stage), store).await.check_stage(run)
}

/// Names the stacks with other names that were deployed from the same config file. `deployment.serviceName` may have
/// been changed since.
///
/// # Errors
/// When the store of the state cannot be connected to.
pub(crate) async fn renamed(run: &Run, identity: &Identity) -> Result<Vec<Fault>, Failure> {
    let store = connection::store(run, identity).await?;
    let known = Known::read(run, (&identity.service_name, &identity.stage), &*store).await;
    let fault = |old: &State| {
        let message = format!("`{}`, stage {}, was deployed from this file before", old.stack, old.stage);
        let delete = down(old).then(" deletes it");
        known.fault_about(run, old, message).hint(delete)
    };
    Ok(known.renamed_from().into_iter().map(fault).collect())
}

/// The names of the stacks, for a sentence.
fn names(old: &[&State]) -> String {
    old.iter().map(|state| format!("`{}`", state.stack)).collect::<Vec<_>>().join(" or ")
}

/// Deletes a stack that was renamed.
fn down(old: &State) -> SuggestedCommand {
    SuggestedCommand::stack("down").args(&format!(" --service-name {}", old.stack))
}

/// The hint with the commands that delete them.
fn downs(old: &[&State]) -> Hint {
    let hint = Hint::from("to delete it first, run ");
    let and = |at: usize| if at == 0 { "" } else { " and " };
    old.iter().enumerate().fold(hint, |hint, (at, state)| hint.text(and(at)).run(down(state)))
}

/// As [`refuse_unknown_stage`], without a connection. States in a bucket are not considered.
///
/// # Errors
/// As [`refuse_unknown_stage`].
pub(crate) async fn refuse_unknown_stage_offline(run: &Run, identity: &Identity) -> Result<(), Failure> {
    let folder = identity.path.with_file_name(&identity.state.path);
    let in_folder = || connection::in_folder(identity, &folder);
    let store = if run.options.local { connection::on_local(identity) } else { in_folder() };
    let here = run.options.local || identity.state.s3.is_none();
    if here && matches!(store.load().await, Ok(Some(state)) if !state.is_empty()) {
        return Ok(());
    }
    refuse_unknown_stage(run, identity, &store).await.map_err(|failure| failure.hint(NEW_STAGE))
}

impl<'a> Known<'a> {
    async fn read(run: &Run, (stack, stage): (&'a str, &'a str), store: &dyn Backend) -> Self {
        // Where states cannot be listed, only the declared stages are known.
        let states = store.alike([stack, stage]).await.unwrap_or_default();
        Self {
            stack,
            stage,
            origin: config_origin::of(run, store),
            declared: Declared::read(&run.options.config),
            states: states.into_iter().filter(|state| !state.is_empty()).collect(),
        }
    }

    fn check_stage(&self, run: &Run) -> Result<(), Failure> {
        let stage = self.stage;
        let (declared, recorded) = (self.declared.names(), self.recorded_stages());
        // Without `stages` there is one stage, unless a flag selects another.
        let usual = run.options.stage.is_none() && self.declared.stages.is_empty();
        let others = !self.declared.stages.is_empty() || !recorded.is_empty();
        if usual || !others || declared.contains(&stage) {
            return Ok(());
        }
        let config = run.options.config.display();
        let mut failure = Failure::usage(format!("stage `{stage}` is neither declared in {config} nor recorded"));
        for (what, names) in [("declared", &declared), ("recorded", &recorded)] {
            if !names.is_empty() {
                failure = failure.detail(format!("{what}: {}", list(names.iter().copied())));
            }
        }
        Err(failure.with_hints(did_you_mean(stage, declared.into_iter().chain(recorded))))
    }

    /// The recorded stages of this stack, and those of other stacks of this config file.
    fn recorded_stages(&self) -> Vec<&str> {
        let ours = self.states.iter().filter(|state| state.stack == self.stack || self.is_renamed(state));
        let mut stages: Vec<&str> = ours.map(|state| &*state.stage).collect();
        stages.sort_unstable();
        stages.dedup();
        stages
    }

    fn check_name(&self, run: &Run) -> Result<(), Failure> {
        let old = self.renamed_from();
        if old.is_empty() {
            return Ok(());
        }
        let new = self.stack;
        let fault = |old: &&State| {
            let State { stack, stage, .. } = old;
            let was = format!("`{stack}`, stage {stage}, was deployed from this file");
            self.fault_about(run, old, format!("`{new}` would be a second stack: {was}"))
        };
        Err(Failure { exit: Exit::Usage, errors: old.iter().map(fault).collect(), hints: Vec::new() }
            .hint(format!("to keep it, set `deployment.serviceName` back to {}", names(&old)))
            .hint(downs(&old))
            .hint(format!("to create `{new}` beside it, pass `--new-stack`")))
    }

    /// The stacks with other names and this stage that were deployed from this config file.
    fn renamed_from(&self) -> Vec<&State> {
        self.states.iter().filter(|state| state.stage == self.stage && self.is_renamed(state)).collect()
    }

    fn fault_about(&self, run: &Run, old: &State, message: String) -> Fault {
        let State { stack, region, account, resources, .. } = old;
        let recorded =
            format!("{} resources of `{stack}` are recorded in account {account} in {region}", resources.len());
        Fault::from(self.declared.of_service_name(&run.options.config, message)).detail(recorded)
    }

    /// Whether a state belongs to another stack that was deployed from this config file.
    fn is_renamed(&self, state: &State) -> bool {
        self.origin.is_of(state) && state.stack != self.stack
    }
}
