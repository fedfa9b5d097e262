//! `stackctl show`: prints the plan of a plan file. Reads nothing else.

use std::path::Path;

use crate::{
    exit::Exit,
    failure::Failure,
    session::{Run, plan_file::ReadPlan},
};

pub(crate) fn run(run: &Run, path: &Path) -> Result<Exit, Failure> {
    let ReadPlan { file, .. } = ReadPlan::read(path)?;
    run.report.tell(file.target());
    run.report.tell(&file.card(path));
    run.report.plan_data(file.table());
    Ok(Exit::Done)
}
