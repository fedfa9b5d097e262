//! Log events in a file beside `world.json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Event, Logs};

/// One line of the file.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Line {
    number: u64,
    group: String,
    stream: String,
    timestamp: i64,
    ingestion: i64,
    message: String,
}

impl Logs {
    /// The number of events ever written.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// The kept events after the first `count`, in order of arrival.
    pub(crate) fn lines_after(&self, count: u64) -> Vec<Line> {
        if self.count == count {
            return Vec::new();
        }
        let mut lines = Vec::new();
        for group in self.groups.values() {
            for (name, stream) in &group.streams {
                let new = stream.events.iter().rev().take_while(|event| event.number > count);
                lines.extend(new.map(|event| Line::of(&group.id, name, event)));
            }
        }
        lines.sort_by_key(|line| line.number);
        lines
    }

    /// Restores events, except those of deleted groups and streams. The world is written before the events, so a stream
    /// that it does not name has been deleted.
    pub(crate) fn restore(&mut self, lines: Vec<Line>) {
        let mut groups: BTreeMap<String, _> =
            self.groups.values_mut().map(|group| (group.id.clone(), &mut group.streams)).collect();
        for line in lines {
            self.count = self.count.max(line.number);
            let stream = groups.get_mut(&line.group).and_then(|streams| streams.get_mut(&line.stream));
            if let Some(stream) = stream.filter(|stream| line.ingestion >= stream.created) {
                stream.push(Event {
                    number: line.number,
                    timestamp: line.timestamp,
                    ingestion: line.ingestion,
                    message: line.message,
                });
            }
        }
    }
}

impl Line {
    fn of(group: &str, stream: &str, event: &Event) -> Self {
        Self {
            number: event.number,
            group: group.to_owned(),
            stream: stream.to_owned(),
            timestamp: event.timestamp,
            ingestion: event.ingestion,
            message: event.message.clone(),
        }
    }
}
