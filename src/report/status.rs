//! What there is beside what is configured, thing by thing.

use std::fmt::Write as _;

use serde::Serialize;

use super::{
    card::Card,
    change::ChangeRow,
    paint::{BAD, CHANGE, GOOD, STRONG, paint},
};
use crate::engine::{Key, NotCompared};

/// How a thing compares with the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Condition {
    /// As configured.
    InSync,
    /// There, with other settings.
    Drifted,
    /// Recorded, and not there any more.
    Gone,
    /// An interrupted run was about to do something to it.
    Pending,
    /// Configured, and never made.
    Missing,
    /// There, and not configured any more.
    Extra,
    /// Somebody else's by now, or without our tags: it is left alone.
    NotOurs,
}

/// One thing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct StatusRow {
    /// Which.
    pub(crate) key: Key,
    /// What a person calls it at AWS.
    pub(crate) id: Option<String>,
    /// How it compares.
    pub(crate) status: Condition,
    /// What differs: `old` is live, `new` is wanted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) changes: Vec<ChangeRow>,
    /// What is not known of the config, and was not compared.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) not_compared: Vec<NotCompared>,
    /// What else there is to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) because: Option<String>,
}

/// All things.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct StatusTable {
    /// Whose they are, for people: to a machine it is told with the connection.
    #[serde(skip)]
    pub(crate) stack: String,
    /// Whether there is a state at all.
    pub(crate) deployed: bool,
    /// In the order of the plan.
    pub(crate) resources: Vec<StatusRow>,
}

impl Condition {
    fn word(self) -> &'static str {
        match self {
            Self::InSync => "in sync",
            Self::Drifted => "drifted",
            Self::Gone => "gone",
            Self::Pending => "pending",
            Self::Missing => "missing",
            Self::Extra => "extra",
            Self::NotOurs => "not ours",
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
        use Condition::{Drifted, Extra, Gone, InSync, Missing, NotOurs, Pending};
        let count = |status| self.resources.iter().filter(|row| row.status == status).count();
        let counts = [InSync, Drifted, Gone, Pending, Missing, Extra, NotOurs].map(|status| (count(status), status));
        counts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, status)| format!("{count} {}", status.word()))
            .collect()
    }
}

impl StatusRow {
    /// `widths` are those of the columns of keys and of conditions.
    fn render(&self, widths: (usize, usize), text: &mut String) {
        let style = match self.status {
            Condition::InSync => GOOD,
            Condition::Drifted | Condition::Pending | Condition::Missing | Condition::Extra => CHANGE,
            Condition::Gone | Condition::NotOurs => BAD,
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
