//! Reads log groups from a moment on, again and again if need be, every event once.

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
    aws::{Cloud, call, operation},
    engine::{Context, Events, Interrupt, Key, ResourceError},
};

/// How far behind the newest event a later one may still appear: CloudWatch takes events in late, and not in order.
const LATE: Duration = Duration::from_secs(30);

/// How long a follower waits between two looks.
const PAUSE: Duration = Duration::from_secs(1);

/// What is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Of which thing of the stack it is the log.
    pub key: Key,
    /// The name of the group.
    pub group: String,
}

/// The reading of some log groups. What it has given it does not give again.
pub struct Tail<'a> {
    cloud: &'a Cloud,
    events: &'a dyn Events,
    interrupt: &'a Interrupt,
    wanted: Wanted,
    sources: Vec<(Source, Progress)>,
}

/// How far a source has been read.
#[derive(Debug, Default)]
struct Progress {
    /// When the newest event happened that was given.
    newest: Option<Timestamp>,
    /// The events that were given, as far back as they may come again.
    given: BTreeSet<(Timestamp, String)>,
}

/// Which events are read.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// From when on.
    pub since: Timestamp,
    /// In CloudWatch's own syntax; without it all.
    pub filter: Option<String>,
}

/// A log group that cannot be read.
#[derive(Debug)]
pub struct Unread {
    /// The place of its source.
    pub source: usize,
    /// Why.
    pub error: ResourceError,
}

impl<'a> Tail<'a> {
    /// Begins; nothing is read yet.
    #[must_use]
    pub fn new(
        cloud: &'a Cloud,
        (events, interrupt): (&'a dyn Events, &'a Interrupt),
        sources: Vec<Source>,
        wanted: Wanted,
    ) -> Self {
        let sources = sources.into_iter().map(|source| (source, Progress::default())).collect();
        Self { cloud, events, interrupt, wanted, sources }
    }

    /// Gives every event that was not given yet, in the order of time, while the pages come.
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

    /// Reads again and again, for ever.
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
        let context = Context { cloud: self.cloud, key, events: self.events, interrupt: self.interrupt };
        let page = call(&context, &operation::FILTER_LOG_EVENTS, || request.clone().send()).await;
        page.map_err(|error| Unread { source, error })
    }
}

impl Progress {
    /// From when on the source is read next.
    fn begin(&self, since: Timestamp) -> Timestamp {
        self.newest.and_then(|newest| newest.checked_sub(LATE).ok()).map_or(since, |late| late.max(since))
    }

    fn is_new(&mut self, line: &Line) -> bool {
        let newest = self.newest.map_or(line.at, |newest| newest.max(line.at));
        self.newest = Some(newest);
        let new = self.given.insert((line.at, line.id.clone()));
        // It is not read again from before this.
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
