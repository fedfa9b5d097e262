//! Reads log groups from a start time on, once or continuously, and returns every event once.

use std::{
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
    time::Duration,
};

use aws_sdk_cloudwatchlogs::{operation::filter_log_events::FilterLogEventsOutput, types::FilteredLogEvent};
use futures_util::future::try_join_all;
use jiff::Timestamp;
use tokio::time::{MissedTickBehavior, interval};

use super::{line::Line, merge::Merge};
use crate::{
    aws::{Clients, call, operation},
    engine::{Events, Interrupt, Key, ResourceError, StepContext},
};

/// How much older than the newest event a late event can be: CloudWatch ingests events with a delay and out of order.
const LATE: Duration = Duration::from_secs(30);

/// The polling interval of `follow`.
const PAUSE: Duration = Duration::from_secs(1);

/// A log group to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The resource that the log belongs to.
    pub key: Key,
    /// The name of the log group.
    pub group: String,
}

/// A reader of log groups. It returns each event only once.
pub struct Tail<'a> {
    cloud: &'a Clients,
    events: &'a dyn Events,
    interrupt: &'a Interrupt,
    wanted: LogQuery,
    sources: Vec<(Source, Progress)>,
}

/// The progress in a source.
#[derive(Debug, Default)]
struct Progress {
    /// The time of the newest returned event.
    newest: Option<Timestamp>,
    /// The returned events that the next read can contain again.
    given: BTreeSet<(Timestamp, String)>,
}

/// The selection of events.
#[derive(Debug, Clone)]
pub struct LogQuery {
    /// The start time.
    pub since: Timestamp,
    /// A CloudWatch filter pattern; `None` selects all events.
    pub filter: Option<String>,
}

/// A log group that cannot be read.
#[derive(Debug)]
pub struct Unread {
    pub source: usize,
    pub error: ResourceError,
}

impl<'a> Tail<'a> {
    /// Creates a reader without reading anything.
    #[must_use]
    pub fn new(
        cloud: &'a Clients,
        (events, interrupt): (&'a dyn Events, &'a Interrupt),
        sources: Vec<Source>,
        wanted: LogQuery,
    ) -> Self {
        let sources = sources.into_iter().map(|source| (source, Progress::default())).collect();
        Self { cloud, events, interrupt, wanted, sources }
    }

    /// Passes every new event to `give`, in order of time, as the pages arrive.
    ///
    /// # Errors
    /// When a group cannot be read.
    pub async fn read(&mut self, mut give: impl FnMut(Line)) -> Result<(), Unread> {
        let mut merge = Merge::of(self.sources.len());
        let mut tokens: BTreeMap<usize, String> = BTreeMap::new();
        let begins: Vec<_> = self.sources.iter().map(|(_, progress)| progress.begin(self.wanted.since)).collect();
        loop {
            let awaited = merge.awaited();
            if awaited.is_empty() {
                return Ok(());
            }
            let pages = awaited.iter().map(|source| self.page(*source, begins[*source], tokens.get(source).cloned()));
            for (source, page) in awaited.iter().zip(try_join_all(pages).await?) {
                let more = page.next_token.is_some();
                page.next_token.map(|token| tokens.insert(*source, token));
                let lines = page.events.unwrap_or_default().into_iter();
                merge.add(*source, lines.filter_map(|event| line(*source, event)).collect(), more);
            }
            while let Some(line) = merge.next() {
                if self.sources[line.source].1.is_new(&line) {
                    give(line);
                }
            }
        }
    }

    /// Polls until the future is dropped or a read fails.
    ///
    /// # Errors
    /// When a group cannot be read.
    pub async fn follow(&mut self, mut give: impl FnMut(Line)) -> Result<Infallible, Unread> {
        let mut ticks = interval(PAUSE);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            self.read(&mut give).await?;
        }
    }

    async fn page(
        &self,
        source: usize,
        begin: Timestamp,
        token: Option<String>,
    ) -> Result<FilterLogEventsOutput, Unread> {
        let (Source { key, group }, _) = &self.sources[source];
        let request = self
            .cloud
            .logs
            .filter_log_events()
            .log_group_name(group)
            .start_time(begin.as_millisecond())
            .set_filter_pattern(self.wanted.filter.clone())
            .set_next_token(token);
        let context =
            StepContext { cloud: self.cloud, key, events: self.events, interrupt: self.interrupt, slot: None };
        let page = call(&context, &operation::FILTER_LOG_EVENTS, || request.clone().send()).await;
        page.map_err(|error| Unread { source, error })
    }
}

impl Progress {
    /// The start time of the next read.
    fn begin(&self, since: Timestamp) -> Timestamp {
        self.newest.and_then(|newest| newest.checked_sub(LATE).ok()).map_or(since, |late| late.max(since))
    }

    fn is_new(&mut self, line: &Line) -> bool {
        let newest = self.newest.map_or(line.at, |newest| newest.max(line.at));
        self.newest = Some(newest);
        let new = self.given.insert((line.at, line.id.clone()));
        // The next read does not include events before this time.
        let oldest = self.begin(Timestamp::MIN);
        while self.given.first().is_some_and(|(at, _)| *at < oldest) {
            self.given.pop_first();
        }
        new
    }
}

fn line(source: usize, event: FilteredLogEvent) -> Option<Line> {
    Some(Line {
        source,
        stream: event.log_stream_name.unwrap_or_default(),
        id: event.event_id.unwrap_or_default(),
        at: Timestamp::from_millisecond(event.timestamp?).ok()?,
        message: event.message.unwrap_or_default().trim_end_matches(['\n', '\r']).to_owned(),
    })
}
