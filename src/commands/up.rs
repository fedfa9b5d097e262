//! `stackctl up`: from the configuration to a stack that answers.

use crate::{
    cli::UpArgs,
    exit::Exit,
    failure::Failure,
    report::{self, Message},
    session::{App, deploy::bring_up, package_remarks, project},
    stack,
};

pub(crate) async fn run(app: &App, arguments: UpArgs) -> Result<Exit, Failure> {
    app.set_words(arguments.words());
    let loaded = project::load(app)?;
    project::warn_of_others(app, &loaded);
    let packages = project::package(&loaded)?;
    package_remarks::tell(app, &loaded.config, &packages)?;
    let (session, state) = bring_up(app, &loaded, &packages, arguments).await?;
    let outputs = stack::outputs(&session.config, &state);
    app.report.data(&Message::Outputs(&outputs));
    app.report.tell(&Message::Next { commands: &report::next(&outputs, &app.flags()) });
    Ok(Exit::Done)
}
