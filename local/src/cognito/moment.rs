//! Points in time on both clocks.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::cloud::Cloud;

/// A point in time on the wall clock, which survives a restart, and on tokio's clock, which a test turns by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Moment {
    wall: Timestamp,
    /// Since the start of this cloud; `None` for what an earlier process recorded.
    #[serde(skip)]
    clock: Option<Duration>,
}

impl Moment {
    pub(super) fn now(cloud: &Cloud) -> Self {
        Self { wall: Timestamp::now(), clock: Some(cloud.now()) }
    }

    /// How much later `self` is than `earlier`, by the clock that says more.
    pub(super) fn since(&self, earlier: &Self) -> Duration {
        let wall = Duration::try_from(self.wall.duration_since(earlier.wall)).unwrap_or_default();
        let clock = self.clock.zip(earlier.clock).map(|(later, earlier)| later.saturating_sub(earlier));
        wall.max(clock.unwrap_or_default())
    }

    /// Seconds since 1970 on the wall clock, as tokens carry them.
    pub(super) fn epoch_seconds(&self) -> i64 {
        self.wall.as_second()
    }

    /// The form of dates in awsJson answers: seconds since 1970 with milliseconds.
    pub(super) fn date(&self) -> Value {
        json!(
            std::time::Duration::from_millis(u64::try_from(self.wall.as_millisecond()).unwrap_or_default())
                .as_secs_f64()
        )
    }
}
