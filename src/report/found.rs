//! The resources found of a stack whose state is missing.

use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::Serialize;

use super::{
    card::Card,
    paint::{CHANGE, FAINT, HINT, STRONG, paint},
    wording::counted,
};
use crate::engine::{Catalog, Desired, Key, State};

/// The resources found, and the configured ones that were not found.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub(crate) struct FoundTable {
    stack: String,
    stage: String,
    resources: Vec<FoundRow>,
}

/// A resource.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
struct FoundRow {
    key: Key,
    /// The ID at AWS; `None` when the resource was not found.
    id: Option<String>,
    found: bool,
    configured: bool,
}

impl Card for FoundTable {
    const EVENT: &'static str = "discovered";
    const ENDS_PROGRESS: bool = true;

    fn text(&self) -> String {
        if self.resources.iter().all(|row| !row.found) {
            return format!("{}\n", paint(STRONG, "no resources of the stack found"));
        }
        let widest = self.resources.iter().map(|row| row.key.to_string().len()).max().unwrap_or(0);
        let text = self.resources.iter().fold(String::new(), |text, row| text + &row.render(widest));
        format!("{text}\n{}\n", paint(STRONG, self.summary()))
    }
}

impl FoundTable {
    /// The rows for the recorded and the desired resources of a rebuilt state.
    pub(crate) fn new<C: 'static>(state: &State, desired: &Desired, catalog: &Catalog<C>) -> Self {
        let id = |key: &Key| catalog.get(&key.kind)?.id(&state.resources.get(key)?.outputs);
        let row = |key: &Key, found| FoundRow {
            key: key.clone(),
            id: id(key),
            found,
            configured: desired.get(key).is_some(),
        };
        let missing = desired.nodes().keys().filter(|key| !state.resources.contains_key(*key));
        let found = state.resources.keys().map(|key| row(key, true));
        let resources = found.chain(missing.map(|key| row(key, false))).collect();
        Self { stack: state.stack.clone(), stage: state.stage.clone(), resources }
    }

    fn summary(&self) -> String {
        let count = |found| self.resources.iter().filter(|row| row.found == found).count();
        match (count(true), count(false)) {
            (found, 0) => format!("found: {found} to record"),
            (found, missing) => format!("found: {found} to record; {missing} not there, for the next `up` to make"),
        }
    }
}

impl FoundRow {
    fn render(&self, widest: usize) -> String {
        let (sign, style, remark) = match (self.found, self.configured) {
            (true, true) => ("<", HINT, None),
            (true, false) => ("<", HINT, Some("not in the config any more: the next `up` deletes it")),
            (false, _) => ("?", CHANGE, Some("not found")),
        };
        let remark = remark.map(|remark| paint(FAINT, format_args!("({remark})")));
        let rest = [self.id.clone(), remark].into_iter().flatten().collect::<Vec<_>>().join("  ");
        let key = self.key.to_string();
        let gap = widest - key.len() + 2;
        let mut text = String::new();
        let _ = writeln!(text, "{}{:gap$}{rest}", paint(style, format_args!("{sign:>3} {key}")), "");
        text
    }
}

/// A rebuilt state.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Recovered {
    pub(crate) state: String,
    /// The number of recorded resources.
    pub(crate) resources: usize,
    /// The location of the damaged state that it replaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) damaged: Option<String>,
}

impl Card for Recovered {
    const EVENT: &'static str = "recovered";

    fn text(&self) -> String {
        let Self { state, resources, damaged } = self;
        let kept = damaged.as_ref().map(|path| format!("the damaged state is kept as {path}\n"));
        let recorded = match resources {
            0 => format!("wrote an empty state to {state}\n"),
            _ => format!("recorded {} in {state}\n", counted(resources, "resource")),
        };
        recorded + &kept.unwrap_or_default()
    }
}
