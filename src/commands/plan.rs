//! `stackctl plan`: what `up` would do. Reads only; not even the state is locked.

use crate::{
    cli::{Detailed, NewArgs},
    engine::Consent,
    exit::Exit,
    failure::Failure,
    report::{Message, PlanTable},
    session::{App, Session, deploy, package_remarks, preconditions, project},
};

pub(crate) async fn run(app: &App, detailed: Detailed, new: NewArgs) -> Result<Exit, Failure> {
    let loaded = project::load(app)?;
    project::warn_of_others(app, &loaded);
    let packages = project::package(&loaded)?;
    package_remarks::tell(app, &loaded.config, &packages)?;
    let mut session = Session::open(app, &loaded, &packages).await?;
    session.new = new;
    let survey = session.survey(app, &session.desired(&packages), &Consent::default()).await?;
    app.report.data(&Message::Plan(&PlanTable::new(&survey.plan, &session.catalog)));
    deploy::tell_unchecked(app, &survey);
    for fault in preconditions::find(app, &session, &survey.plan).await {
        app.report.tell(&Message::Warning(&fault));
    }
    let differs = detailed.detailed_exitcode && !survey.plan.is_empty();
    Ok(if differs { Exit::Differences } else { Exit::Done })
}
