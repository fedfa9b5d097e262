//! The project of the person: its configuration as the flags select it, and its functions' packages.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use jiff::Zoned;

use super::app::App;
use crate::{
    config::{self, Config, Loaded, Problem, Selection, Severity},
    error::{Failure, Fault},
    package::{Package, Packages},
    report::Message,
};

/// Loads the configuration and tells its warnings.
///
/// # Errors
/// When there is anything wrong with it; every problem is in the failure.
pub(crate) fn load(app: &App) -> Result<Loaded, Failure> {
    let loaded = config::load(&app.common.config, &selection(app));
    let warnings = match &loaded {
        Ok(loaded) => loaded.warnings.as_slice(),
        Err(problems) => problems.0.as_slice(),
    };
    warn(app, warnings);
    Ok(loaded?)
}

/// Tells the warnings among these problems.
pub(crate) fn warn(app: &App, problems: &[Problem]) {
    for warning in problems.iter().filter(|problem| problem.severity == Severity::Warning) {
        app.report.tell(&Message::Warning(&Fault::from(warning.clone())));
    }
}

/// Loads the configuration without a word: what may surprise in it has been told before, or is told by who asks.
///
/// # Errors
/// As [`load`].
pub(crate) fn read(app: &App) -> Result<Loaded, Failure> {
    Ok(config::load(&app.common.config, &selection(app))?)
}

fn selection(app: &App) -> Selection {
    Selection {
        stage: app.common.stage.clone(),
        region: app.common.region.clone(),
        environment: app.environment.clone(),
        today: Zoned::now().date(),
    }
}

/// Packages every function's folder, each folder once.
///
/// # Errors
/// When folders cannot be packaged; every such function is in the failure.
pub(crate) fn package(config: &Config, directory: &Path) -> Result<BTreeMap<String, Arc<Package>>, Failure> {
    let mut packages = Packages::default();
    let mut made = BTreeMap::new();
    let mut failure = Failure { exit: crate::exit::Exit::Usage, errors: Vec::new(), hints: Vec::new() };
    for (name, function) in &config.functions {
        match packages.get(&directory.join(&function.source)) {
            Ok(package) => {
                made.insert(name.clone(), package);
            }
            Err(error) => {
                let text = error.to_string();
                let mut lines = text.lines();
                let mut fault = Fault::new(format!("functions.{name}.source: {}", lines.next().unwrap_or_default()));
                fault.details.extend(lines.map(|line| line.trim_start().to_owned()));
                fault.hints.extend(error.hint().map(str::to_owned));
                failure.errors.push(fault);
            }
        }
    }
    if failure.errors.is_empty() { Ok(made) } else { Err(failure) }
}
