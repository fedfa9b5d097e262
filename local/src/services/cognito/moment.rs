//! Points in time on the wall clock and on tokio's clock.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::emulator::Emulator;

/// A point in time on the wall clock, which survives a restart, and on tokio's clock, which tests can advance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Moment {
    wall: Timestamp,
    /// Time since the start of the emulator; `None` if an earlier process recorded it.
    #[serde(skip)]
    clock: Option<Duration>,
}

impl Moment {
    pub(super) fn now(emulator: &Emulator) -> Self {
        Self { wall: Timestamp::now(), clock: Some(emulator.now()) }
    }

    /// The time from `earlier` to `self`, by the clock that shows more.
    pub(super) fn since(&self, earlier: &Self) -> Duration {
        let wall = Duration::try_from(self.wall.duration_since(earlier.wall)).unwrap_or_default();
        let clock = self.clock.zip(earlier.clock).map(|(later, earlier)| later.saturating_sub(earlier));
        wall.max(clock.unwrap_or_default())
    }

    /// Seconds since the Unix epoch on the wall clock, as in tokens.
    pub(super) fn epoch_seconds(&self) -> i64 {
        self.wall.as_second()
    }

    /// The date as in awsJson responses: seconds since the Unix epoch, with milliseconds.
    pub(super) fn date(&self) -> Value {
        json!(
            std::time::Duration::from_millis(u64::try_from(self.wall.as_millisecond()).unwrap_or_default())
                .as_secs_f64()
        )
    }
}
