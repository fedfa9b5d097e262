//! What a function has logged since a moment, once CloudWatch shows it.

use std::time::Duration;

use jiff::Timestamp;

use super::{
    line::Line,
    tail::{Source, Tail, Wanted},
};
use crate::{
    aws::Cloud,
    engine::{Events, Interrupt},
};

/// How often a log is read for lines that CloudWatch takes in late.
const LOOKS: usize = 5;

/// Reads what a log group has from `since` on, again after `pause` while it has nothing. A log that cannot be read has
/// nothing: the caller explains something else with it.
pub async fn recent(
    cloud: &Cloud,
    (events, interrupt): (&dyn Events, &Interrupt),
    source: Source,
    (since, pause): (Timestamp, Duration),
) -> Vec<Line> {
    let mut tail = Tail::new(cloud, (events, interrupt), vec![source], Wanted { since, filter: None });
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

#[expect(clippy::disallowed_methods, reason = "the looks are counted")]
async fn wait(pause: Duration) {
    tokio::time::sleep(pause).await;
}
