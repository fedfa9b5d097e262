//! `stackctl up`: deploys the stack.

use crate::{
    cli::UpArgs,
    exit::Exit,
    failure::Failure,
    report::next,
    session::{Run, deploy::bring_up, package_remarks, project},
    stack,
};

pub(crate) async fn run(run: &Run, arguments: UpArgs) -> Result<Exit, Failure> {
    let loaded = project::load(run)?;
    project::warn_of_others(run, &loaded);
    let packages = {
        let _progress = run.report.progress("packaging the functions");
        project::package(&loaded)?
    };
    package_remarks::tell(run, &loaded.config, &packages)?;
    let (session, state) = bring_up(run, &loaded, &packages, arguments).await?;
    let outputs = stack::outputs(&session.config, &state);
    let outputs = if session.is_local() { outputs.with_hosts() } else { outputs };
    run.report.data(&outputs);
    run.report.next(next(&outputs));
    Ok(Exit::Done)
}
