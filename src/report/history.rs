//! The releases of a stack, newest first.

use std::fmt::Write as _;

use serde::Serialize;

use super::{
    card::Card,
    paint::{CHANGE, FAINT, GOOD, STRONG, paint},
    plain::plain,
    unavailable::reasons,
    wording::past,
};
use crate::engine::{Obstacle, Release};

/// The releases, and which of them is live.
#[derive(Debug, Serialize)]
pub(crate) struct HistoryTable<'a> {
    /// The releases, newest first.
    pub(crate) releases: Vec<ReleaseRow<'a>>,
    /// Whether the live deployment is not a release, because its check has not passed yet.
    pub(crate) unconfirmed: bool,
}

/// One release.
#[derive(Debug, Serialize)]
pub(crate) struct ReleaseRow<'a> {
    /// Whether it is live.
    #[serde(rename = "live")]
    pub(crate) served: bool,
    /// Why it cannot be rolled back to, as far as the state shows.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) obstacles: Vec<Obstacle>,
    /// The recorded release.
    pub(crate) release: &'a Release,
}

impl Card for HistoryTable<'_> {
    const EVENT: &'static str = "history";

    fn text(&self) -> String {
        if self.releases.is_empty() && !self.unconfirmed {
            return "no release yet: the next change creates one\n".into();
        }
        let mut text = String::new();
        if self.unconfirmed {
            let later = if self.releases.is_empty() { "" } else { "a later change that is " };
            let _ = writeln!(text, "{}", paint(CHANGE, format!("* the live version is {later}not confirmed yet")));
        }
        let widest = self.releases.iter().map(|row| row.release.number.to_string().len()).max().unwrap_or(0);
        self.releases.iter().fold(text, |text, row| text + &row.render(widest))
    }
}

impl ReleaseRow<'_> {
    /// Renders the row. The number is padded to `width`.
    fn render(&self, width: usize) -> String {
        let Release { number, at, by, checked, back_to, changes, .. } = self.release;
        let mark = if self.served { paint(GOOD, "*") } else { " ".into() };
        let how = back_to.map(|earlier| format!(", back to {earlier}")).unwrap_or_default();
        let how = if *checked { how } else { how + ", not checked" };
        let how = if how.is_empty() { how } else { paint(FAINT, how) };
        let (number, by) = (paint(STRONG, format!("{number:>width$}")), plain(by));
        let mut text = format!("{mark} {number}  {at}  {by}{how}\n");
        for reason in reasons(&self.obstacles) {
            let _ = writeln!(text, "      {}", paint(CHANGE, format!("not available: {}", plain(&reason))));
        }
        for (key, changed) in changes {
            let settings: Vec<&str> = changed.settings.iter().map(String::as_str).collect();
            let colon = if settings.is_empty() { "" } else { ": " };
            let what = plain(&format!("{key}{colon}{}", settings.join(", ")));
            let _ = writeln!(text, "      {} {what}", past(changed.verb));
        }
        text
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
        assert_eq!(plain, "* 10  2026-11-23T09:00:00Z  ann\n   9  2026-11-23T09:00:00Z  ann\n");
        assert_eq!(text.matches("\u{1b}[").count(), 6, "three painted texts: the marker and two numbers");
    }
}
