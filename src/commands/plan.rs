//! `stackctl plan`: shows the changes that `up` would make. Reads only and does not lock the state.

use crate::{
    cli::PlanArgs,
    engine::Consent,
    exit::Exit,
    failure::Failure,
    session::{
        Run, Session, deploy,
        plan_file::{self, Basis, PlanFile},
        preconditions,
    },
};

use super::up::packaged;

pub(crate) async fn run(run: &Run, arguments: PlanArgs) -> Result<Exit, Failure> {
    let PlanArgs { out, with_packages, detailed, new } = arguments;
    let (loaded, packages) = packaged(run)?;
    let mut session = Session::open(run, &loaded, &packages).await?;
    session.new = new;
    let survey = session.survey(run, &session.desired(&packages), &Consent::default()).await?;
    run.report.plan_data(plan_file::table(&session, &survey));
    deploy::tell_unchecked(run, &survey);
    for fault in preconditions::find(run, &session, &survey.plan).await {
        run.report.warn(&fault);
    }
    if let Some(path) = out {
        let basis = Basis { session: &session, packages: &packages, survey: &survey };
        let file = PlanFile::new(basis, with_packages);
        plan_file::save(&path, &file, &packages)?;
        run.report.tell(&file.card(&path));
    }
    let differs = detailed.detailed_exitcode && !survey.plan.is_empty();
    Ok(if differs { Exit::Differences } else { Exit::Done })
}
