//! `stackctl plan`: shows the changes that `up` would make. Reads only and does not lock the state.

use crate::{
    cli::{Detailed, NewArgs},
    engine::Consent,
    exit::Exit,
    failure::Failure,
    report::PlanTable,
    session::{Run, Session, deploy, package_remarks, preconditions, project},
};

pub(crate) async fn run(run: &Run, detailed: Detailed, new: NewArgs) -> Result<Exit, Failure> {
    let loaded = project::load(run)?;
    project::warn_of_others(run, &loaded);
    let packages = {
        let _progress = run.report.progress("packaging the functions");
        project::package(&loaded)?
    };
    package_remarks::tell(run, &loaded.config, &packages)?;
    let mut session = Session::open(run, &loaded, &packages).await?;
    session.new = new;
    let survey = session.survey(run, &session.desired(&packages), &Consent::default()).await?;
    run.report.plan_data(PlanTable::new(&survey.plan, &session.catalog));
    deploy::tell_unchecked(run, &survey);
    for fault in preconditions::find(run, &session, &survey.plan).await {
        run.report.warn(&fault);
    }
    let differs = detailed.detailed_exitcode && !survey.plan.is_empty();
    Ok(if differs { Exit::Differences } else { Exit::Done })
}
