//! The output of `watch`: what it watches, and one line per change.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    time::Duration,
};

use jiff::{Timestamp, tz::TimeZone};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    card::Card,
    paint::{BAD, CHANGE, FAINT, GOOD, STRONG, paint},
    wording::past,
};
use crate::engine::Verb;

/// What is watched.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Watching<'a> {
    pub(crate) config: &'a Path,
    /// The functions' folders, as named in the config.
    pub(crate) folders: BTreeSet<String>,
    pub(crate) invoke_url: Option<&'a str>,
}

/// A change, from its save to its result.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Cycle {
    /// When it ended.
    #[schemars(with = "String")]
    pub(crate) at: Timestamp,
    /// The saved files. Empty when the system did not name them.
    pub(crate) files: Vec<String>,
    #[serde(flatten)]
    pub(crate) end: CycleEnd,
    /// The time from the last save to the end.
    #[serde(rename = "seconds", serialize_with = "super::wording::seconds")]
    #[schemars(with = "f64")]
    pub(crate) took: Duration,
}

/// The result of a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub(crate) enum CycleEnd {
    Deployed(Deployed),
    /// The files have the same content as before.
    #[serde(rename = "no_change")]
    Same,
    /// The change does not affect the deployment.
    Unchanged,
    /// The change was not confirmed.
    #[serde(rename = "not_confirmed")]
    Left {
        /// The command that deploys it, where no prompt was possible.
        #[serde(rename = "command")]
        way_out: Option<String>,
    },
    /// The deploy failed. The error was printed before.
    Failed,
}

/// What a change has deployed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Deployed {
    /// How many steps were done, by verb.
    pub(crate) steps: BTreeMap<Verb, usize>,
    pub(crate) functions: Vec<String>,
    /// Whether only code has changed.
    pub(crate) code_only: bool,
}

impl Card for Watching<'_> {
    const EVENT: &'static str = "watching";

    fn text(&self) -> String {
        let config = self.config.display().to_string();
        let all: Vec<&str> = [config.as_str()].into_iter().chain(self.folders.iter().map(String::as_str)).collect();
        let url = self.invoke_url.map(|url| format!("  {url}\n"));
        format!("\nwatching {}; Ctrl-C ends it\n{}\n", paint(STRONG, all.join(", ")), url.unwrap_or_default())
    }
}

impl Card for Cycle {
    const EVENT: &'static str = "cycle";

    fn text(&self) -> String {
        let time = self.at.to_zoned_datetime(TimeZone::system()).strftime("%H:%M:%S").to_string();
        let files = match self.files.as_slice() {
            [] => "some files".to_owned(),
            [file] => file.clone(),
            files => format!("{} files", files.len()),
        };
        format!("{}  {files}: {}  {}\n", paint(FAINT, time), self.end.render(), paint(FAINT, hundredths(self.took)))
    }
}

impl CycleEnd {
    fn render(&self) -> String {
        match self {
            Self::Deployed(Deployed { functions, code_only: true, .. }) => {
                format!("{} {}", paint(GOOD, "updated"), functions.join(", "))
            }
            Self::Deployed(Deployed { steps, .. }) => {
                let parts: Vec<String> = steps.iter().map(|(verb, count)| format!("{count} {}", past(*verb))).collect();
                paint(GOOD, parts.join(", "))
            }
            Self::Same | Self::Unchanged => "nothing to change".into(),
            Self::Left { way_out: None } => paint(CHANGE, "left as it was"),
            Self::Left { way_out: Some(command) } => {
                format!(
                    "{}; `{command}` deploys it",
                    paint(CHANGE, "not deployed: cannot ask for confirmation, not a terminal")
                )
            }
            Self::Failed => paint(BAD, "not deployed"),
        }
    }
}

/// As `0.21s`: deploying code takes less than a second.
fn hundredths(duration: Duration) -> String {
    format!("{:.2}s", duration.as_secs_f64())
}
