//! A valid config, and the files that `init` writes.

use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;

use super::{card::Card, wording::counted};

/// A valid config.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Valid<'a> {
    pub(crate) config: &'a Path,
    pub(crate) stages: &'a [ValidStage],
}

/// A valid stage.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct ValidStage {
    pub(crate) stage: String,
    pub(crate) functions: usize,
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

/// The written files of an example.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Written<'a> {
    /// The files, in order.
    pub(crate) files: &'a [&'a str],
    pub(crate) folder: &'a Path,
}

impl Card for Written<'_> {
    const EVENT: &'static str = "initialized";

    fn text(&self) -> String {
        let line = |file: &&str| format!("wrote {}\n", self.folder.join(file).display());
        self.files.iter().fold(String::new(), |text, file| text + &line(file))
    }
}
