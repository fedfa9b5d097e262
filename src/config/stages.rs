//! The stages that a configuration file declares.

use std::collections::HashMap;
use std::path::Path;

use super::load::{Loaded, Selection, load, load_elsewhere};
use super::overlay;
use super::problem::{Findings, Problem, Problems, Severity, SourcePlace};
use super::suggest::list;
use super::tree::{self, JsonNode};

/// What a file says of stages, whatever else is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Declared {
    /// The names in `stages`, in the order of the file.
    pub stages: Vec<String>,
    /// `deployment.stage`, where it is written out: what a variable stands for may be mistyped.
    pub usual: Option<String>,
    /// Where `deployment.serviceName` is.
    service_name: Option<SourcePlace>,
}

impl Declared {
    /// Reads it from a file; nothing of one that cannot be read.
    #[must_use]
    pub fn read(path: &Path) -> Self {
        let mut findings = Findings::new(path.display().to_string());
        let document = std::fs::read_to_string(path).ok().and_then(|text| tree::parse(&text, &mut findings));
        document.map(Self::of).unwrap_or_default()
    }

    fn of(mut document: JsonNode) -> Self {
        let stages = overlay::take_stages(&mut document);
        let deployment = document.get("deployment");
        let usual = deployment.and_then(|deployment| deployment.text_of("stage"));
        Self {
            stages: stages.into_iter().map(|entry| entry.name).collect(),
            usual: usual.filter(|stage| !stage.contains("${")).map(str::to_owned),
            service_name: deployment.and_then(|deployment| deployment.get("serviceName")).map(|node| node.at),
        }
    }

    /// The stages that are there by the file, in its order; the usual one first.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        let usual = self.usual.iter().filter(|usual| !self.stages.contains(usual));
        usual.chain(&self.stages).map(String::as_str).collect()
    }

    /// A problem with `deployment.serviceName`.
    pub(crate) fn of_service_name(&self, path: &Path, message: impl Into<String>) -> Problem {
        let problem = Problem::error("deployment.serviceName", message);
        let mut problem = self.service_name.map_or_else(|| problem.clone(), |place| problem.clone().at(place));
        problem.file = Some(path.display().to_string());
        problem
    }
}

/// A file that was checked for every stage that it declares.
#[derive(Debug)]
pub struct CheckedStages {
    /// Each stage without errors.
    pub stages: Vec<Loaded>,
    /// What is wrong, in the order of the file, each problem once and with the stages that have it.
    pub problems: Problems,
}

impl CheckedStages {
    /// Whether it works in every stage.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.problems.0.iter().all(|problem| problem.severity == Severity::Warning)
    }
}

/// Checks a file for the chosen stage; where none is chosen, for each that it declares, or for its usual one.
#[must_use]
pub fn check(path: &Path, selection: &Selection) -> CheckedStages {
    let declared = Declared::read(path);
    let names = declared.names().into_iter().map(|name| Some(name.to_owned()));
    let mut names: Vec<Option<String>> = if selection.stage.is_none() { names.collect() } else { Vec::new() };
    if names.is_empty() {
        names.push(selection.stage.clone());
    }
    let (mut stages, mut found) = (Vec::new(), Found::default());
    for stage in names {
        let name = stage.clone().unwrap_or_default();
        // Only of the one that is meant here the environment variables have to be set here.
        let here = stage == selection.stage || stage == declared.usual;
        let load = if here { load } else { load_elsewhere };
        match load(path, &Selection { stage, ..selection.clone() }) {
            Ok(loaded) => {
                found.add(&name, loaded.warnings.clone());
                stages.push(loaded);
            }
            Err(problems) => found.add(&name, problems.0),
        }
    }
    CheckedStages { stages, problems: found.into_problems() }
}

/// Problems, and the stages that have them.
#[derive(Default)]
struct Found {
    stages: usize,
    problems: HashMap<Problem, Vec<String>>,
}

impl Found {
    fn add(&mut self, stage: &str, problems: Vec<Problem>) {
        self.stages += 1;
        for problem in problems {
            self.problems.entry(problem).or_default().push(stage.to_owned());
        }
    }

    /// Names the stages where not all have a problem, unless the place in the file does.
    fn into_problems(self) -> Problems {
        let all = self.stages;
        let named = |(problem, stages): (Problem, Vec<String>)| {
            if stages.len() == all || problem.path.starts_with("stages.") {
                return problem;
            }
            let word = if stages.len() == 1 { "stage" } else { "stages" };
            problem.detail(format!("in {word} {}", list(stages.iter().map(String::as_str))))
        };
        let mut problems: Vec<Problem> = self.problems.into_iter().map(named).collect();
        problems.sort_by(|one, other| {
            let order = |problem: &Problem| (problem.line, problem.column, problem.severity);
            order(one)
                .cmp(&order(other))
                .then_with(|| one.path.cmp(&other.path))
                .then_with(|| one.message.cmp(&other.message))
        });
        Problems(problems)
    }
}
