//! The flags of `logs`.

use std::{str::FromStr, time::Duration};

use clap::Args;
use jiff::Timestamp;

use super::duration;

/// Which log lines, as it is written on the command line.
#[derive(Debug, Args)]
pub(crate) struct LogsArgs {
    /// The functions, as the config calls them; without any all of them
    pub(crate) functions: Vec<String>,

    /// The requests to the API; with functions together with these
    ///
    /// A line for each request: what was asked, the status, how long it took, who asked, and the id that API Gateway gave
    /// it. `api.accessLogs` of the config turns them on.
    #[arg(long)]
    pub(crate) api: bool,

    /// Leave out the lines that Lambda itself writes: `INIT_START`, START, END and REPORT
    #[arg(long)]
    pub(crate) no_system: bool,

    /// Go on with what comes in, until Ctrl-C
    #[arg(short, long)]
    pub(crate) follow: bool,

    /// How far back: 30s, 10m, 2h, 1d, or a time such as 2026-11-25T10:00:00Z
    #[arg(long, value_name = "WHEN", default_value = "10m")]
    pub(crate) since: Since,

    /// Only lines that fit this filter pattern of CloudWatch
    ///
    /// Words that a line must have, as ERROR; "several words" as one; ?ERROR ?WARN for either; -DEBUG for none of these;
    /// { $.level = "error" } for lines that are JSON, which the local cloud refuses.
    #[arg(long, value_name = "PATTERN", allow_hyphen_values = true)]
    pub(crate) filter: Option<String>,
}

/// From when on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Since {
    /// So long ago.
    Ago(Duration),
    /// At this moment.
    At(Timestamp),
}

impl FromStr for Since {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(ago) = duration::parse(text) {
            return Ok(Self::Ago(ago));
        }
        text.parse().map(Self::At).map_err(|_| {
            "it is neither a duration such as 30s, 10m, 2h or 1d nor a time such as 2026-11-25T10:00:00Z".into()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beginning_is_a_duration_or_a_time_with_its_offset() {
        assert_eq!("2h".parse(), Ok(Since::Ago(Duration::from_hours(2))));
        let noon = Since::At("2026-11-25T12:00:00Z".parse().unwrap());
        assert_eq!("2026-11-25T12:00:00Z".parse(), Ok(noon));
        assert_eq!("2026-11-25T14:00:00+02:00".parse(), Ok(noon));
        for wrong in ["", "yesterday", "2026-11-25", "2026-11-25T12:00:00", "12:00"] {
            assert!(wrong.parse::<Since>().is_err(), "{wrong}");
        }
    }
}
