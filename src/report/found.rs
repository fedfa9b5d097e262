//! What was found of a stack that has lost its state, thing by thing.

use std::fmt::Write as _;

use serde::Serialize;

use super::{
    card::Card,
    paint::{CHANGE, FAINT, HINT, STRONG, paint},
    wording::counted,
};
use crate::engine::{Catalog, Desired, Key, State};

/// Everything that was found, and what of the configuration was not.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct FoundTable {
    stack: String,
    stage: String,
    resources: Vec<FoundRow>,
}

/// One thing.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct FoundRow {
    key: Key,
    /// What a person calls it at AWS; none of what is not there.
    id: Option<String>,
    found: bool,
    configured: bool,
}

impl Card for FoundTable {
    const EVENT: &'static str = "found";
    const ENDS_PROGRESS: bool = true;

    fn text(&self) -> String {
        if self.resources.iter().all(|row| !row.found) {
            return format!("{}\n", paint(STRONG, "nothing of the stack was found"));
        }
        let widest = self.resources.iter().map(|row| row.key.to_string().len()).max().unwrap_or(0);
        let text = self.resources.iter().fold(String::new(), |text, row| text + &row.render(widest));
        format!("{text}\n{}\n", paint(STRONG, self.summary()))
    }
}

impl FoundTable {
    /// Makes the rows of what a rebuilt state knows, beside what is configured.
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

/// A state that was rebuilt.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Recovered {
    /// Where it is.
    pub(crate) state: String,
    /// How many resources are recorded.
    pub(crate) resources: usize,
    /// Where the damaged one is kept that it replaces.
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
            _ => format!("recorded {} in {state}\n", counted(resources, "thing")),
        };
        recorded + &kept.unwrap_or_default()
    }
}
