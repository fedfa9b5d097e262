//! The releases of a stack, the latest first.

use std::fmt::Write as _;

use serde::Serialize;

use super::{
    human::past,
    paint::{CHANGE, FAINT, GOOD, STRONG, paint},
    plain::plain,
};
use crate::state::Release;

/// Releases, and which of them is served.
#[derive(Debug, Serialize)]
pub(crate) struct HistoryTable<'a> {
    /// The latest first.
    pub(crate) releases: Vec<ReleaseRow<'a>>,
    /// Whether something is served that no release is of, because it is not confirmed yet.
    pub(crate) unchecked: bool,
}

/// One release.
#[derive(Debug, Serialize)]
pub(crate) struct ReleaseRow<'a> {
    /// Whether it is the one that is served.
    pub(crate) served: bool,
    /// What is on record.
    pub(crate) release: &'a Release,
}

impl HistoryTable<'_> {
    pub(super) fn render(&self) -> String {
        if self.releases.is_empty() && !self.unchecked {
            return "no release yet: the next change makes one\n".into();
        }
        let mut text = String::new();
        if self.unchecked {
            let later = if self.releases.is_empty() { "" } else { "a later change that is " };
            let _ = writeln!(text, "{}", paint(CHANGE, format!("* what is served now is {later}not confirmed yet")));
        }
        self.releases.iter().fold(text, |text, row| text + &row.render())
    }
}

impl ReleaseRow<'_> {
    fn render(&self) -> String {
        let Release { number, at, by, checked, back_to, changes, .. } = self.release;
        let mark = if self.served { paint(GOOD, "*") } else { " ".into() };
        let how = match back_to {
            Some(earlier) => format!(", back to {earlier}"),
            None if *checked => String::new(),
            None => ", not checked".into(),
        };
        let by = plain(by);
        let mut text = format!("{mark} {}  {at}  {by}{}\n", paint(STRONG, number), paint(FAINT, how));
        for (key, changed) in changes {
            let settings: Vec<&str> = changed.settings.iter().map(String::as_str).collect();
            let colon = if settings.is_empty() { "" } else { ": " };
            let what = plain(&format!("{key}{colon}{}", settings.join(", ")));
            let _ = writeln!(text, "      {} {what}", past(changed.verb));
        }
        text
    }
}
