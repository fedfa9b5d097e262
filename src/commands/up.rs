//! `stackctl up`: deploys the stack, or applies a plan file.

use std::path::Path;

use crate::{
    cli::UpArgs,
    config::Loaded,
    exit::Exit,
    failure::Failure,
    report::next,
    session::{Run, deploy::bring_up, package_remarks, plan_file::ReadPlan, project},
    stack::{self, FunctionPackages},
};

pub(crate) async fn run(run: &Run, plan: Option<&Path>, arguments: UpArgs) -> Result<Exit, Failure> {
    let planned = plan.map(ReadPlan::read).transpose()?;
    let kept = planned.as_ref().map(ReadPlan::packages).transpose()?.flatten();
    let (loaded, packages) = match kept {
        Some(packages) => (project::load_packaged(run)?, packages),
        None => packaged(run)?,
    };
    let (session, state) = bring_up(run, &loaded, &packages, arguments, planned.as_ref()).await?;
    let outputs = stack::outputs(&session.config, &state);
    let outputs = if session.is_local() { outputs.with_hosts() } else { outputs };
    run.report.data(&outputs);
    run.report.next(next(&outputs));
    Ok(Exit::Done)
}

/// Loads the config and packages the functions.
pub(super) fn packaged(run: &Run) -> Result<(Loaded, FunctionPackages), Failure> {
    let loaded = project::load(run)?;
    project::warn_of_others(run, &loaded);
    let packages = {
        let _progress = run.report.progress("packaging the functions");
        project::package(&loaded)?
    };
    package_remarks::tell(run, &loaded.config, &packages)?;
    Ok((loaded, packages))
}
