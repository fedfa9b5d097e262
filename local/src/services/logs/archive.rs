//! Log events as older versions wrote them: in a file beside `world.json`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Event, Logs};

/// One line of the file.
#[derive(Debug, Deserialize)]
pub(crate) struct Line {
    number: u64,
    group: String,
    stream: String,
    timestamp: i64,
    ingestion: i64,
    message: String,
}

impl Logs {
    /// Restores events, except those of deleted groups and streams. A stream that the document does not name has been
    /// deleted.
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
