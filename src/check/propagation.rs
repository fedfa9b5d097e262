//! How long a change takes to reach callers.

use std::time::Duration;

use tokio::time::Instant;

/// How long what was there before a change may still be served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Propagation {
    /// How long nothing is asked: an earlier request may be answered by the version before, which proves nothing.
    pub settling: Duration,
    /// How long, from then on, an answer that is wrong may be one of before the change.
    pub doubt: Duration,
}

impl Propagation {
    /// For AWS, where clients can see the old deployment for some seconds after a stage was pointed to a new one, and a
    /// function's alias leads some of its callers to the old version as long.
    pub const AWS: Self = Self { settling: Duration::from_secs(5), doubt: Duration::from_secs(30) };

    /// For a cloud in which a change is there at once.
    pub const NONE: Self = Self { settling: Duration::ZERO, doubt: Duration::ZERO };

    /// Waits until it makes sense to ask; answers until when a wrong answer may be one of before.
    pub(super) async fn settle(self) -> Instant {
        pause(self.settling).await;
        Instant::now() + self.doubt
    }
}

#[expect(clippy::disallowed_methods, reason = "a check has an end and is reported")]
pub(super) async fn pause(duration: Duration) {
    tokio::time::sleep(duration).await;
}
