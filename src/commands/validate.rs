//! `stackctl validate`: finds every problem of every stage without a request to AWS.

use crate::{
    config::{Config, Loaded},
    exit::Exit,
    failure::Failure,
    report::{Valid, ValidStage},
    session::{Run, new_stack, package_remarks::Remarks, project},
};

pub(crate) async fn run(run: &Run, new_stage: bool) -> Result<Exit, Failure> {
    let stages = project::check(run)?;
    if let ([loaded], false) = (&stages[..], new_stage) {
        new_stack::refuse_unknown_stage_offline(run, &loaded.identity).await?;
    }
    package(run, &stages)?;
    let stages: Vec<ValidStage> = stages.iter().map(|loaded| valid(&loaded.config)).collect();
    run.report.data(&Valid { config: &run.options.config, stages: &stages });
    Ok(Exit::Done)
}

/// Packages the functions of every stage and prints the remarks about the packages, once.
fn package(run: &Run, stages: &[Loaded]) -> Result<(), Failure> {
    let (mut before, mut failures) = (Remarks::default(), Vec::new());
    for loaded in stages {
        let result = project::package(loaded).and_then(|packages| {
            let remarks = Remarks::of(run, &loaded.config, &packages);
            let result = remarks.tell(run, &before);
            before = remarks;
            result
        });
        failures.extend(result.err());
    }
    let mut failures = failures.into_iter();
    let Some(mut all) = failures.next() else { return Ok(()) };
    for error in failures.flat_map(|failure| failure.errors) {
        if !all.errors.contains(&error) {
            all.errors.push(error);
        }
    }
    Err(all)
}

fn valid(config: &Config) -> ValidStage {
    let Config { deployment, functions, routes, .. } = config;
    ValidStage { stage: deployment.stage.clone(), functions: functions.len(), routes: routes.len() }
}
