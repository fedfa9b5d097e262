//! `stackctl up`: from the configuration to a stack that answers.

use super::{app::App, carry_out::carry_out, interpreters, project, session::Session};
use crate::{
    config::Loaded,
    engine::Consent,
    error::Failure,
    exit::Exit,
    report::{self, Message},
    stack::{self, Packages},
    state::State,
};

pub(crate) async fn run(app: &App) -> Result<Exit, Failure> {
    let loaded = project::load(app)?;
    let packages = project::package(&loaded.config, &loaded.directory)?;
    let (session, state) = bring_up(app, &loaded, &packages).await?;
    let outputs = stack::outputs(&session.config, &state);
    app.report.data(&Message::Outputs(&outputs));
    app.report.tell(&Message::Next { commands: &report::next(&outputs) });
    Ok(Exit::Done)
}

/// Connects, takes the lock, shows what is to be done, asks, and does it.
pub(crate) async fn bring_up(app: &App, loaded: &Loaded, packages: &Packages) -> Result<(Session, State), Failure> {
    if app.common.local {
        interpreters::check(app, &loaded.config)?;
    }
    let session = Session::open(app, loaded, packages).await?;
    session.lock(app).await?;
    let survey = session.survey(app, &session.desired(packages), &Consent::default()).await?;
    let state = carry_out(app, &session, survey, "Bring it up?").await?;
    Ok((session, state))
}
