//! The flags of `logs`.

use std::{str::FromStr, time::Duration};

use clap::Args;
use jiff::Timestamp;

use super::duration;

/// Which log lines to show.
#[derive(Debug, Args)]
pub(crate) struct LogsArgs {
    /// The functions, by their names in the config [default: all]
    pub(crate) functions: Vec<String>,

    /// Show the requests to the API; with functions, together with their logs
    ///
    /// A line for each request: method and path, status, duration, caller, and API Gateway's request id. `api.accessLogs`
    /// in the config turns access logs on.
    #[arg(long)]
    pub(crate) api: bool,

    /// Hide the lines that Lambda itself writes: `INIT_START`, START, END and REPORT
    #[arg(long)]
    pub(crate) no_system: bool,

    /// Show new lines as they arrive, until Ctrl-C
    #[arg(short, long)]
    pub(crate) follow: bool,

    /// How far back: 30s, 10m, 2h, 1d, or a time such as 2026-11-25T10:00:00Z
    #[arg(long, value_name = "WHEN", default_value = "10m")]
    pub(crate) since: Since,

    /// Show only lines that match this CloudWatch filter pattern
    ///
    /// ERROR for lines with that word; "several words" for a phrase; ?ERROR ?WARN for either; -DEBUG for lines without it;
    /// { $.level = "error" } for JSON lines (on AWS only).
    #[arg(long, value_name = "PATTERN", allow_hyphen_values = true)]
    pub(crate) filter: Option<String>,
}

/// The start of the range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Since {
    /// This long ago.
    Ago(Duration),
    /// At this time.
    At(Timestamp),
}

impl FromStr for Since {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(ago) = duration::parse(text) {
            return Ok(Self::Ago(ago));
        }
        text.parse().map(Self::At).map_err(|_| {
            "expected a duration such as 30s, 10m, 2h or 1d, or a time such as 2026-11-25T10:00:00Z".into()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn since_is_a_duration_or_a_time_with_its_offset() {
        assert_eq!("2h".parse(), Ok(Since::Ago(Duration::from_hours(2))));
        let noon = Since::At("2026-11-25T12:00:00Z".parse().unwrap());
        assert_eq!("2026-11-25T12:00:00Z".parse(), Ok(noon));
        assert_eq!("2026-11-25T14:00:00+02:00".parse(), Ok(noon));
        for wrong in ["", "yesterday", "2026-11-25", "2026-11-25T12:00:00", "12:00"] {
            assert!(wrong.parse::<Since>().is_err(), "{wrong}");
        }
    }
}
