//! The project: a config that is valid, and an example that was written.

use std::path::Path;

use serde::Serialize;

use super::{card::Card, wording::counted};

/// A valid config.
#[derive(Debug, Serialize)]
pub(crate) struct Valid<'a> {
    /// The file.
    pub(crate) config: &'a Path,
    /// The stages that were checked.
    pub(crate) stages: &'a [ValidStage],
}

/// A valid stage.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ValidStage {
    /// Its name.
    pub(crate) stage: String,
    /// How many functions it has.
    pub(crate) functions: usize,
    /// How many routes.
    pub(crate) routes: usize,
}

impl Card for Valid<'_> {
    const EVENT: &'static str = "valid";

    fn text(&self) -> String {
        let counts = |ValidStage { functions, routes, .. }: &ValidStage| {
            format!("{}, {}", counted(functions, "function"), counted(routes, "route"))
        };
        let config = self.config.display();
        if let [only] = self.stages {
            return format!("{config} is valid: {}\n", counts(only));
        }
        let stages = self.stages.iter().map(|stage| format!("  {}: {}\n", stage.stage, counts(stage)));
        format!("{config} is valid in every stage:\n{}", stages.collect::<String>())
    }
}

/// The files of an example that were written.
#[derive(Debug, Serialize)]
pub(crate) struct Written<'a> {
    /// In order.
    pub(crate) files: &'a [&'a str],
    /// Where.
    pub(crate) folder: &'a Path,
}

impl Card for Written<'_> {
    const EVENT: &'static str = "written";

    fn text(&self) -> String {
        self.files.iter().map(|file| format!("wrote {}\n", self.folder.join(file).display())).collect()
    }
}
