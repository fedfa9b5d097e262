//! The live resources compared with the config.

use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::Serialize;

use super::{
    card::Card,
    change::ChangeRow,
    paint::{BAD, CHANGE, GOOD, STRONG, paint},
    table::{Cell, table},
    wording::counted,
};
use crate::engine::{Key, NotCompared};

/// How a live resource compares with the config.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Condition {
    /// The live settings are as configured.
    InSync,
    /// The config or the code was edited and is not deployed yet.
    PendingChange,
    /// The live settings were changed outside stackctl.
    Drifted,
    DriftedAndPendingChange,
    /// The live version is that of an earlier release, which was rolled back to.
    RolledBack,
    /// The live settings differ, and the state has no record of what was applied.
    Differs,
    /// Recorded, and deleted outside of stackctl.
    Missing,
    /// An interrupted run was about to do something to it.
    Interrupted,
    /// In the config, and not created yet.
    NotCreated,
    /// There, and not configured any more.
    Extra,
    /// Without our ownership tags: it is left alone.
    Unmanaged,
}

/// A resource.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub(crate) struct StatusRow {
    pub(crate) key: Key,
    pub(crate) id: Option<String>,
    /// How it compares.
    pub(crate) status: Condition,
    /// The differences: `old` is live, `new` is desired.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) changes: Vec<ChangeRow>,
    /// Settings that are not known from the config, and were not compared.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) not_compared: Vec<NotCompared>,
    #[serde(rename = "reason", skip_serializing_if = "Option::is_none")]
    pub(crate) because: Option<String>,
}

/// All resources.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
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
            Self::PendingChange => "pending change",
            Self::Drifted => "drifted",
            Self::DriftedAndPendingChange => "drifted, pending change",
            Self::RolledBack => "rolled back",
            Self::Differs => "differs",
            Self::Missing => "missing",
            Self::Interrupted => "interrupted",
            Self::NotCreated => "not created",
            Self::Extra => "extra",
            Self::Unmanaged => "unmanaged",
        }
    }
}

impl Card for StatusTable {
    const EVENT: &'static str = "status";
    const WIDE: bool = true;

    fn text(&self) -> String {
        if !self.deployed {
            return format!("{}: not deployed\n", self.stack);
        }
        let cells: Vec<_> = self.resources.iter().map(StatusRow::cells).collect();
        let mut lines = table(["RESOURCE", "STATUS", "ID"], &cells).into_iter();
        let mut text = lines.next().unwrap_or_default();
        for (row, line) in self.resources.iter().zip(lines) {
            text += &line;
            row.render_details(&mut text);
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
        use Condition::{
            Differs, Drifted, DriftedAndPendingChange, Extra, InSync, Interrupted, Missing, NotCreated, PendingChange,
            RolledBack, Unmanaged,
        };
        let both = DriftedAndPendingChange;
        let count = |status| {
            let counts = |row: &&StatusRow| {
                row.status == status || (row.status == both && matches!(status, Drifted | PendingChange))
            };
            self.resources.iter().filter(counts).count()
        };
        let all =
            [InSync, PendingChange, Drifted, RolledBack, Differs, Missing, Interrupted, NotCreated, Extra, Unmanaged];
        let counts = all.map(|status| (count(status), status));
        counts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, status)| match status {
                PendingChange => counted(count, "pending change"),
                _ => format!("{count} {}", status.word()),
            })
            .collect()
    }
}

impl StatusRow {
    fn cells(&self) -> [Cell; 3] {
        let style = match self.status {
            Condition::InSync => GOOD,
            Condition::Missing | Condition::Unmanaged => BAD,
            _ => CHANGE,
        };
        let because = self.because.as_ref().map(|because| format!("({because})"));
        let rest: Vec<String> = self.id.iter().cloned().chain(because).collect();
        [Cell::plain(&self.key), Cell::painted(style, self.status.word()), Cell::plain(rest.join("  "))]
    }

    /// Renders what differs, and what was not compared.
    fn render_details(&self, text: &mut String) {
        let mixed = self.changes.iter().any(|change| change.cause != self.changes[0].cause);
        for change in &self.changes {
            let _ = writeln!(text, "    {}", change.compared(mixed));
        }
        for NotCompared { field, because } in &self.not_compared {
            let _ = writeln!(text, "    {field}: not compared: {because}");
        }
    }
}
