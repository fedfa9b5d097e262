//! The live resources compared with the config.

use std::fmt::Write as _;

use serde::Serialize;

use super::{
    card::Card,
    change::ChangeRow,
    paint::{BAD, CHANGE, GOOD, STRONG, paint},
};
use crate::engine::{Key, NotCompared};

/// How a live resource compares with the config.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Condition {
    /// The live settings are as configured.
    InSync,
    /// The live settings differ.
    Drifted,
    /// Recorded, and deleted outside of stackctl.
    Missing,
    /// An interrupted run was about to do something to it.
    Pending,
    /// In the config, and not created yet.
    NotCreated,
    /// There, and not configured any more.
    Extra,
    /// Without our ownership tags: it is left alone.
    Unmanaged,
}

/// A resource.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct StatusRow {
    /// Its key.
    pub(crate) key: Key,
    /// Its ID at AWS.
    pub(crate) id: Option<String>,
    /// How it compares.
    pub(crate) status: Condition,
    /// The differences: `old` is live, `new` is desired.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) changes: Vec<ChangeRow>,
    /// Settings that are not known from the config, and were not compared.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) not_compared: Vec<NotCompared>,
    /// The reason.
    #[serde(rename = "reason", skip_serializing_if = "Option::is_none")]
    pub(crate) because: Option<String>,
}

/// All resources.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct StatusTable {
    /// The stack, for the text only: JSON has it in the `target` event.
    #[serde(skip)]
    pub(crate) stack: String,
    /// Whether there is a state.
    pub(crate) deployed: bool,
    /// The rows, in the order of a plan.
    pub(crate) resources: Vec<StatusRow>,
}

impl Condition {
    fn word(self) -> &'static str {
        match self {
            Self::InSync => "in sync",
            Self::Drifted => "drifted",
            Self::Missing => "missing",
            Self::Pending => "pending",
            Self::NotCreated => "not created",
            Self::Extra => "extra",
            Self::Unmanaged => "unmanaged",
        }
    }
}

impl Card for StatusTable {
    const EVENT: &'static str = "status";

    fn text(&self) -> String {
        if !self.deployed {
            return format!("{}: not deployed\n", self.stack);
        }
        let widest = |width: &dyn Fn(&StatusRow) -> usize| self.resources.iter().map(width).max().unwrap_or(0);
        let widths = (widest(&|row| row.key.to_string().len()), widest(&|row| row.status.word().len()));
        let mut text = String::new();
        for row in &self.resources {
            row.render(widths, &mut text);
        }
        let counts = self.counts();
        let _ = writeln!(text, "\n{}", paint(STRONG, counts.join(", ")));
        text
    }
}

impl StatusTable {
    /// Whether everything is as configured.
    pub(crate) fn in_sync(&self) -> bool {
        self.deployed && self.resources.iter().all(|row| row.status == Condition::InSync)
    }

    fn counts(&self) -> Vec<String> {
        use Condition::{Drifted, Extra, InSync, Missing, NotCreated, Pending, Unmanaged};
        let count = |status| self.resources.iter().filter(|row| row.status == status).count();
        let counts =
            [InSync, Drifted, Missing, Pending, NotCreated, Extra, Unmanaged].map(|status| (count(status), status));
        counts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, status)| format!("{count} {}", status.word()))
            .collect()
    }
}

impl StatusRow {
    /// Renders the row. `widths` are those of the key and condition columns.
    fn render(&self, widths: (usize, usize), text: &mut String) {
        let style = match self.status {
            Condition::InSync => GOOD,
            Condition::Drifted | Condition::Pending | Condition::NotCreated | Condition::Extra => CHANGE,
            Condition::Missing | Condition::Unmanaged => BAD,
        };
        let (widest, wide) = widths;
        let word = paint(style, format_args!("{:<wide$}", self.status.word()));
        let because = self.because.as_ref().map(|because| format!("  ({because})")).unwrap_or_default();
        let line = format!("{:<widest$}  {word}  {}{because}", self.key.to_string(), self.id.as_deref().unwrap_or(""));
        let _ = writeln!(text, "{}", line.trim_end());
        for change in &self.changes {
            let _ = writeln!(text, "    {}", change.drift());
        }
        for NotCompared { field, because } in &self.not_compared {
            let _ = writeln!(text, "    {field}: not compared: {because}");
        }
    }
}
