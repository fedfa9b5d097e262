//! `stackctl graph`: the infrastructure of the config as a diagram.

use crate::{
    cli::GraphFormat,
    exit::Exit,
    failure::Failure,
    session::{Run, project},
    stack,
};

pub(crate) fn run(run: &Run, format: GraphFormat) -> Result<Exit, Failure> {
    let graph = stack::graph(&project::outline(run)?.config);
    let text = match format {
        GraphFormat::Mermaid => graph.mermaid(),
        GraphFormat::Dot => graph.dot(),
        GraphFormat::Svg => graph.svg(),
    };
    run.report.raw(text.as_bytes());
    Ok(Exit::Done)
}
