//! `stackctl state …`: one file per verb.

mod migrate;
mod pull;
mod show;

use crate::{
    cli::StateCommand,
    config::Identity,
    exit::Exit,
    failure::Failure,
    session::{App, new_stack},
    state::Backend,
};

pub(crate) async fn run(app: &App, command: StateCommand) -> Result<Exit, Failure> {
    match command {
        StateCommand::Show => show::run(app).await,
        StateCommand::Pull => pull::run(app).await,
        StateCommand::Migrate(arguments) => migrate::run(app, &arguments).await,
    }
}

/// There is no state at a place.
async fn nothing(app: &App, (identity, store): (&Identity, &dyn Backend)) -> Failure {
    if let Err(failure) = new_stack::refuse_unknown_stage(app, identity, store).await {
        return failure;
    }
    Failure::failed(format!("{}: there is no state", store.place()))
        .hint(format!("`stackctl up{}` makes the stack and its state", app.flags()))
        .hint(format!("if it was there and was lost, `stackctl recover{}` rebuilds it", app.flags()))
}
