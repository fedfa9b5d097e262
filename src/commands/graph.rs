//! `stackctl graph`: the infrastructure of the config as a picture.

use crate::{
    cli::GraphFormat,
    exit::Exit,
    failure::Failure,
    session::{App, project},
    stack,
};

pub(crate) fn run(app: &App, format: GraphFormat) -> Result<Exit, Failure> {
    let graph = stack::graph(&project::outline(app)?.config);
    let text = match format {
        GraphFormat::Mermaid => graph.mermaid(),
        GraphFormat::Dot => graph.dot(),
        GraphFormat::Svg => graph.svg(),
    };
    app.report.raw(text.as_bytes());
    Ok(Exit::Done)
}
