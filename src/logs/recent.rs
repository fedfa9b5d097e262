//! Recent log lines of a function, with retries until CloudWatch returns them.

use std::time::Duration;

use jiff::Timestamp;

use super::{
    line::Line,
    tail::{LogQuery, Source, Tail},
};
use crate::{
    aws::Clients,
    engine::{Events, Interrupt},
};

/// The maximum number of reads, because CloudWatch ingests lines with a delay.
const LOOKS: usize = 5;

/// Reads the lines of a log group from `since` on. While there are none, reads again after `pause`. A log that cannot
/// be read counts as empty: the lines only help the caller to explain another error.
pub async fn recent(
    cloud: &Clients,
    (events, interrupt): (&dyn Events, &Interrupt),
    source: Source,
    (since, pause): (Timestamp, Duration),
) -> Vec<Line> {
    let mut tail = Tail::new(cloud, (events, interrupt), vec![source], LogQuery { since, filter: None });
    let mut lines = Vec::new();
    for _ in 0..LOOKS {
        let read = tail.read(|line| lines.push(line)).await;
        if !lines.is_empty() || read.is_err() {
            break;
        }
        wait(pause).await;
    }
    lines
}

#[expect(clippy::disallowed_methods, reason = "the number of reads is limited")]
async fn wait(pause: Duration) {
    tokio::time::sleep(pause).await;
}
