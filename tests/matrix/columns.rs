//! The ways in which a run is disturbed. Each is a column of the table.

use std::time::Duration;

use stackctl_local::{Effect, Weather};

use super::kills::KILLS;
use crate::harness::wire::Way;

/// One way, or several similar ones.
pub(super) struct Column {
    pub(super) name: &'static str,
    /// The description on the page.
    pub(super) what: &'static str,
    pub(super) troubles: Vec<Trouble>,
    pub(super) weather: Weather,
    /// Whether only `just kill-matrix` runs every journey in this weather.
    pub(super) rough: bool,
}

/// The journeys whose cut run creates a resource that [is listed late](LISTED_LATE).
pub(super) const IN_LATE_LISTS: &[&str] =
    &["first up", "API replaced, with all beneath it", "up cut, edited, up", "up cut, down", "two cuts in a row"];

/// The operations that create resources that AWS may list late.
pub(super) const LISTED_LATE: [&str; 2] = ["apigateway:CreateRestApi", "cognito-idp:CreateUserPool"];

impl Column {
    /// Whether a journey runs in this column. Late lists make no difference if no resource is listed late.
    pub(super) fn is_tried_on(&self, journey: &str) -> bool {
        self.weather.list_lag.is_zero() || IN_LATE_LISTS.contains(&journey)
    }
}

/// A failure of one call or save.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Trouble {
    /// On the wire or in the process. It can also hit a save, except by a hanging response.
    Wire(Way),
    /// In the emulator, this many times in a row.
    Emulator(Effect, usize),
}

impl Trouble {
    /// Whether the process dies.
    pub(super) fn kills(&self) -> bool {
        matches!(self, Self::Wire(Way::DiesBefore | Way::DiesAfter))
    }

    /// Whether calls arrive at the emulator without taking effect.
    pub(super) fn refuses(&self) -> bool {
        matches!(self, Self::Emulator(Effect::Throttle, _))
    }

    /// Whether it hits calls only.
    pub(super) fn spares_saves(&self) -> bool {
        matches!(self, Self::Emulator(..) | Self::Wire(Way::RequestHangs | Way::AnswerHangs))
    }
}

/// Every call takes a while, so that several are under way at once and results are saved as they arrive.
pub(super) fn usual() -> Weather {
    Weather { latency: Duration::from_millis(300), ..Weather::default() }
}

const DEATHS_AND_LOSSES: [Way; 4] = [Way::DiesBefore, Way::DiesAfter, Way::RequestLost, Way::AnswerLost];

/// All columns of runs in this process, in the order of the table.
pub(super) fn columns() -> Vec<Column> {
    let one =
        |name, what, way| Column { name, what, troubles: vec![Trouble::Wire(way)], weather: usual(), rough: false };
    let rough = |name, what, troubles| Column { name, what, troubles, weather: usual(), rough: true };
    vec![
        one(
            "dies before",
            "The process dies at the call or save: the request is lost and has no effect.",
            Way::DiesBefore,
        ),
        one("dies after", "The process dies after the call or save took effect: the response is lost.", Way::DiesAfter),
        one(
            "request lost",
            "The connection breaks before the request arrives, and the process continues with an error. For a save: \
             nothing is written, and an error is reported.",
            Way::RequestLost,
        ),
        one(
            "answer lost",
            "The connection breaks after the request took effect, and the process continues. For a save: it is \
             written, and an error is reported nevertheless.",
            Way::AnswerLost,
        ),
        Column {
            weather: Weather { list_lag: Duration::from_secs(5), ..usual() },
            ..rough(
                "late lists",
                "The previous four, while new user pools and REST APIs are missing from AWS's lists for 5 s. It is \
                 tried on the journeys that create one.",
                DEATHS_AND_LOSSES.map(Trouble::Wire).into(),
            )
        },
        rough(
            "500 after",
            "The call takes effect, and AWS returns 500 nevertheless.",
            vec![Trouble::Emulator(Effect::FailAfterEffect, 1)],
        ),
        rough(
            "throttled",
            "The call and the next three are throttled: more than the SDK retries.",
            vec![Trouble::Emulator(Effect::Throttle, 4)],
        ),
        rough(
            "no answer",
            "No response arrives, and the connection stays open: once with the call lost, once with its effect.",
            vec![Trouble::Wire(Way::RequestHangs), Trouble::Wire(Way::AnswerHangs)],
        ),
    ]
}

/// The names and descriptions of all columns.
pub(super) fn headings() -> Vec<(&'static str, &'static str)> {
    let columns = columns().into_iter().map(|column| (column.name, column.what));
    columns.chain(KILLS.iter().map(|kill| (kill.name, kill.what))).collect()
}
