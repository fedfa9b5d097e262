//! `stackctl up`: from the configuration to a stack that answers.

use super::{app::App, carry_out::carry_out, interpreters, project, session::Session};
use crate::{
    engine::Consent,
    error::Failure,
    exit::Exit,
    report::{self, Message},
    stack,
};

pub(crate) async fn run(app: &App) -> Result<Exit, Failure> {
    let loaded = project::load(app)?;
    let packages = project::package(&loaded.config, &loaded.directory)?;
    if app.common.local {
        interpreters::check(app, &loaded.config)?;
    }
    let session = Session::open(app, &loaded, &packages).await?;
    session.lock(app).await?;
    let survey = session.survey(app, &session.desired(&packages), &Consent::default()).await?;
    let state = carry_out(app, &session, survey, "Bring it up?").await?;
    let outputs = stack::outputs(&session.config, &state);
    app.report.data(&Message::Outputs(&outputs));
    app.report.tell(&Message::Next { commands: &report::next(&outputs) });
    Ok(Exit::Done)
}
