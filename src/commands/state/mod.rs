//! `stackctl state …`: one file per verb.

mod migrate;
mod pull;
mod show;

use crate::{
    cli::StateCommand,
    config::Identity,
    exit::Exit,
    failure::Failure,
    hint::{Hint, SuggestedCommand},
    session::{Run, new_stack},
    state::Backend,
};

pub(crate) async fn run(run: &Run, command: StateCommand) -> Result<Exit, Failure> {
    match command {
        StateCommand::Show => show::run(run).await,
        StateCommand::Pull => pull::run(run).await,
        StateCommand::Migrate(arguments) => migrate::run(run, &arguments).await,
    }
}

/// The failure when there is no state.
async fn nothing(run: &Run, (identity, store): (&Identity, &dyn Backend)) -> Failure {
    if let Err(failure) = new_stack::refuse_unknown_stage(run, identity, store).await {
        return failure;
    }
    Failure::failed(format!("{}: state not found", store.place()))
        .hint(SuggestedCommand::stack("up").then(" creates the stack and its state"))
        .hint(Hint::from("if it existed and is missing, ").run(SuggestedCommand::stack("recover")).text(" rebuilds it"))
}
