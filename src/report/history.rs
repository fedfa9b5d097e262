//! The releases of a stack, newest first.

use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::Serialize;

use super::{
    card::Card,
    paint::{CHANGE, FAINT, GOOD, STRONG, paint},
    plain::plain,
    table::{Cell, table},
    unavailable::reasons,
    wording::past,
};
use crate::engine::{Obstacle, Release};

/// The releases, and which of them is live.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct HistoryTable<'a> {
    /// The releases, newest first.
    pub(crate) releases: Vec<ReleaseRow<'a>>,
    /// Whether the live deployment is not a release, because its check has not passed yet.
    pub(crate) unconfirmed: bool,
}

/// One release.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ReleaseRow<'a> {
    /// Whether it is live.
    #[serde(rename = "live")]
    pub(crate) served: bool,
    /// Why it cannot be rolled back to, as far as the state shows.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) obstacles: Vec<Obstacle>,
    pub(crate) release: &'a Release,
}

impl Card for HistoryTable<'_> {
    const EVENT: &'static str = "history";
    const WIDE: bool = true;

    fn text(&self) -> String {
        if self.releases.is_empty() && !self.unconfirmed {
            return "no release yet: the next change creates one\n".into();
        }
        let mut text = String::new();
        if self.unconfirmed {
            let later = if self.releases.is_empty() { "" } else { "a later change that is " };
            let _ = writeln!(text, "{}", paint(CHANGE, format!("* the live version is {later}not confirmed yet")));
        }
        let cells: Vec<_> = self.releases.iter().map(ReleaseRow::cells).collect();
        let mut lines = table(["", "RELEASE", "AT", "BY", "NOTE"], &cells).into_iter();
        text += &lines.next().unwrap_or_default();
        for (row, line) in self.releases.iter().zip(lines) {
            text += &line;
            row.render_details(&mut text);
        }
        text
    }
}

impl ReleaseRow<'_> {
    fn cells(&self) -> [Cell; 5] {
        let Release { number, at, by, checked, back_to, .. } = self.release;
        let note = back_to.map(|earlier| format!("back to {earlier}")).into_iter();
        let note: Vec<String> = note.chain((!checked).then(|| "not checked".to_owned())).collect();
        [
            Cell::painted(GOOD, if self.served { "*" } else { "" }),
            Cell::painted(STRONG, number),
            Cell::plain(at),
            Cell::plain(plain(by)),
            Cell::painted(FAINT, note.join(", ")),
        ]
    }

    /// Renders why it is not available, and what it changed.
    fn render_details(&self, text: &mut String) {
        for reason in reasons(&self.obstacles) {
            let _ = writeln!(text, "      {}", paint(CHANGE, format!("not available: {}", plain(&reason))));
        }
        for (key, changed) in &self.release.changes {
            let settings: Vec<&str> = changed.settings.iter().map(String::as_str).collect();
            let colon = if settings.is_empty() { "" } else { ": " };
            let what = plain(&format!("{key}{colon}{}", settings.join(", ")));
            let _ = writeln!(text, "      {} {what}", past(changed.verb));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_aligned_and_empty_texts_are_not_painted() {
        let (at, by) = ("2026-11-23T09:00:00Z".parse().unwrap(), "ann".to_owned());
        let nine = Release {
            number: 9,
            at,
            by,
            checked: true,
            back_to: None,
            changes: [].into(),
            serves: [].into(),
            needs: [].into(),
            checks: serde_json::Value::Null,
        };
        let ten = Release { number: 10, ..nine.clone() };
        let rows =
            [&ten, &nine].map(|release| ReleaseRow { served: release.number == 10, obstacles: Vec::new(), release });
        let text = HistoryTable { releases: rows.into(), unconfirmed: false }.text();
        let plain = anstream::adapter::strip_str(&text).to_string();
        let header = "   RELEASE  AT                    BY\n";
        assert_eq!(
            plain,
            format!("{header}*  10       2026-11-23T09:00:00Z  ann\n   9        2026-11-23T09:00:00Z  ann\n")
        );
        assert_eq!(text.matches("\u{1b}[").count(), 12, "six painted texts: three headers, the marker and two numbers");
    }
}
