//! Counts, verbs and durations as text and JSON.

use std::{fmt::Display, time::Duration};

use serde::Serializer;

use crate::engine::Verb;

/// The past participle of a verb.
pub(crate) fn past(verb: Verb) -> &'static str {
    match verb {
        Verb::Keep => "kept",
        Verb::Create => "created",
        Verb::Adopt => "adopted",
        Verb::Update => "updated",
        Verb::Replace => "replaced",
        Verb::Delete => "deleted",
        Verb::Untrack => "untracked",
    }
}

/// A count with its noun: `1 user`, `2 users`.
pub(crate) fn counted(count: impl Display, what: &str) -> String {
    let count = count.to_string();
    let plural = if count == "1" { "" } else { "s" };
    format!("{count} {what}{plural}")
}

/// A duration: `1.2s`, `2m05s`.
pub(super) fn elapsed(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if seconds < 60 {
        format!("{:.1}s", duration.as_secs_f64())
    } else {
        format!("{}m{:02}s", seconds / 60, seconds % 60)
    }
}

/// Serializes a duration as seconds.
pub(super) fn seconds<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(rounded(*duration))
}

/// Seconds, to the millisecond.
pub(super) fn rounded(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_and_more_is_shown_in_minutes() {
        assert_eq!(elapsed(Duration::from_millis(1249)), "1.2s");
        assert_eq!(elapsed(Duration::from_secs(125)), "2m05s");
    }
}
