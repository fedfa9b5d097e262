//! The events of a stream: bounded, and saved in batches, one for each request that wrote some.

use std::{collections::VecDeque, ops::Deref};

use serde::{Deserialize, Serialize};

use crate::store::table::{Change, Changes, Stored};

/// The number of events that a stream keeps. Older ones are dropped.
pub(super) const MOST_EVENTS: usize = 10_000;

/// The size of the events that a stream keeps.
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// The message that replaces the dropped ones.
pub(super) const DROPPED: &str = "[local emulator] earlier lines of this stream were dropped: a stream keeps the last 10,000 \
                                  lines and 8 MB, and all streams together keep 128 MB";

/// One log event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Event {
    /// Numbers are ascending over all streams.
    pub(super) number: u64,
    pub(super) timestamp: i64,
    pub(super) ingestion: i64,
    pub(super) message: String,
}

impl Event {
    /// Whether it is a log line of Lambda itself, such as `START`.
    fn is(&self, name: &str) -> bool {
        self.message.strip_prefix(name).is_some_and(|rest| rest.starts_with(" RequestId: "))
    }

    /// The size that CloudWatch bills: the message plus 26 bytes.
    pub(super) fn size(&self) -> usize {
        self.message.len() + 26
    }
}

/// The events that a stream keeps, oldest first.
#[derive(Debug, Clone, Default)]
pub(super) struct Events {
    kept: VecDeque<Event>,
    bytes: usize,
    /// The number of events at the end that are not saved yet.
    unsaved: usize,
    /// The numbers of the first and the last event of each saved batch.
    batches: VecDeque<(u64, u64)>,
}

impl Deref for Events {
    type Target = VecDeque<Event>;

    fn deref(&self) -> &VecDeque<Event> {
        &self.kept
    }
}

impl Events {
    /// The size of all events.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Adds an event. Returns whether older ones were dropped for it.
    pub(super) fn push(&mut self, event: Event) -> bool {
        let full = |events: &Self| {
            events.len() >= MOST_EVENTS || (events.bytes + event.size() > MOST_BYTES && events.len() > 2)
        };
        let dropped = full(self);
        while full(self) {
            self.drop_oldest();
        }
        self.bytes += event.size();
        self.unsaved += 1;
        self.kept.push_back(event);
        dropped
    }

    /// Drops the older half.
    pub(super) fn drop_half(&mut self) {
        let half = self.bytes / 2;
        while self.bytes > half && self.kept.len() > 2 {
            self.drop_oldest();
        }
    }

    /// Puts the notice back that events were dropped, unless it is there.
    pub(super) fn note_dropped(&mut self) {
        if !self.kept.iter().take(2).any(|event| event.message == DROPPED) {
            self.drop_oldest();
        }
    }

    /// Replaces the oldest event with a notice. The START line of a request stays as long as other lines of it do,
    /// because readers use it to find the request.
    fn drop_oldest(&mut self) {
        let start = self.pop_front_if(|event| event.is("START"));
        self.pop_front_if(|event| event.message == DROPPED);
        let Some(dropped) = self.pop_front_if(|_| true) else { return };
        self.push_front(Event { message: DROPPED.to_owned(), ..dropped.clone() });
        let start = if dropped.is("START") { Some(dropped) } else { start.filter(|_| !dropped.is("REPORT")) };
        if let Some(start) = start {
            self.push_front(start);
        }
        self.unsaved = self.unsaved.min(self.kept.len());
    }

    fn pop_front_if(&mut self, condition: impl Fn(&Event) -> bool) -> Option<Event> {
        let event = self.kept.pop_front_if(|event| condition(event))?;
        self.bytes -= event.size();
        Some(event)
    }

    fn push_front(&mut self, event: Event) {
        self.bytes += event.size();
        self.kept.push_front(event);
    }
}

impl Stored for Events {
    fn collect(&mut self, path: &str, all: bool, changes: &mut Changes) -> serde_json::Result<()> {
        if all {
            changes.push(|| Change::Clear(path.to_owned()));
            self.renew();
        }
        let place = |first: u64| format!("{path}/{first:020}");
        let oldest = self.kept.front().map_or(u64::MAX, |event| event.number);
        while let Some((first, _)) = self.batches.pop_front_if(|(_, last)| *last < oldest) {
            changes.push(|| Change::Remove(place(first)));
        }
        let from = self.kept.len() - std::mem::take(&mut self.unsaved);
        let new: Vec<&Event> = self.kept.range(from..).collect();
        if let [first, .., last] | [first @ last] = new[..] {
            self.batches.push_back((first.number, last.number));
            changes.put(&place(first.number), &new)?;
        }
        Ok(())
    }

    fn restore(&mut self, path: &[&str], value: &[u8]) -> serde_json::Result<()> {
        if path.is_empty() {
            return Ok(());
        }
        let batch: Vec<Event> = serde_json::from_slice(value)?;
        if let ([first, ..], [.., last]) = (&batch[..], &batch[..]) {
            self.batches.push_back((first.number, last.number));
        }
        for event in batch {
            self.push(event);
        }
        self.unsaved = 0;
        Ok(())
    }

    fn renew(&mut self) {
        self.batches.clear();
        self.unsaved = self.kept.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(number: u64, message: &str) -> Event {
        Event { number, timestamp: 0, ingestion: 0, message: message.to_owned() }
    }

    /// The messages that a stream keeps after `before` lines of one request and then these.
    fn kept(before: usize, messages: &[&str]) -> Vec<String> {
        let mut events = Events::default();
        let all = (0..before).map(|_| "x").chain(messages.iter().copied());
        for (number, message) in (1..).zip(all) {
            events.push(event(number, message));
        }
        assert!(events.len() <= MOST_EVENTS);
        assert_eq!(events.bytes(), events.iter().map(Event::size).sum::<usize>());
        let numbers: Vec<u64> = events.iter().map(|event| event.number).collect();
        assert!(numbers.is_sorted_by(|one, next| one < next), "event numbers are ascending");
        events.kept.into_iter().map(|event| event.message).filter(|message| message != "x").collect()
    }

    #[test]
    fn dropped_lines_leave_a_notice_and_the_start_line_of_the_current_request() {
        let (start, end, report) = ("START RequestId: 1 Version: 1", "END RequestId: 1", "REPORT RequestId: 1\t");
        let many = vec!["x"; MOST_EVENTS];
        let after = |first: &[&'static str]| first.iter().copied().chain(many.iter().copied()).collect::<Vec<_>>();
        assert_eq!(kept(MOST_EVENTS, &[]), Vec::<String>::new());
        assert_eq!(kept(MOST_EVENTS + 3, &[]), [DROPPED]);
        assert_eq!(kept(0, &after(&[start])), [start, DROPPED]);
        assert_eq!(kept(7, &after(&[start])), [start, DROPPED]);
        assert_eq!(kept(0, &after(&[start, end, report])), [DROPPED]);
        assert_eq!(kept(0, &after(&[start, end, report, "START RequestId: 2"])), ["START RequestId: 2", DROPPED]);
    }

    #[test]
    fn a_stream_is_bounded_by_bytes_too() {
        let long = "y".repeat(MOST_BYTES / 4);
        let mut events = Events::default();
        let dropped: Vec<bool> = (1..=6).map(|number| events.push(event(number, &long))).collect();
        assert_eq!(dropped, [false, false, false, true, true, true]);
        assert!(events.bytes() <= MOST_BYTES);
        assert_eq!(events[0].message, DROPPED);
    }

    #[test]
    fn a_batch_is_saved_once_and_removed_with_its_last_event() {
        let mut events = Events::default();
        let collect = |events: &mut Events| {
            let mut changes = Changes { list: Some(Vec::new()) };
            events.collect("stream", false, &mut changes).unwrap();
            let paths = changes.list.unwrap_or_default().into_iter();
            paths
                .map(|change| match change {
                    Change::Put(path, _) => format!("put {path}"),
                    Change::Remove(path) | Change::Clear(path) => format!("remove {path}"),
                })
                .collect::<Vec<_>>()
        };
        (1..=3).for_each(|number| assert!(!events.push(event(number, "x"))));
        assert_eq!(collect(&mut events), ["put stream/00000000000000000001"]);
        assert_eq!(collect(&mut events), Vec::<String>::new());
        let later = (4..=MOST_EVENTS as u64 + 3).filter(|number| events.push(event(*number, "x"))).count();
        assert_eq!(later, 3);
        assert_eq!(collect(&mut events), ["remove stream/00000000000000000001", "put stream/00000000000000000004"],);
    }
}
