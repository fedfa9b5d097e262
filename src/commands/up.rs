//! `stackctl up`: from the configuration to a stack that answers.

use super::{app::App, hindrances, interpreters, packages, project, roll_out::roll_out, session::Session, start};
use crate::{
    cli::UpArgs,
    config::Loaded,
    engine::Consent,
    error::Failure,
    exit::Exit,
    report::{self, Message},
    stack::{self, Packages},
    state::State,
};

pub(crate) async fn run(app: &App, arguments: UpArgs) -> Result<Exit, Failure> {
    app.set_words(arguments.words());
    let loaded = project::load(app)?;
    project::warn_of_others(app, &loaded);
    let packages = project::package(&loaded)?;
    packages::tell(app, &loaded.config, &packages)?;
    let (session, state) = bring_up(app, &loaded, &packages, arguments).await?;
    let outputs = stack::outputs(&session.config, &state);
    app.report.data(&Message::Outputs(&outputs));
    app.report.tell(&Message::Next { commands: &report::next(&outputs, &app.flags()) });
    Ok(Exit::Done)
}

/// Connects, takes the lock, shows what is to be done, asks, does it, and checks what is served then.
///
/// # Errors
/// When not everything was done, or the check has not passed.
pub(crate) async fn bring_up(
    app: &App,
    loaded: &Loaded,
    packages: &Packages,
    arguments: UpArgs,
) -> Result<(Session, State), Failure> {
    if app.common.local {
        interpreters::check(app, &loaded.config)?;
    }
    let mut session = Session::open(app, loaded, packages).await?;
    session.new = arguments.new;
    session.lock(app).await?;
    let survey = session.survey(app, &session.desired(packages), &Consent::default()).await?;
    hindrances::refuse(app, &session, &survey.plan).await?;
    let functions = start::deployed(&survey.plan);
    let state = Box::pin(roll_out(app, &session, survey, arguments)).await?;
    for fault in start::failures(&session, functions.iter().map(String::as_str)).await {
        app.report.tell(&Message::Warning(&fault));
    }
    Ok((session, state))
}
