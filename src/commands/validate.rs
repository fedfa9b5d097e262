//! `stackctl validate`: finds every problem without asking AWS anything.

use super::{app::App, packages, project};
use crate::{error::Failure, exit::Exit, report::Message};

pub(crate) fn run(app: &App) -> Result<Exit, Failure> {
    let loaded = project::load(app)?;
    let made = project::package(&loaded)?;
    packages::tell(app, &loaded.config, &made)?;
    let (functions, routes) = (loaded.config.functions.len(), loaded.config.routes.len());
    app.report.data(&Message::Valid { config: &loaded.identity.path, functions, routes });
    Ok(Exit::Done)
}
