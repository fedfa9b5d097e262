//! CloudWatch Logs: groups, streams, and the events in them.
//!
//! Groups and streams are rows of tables, and so is each batch of events that a request writes.

mod archive;
mod event;
mod events;
mod filter;
mod group;
mod stream;

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use uuid::Uuid;

pub(crate) use self::archive::Line;
use self::events::{Event, Events};
use crate::{
    emulator::Emulator,
    store::table::{Row, Stored, Table},
    wire::{
        call::Call,
        error::{Answered, AwsError},
        paging::InvalidToken,
        validate,
    },
};

/// The size of the events that all streams together keep.
const MOST_BYTES: usize = 128 * 1024 * 1024;

/// CloudWatch Logs' part of the world.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Logs {
    /// By Region and name, such as `eu-west-1:/aws/lambda/hello`. The same name may exist in several Regions.
    #[serde(deserialize_with = "by_place")]
    groups: Table<String, Group>,
    /// The number of events ever written. Each event carries its number.
    #[serde(skip)]
    count: u64,
    /// The size of the events written since the streams were last measured, and what was measured.
    #[serde(skip)]
    bytes: usize,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Group {
    /// Distinguishes this group from an earlier, deleted one of the same name.
    id: String,
    region: String,
    /// Milliseconds since 1970, like all times of this service.
    created: i64,
    retention_in_days: Option<i64>,
    class: String,
    deletion_protection: bool,
    tags: BTreeMap<String, String>,
    streams: Table<String, Stream>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Stream {
    created: i64,
    /// Whether earlier events were dropped.
    #[serde(default)]
    dropped: bool,
    #[serde(skip)]
    events: Events,
}

impl Row for Group {
    fn tables(&mut self) -> Vec<(&'static str, &mut dyn Stored)> {
        vec![("streams", &mut self.streams)]
    }
}

impl Row for Stream {
    fn tables(&mut self) -> Vec<(&'static str, &mut dyn Stored)> {
        vec![("events", &mut self.events)]
    }
}

impl Logs {
    /// The groups, to be saved.
    pub(crate) fn groups(&mut self) -> &mut dyn Stored {
        &mut self.groups
    }

    /// Completes the streams after their events have been read.
    pub(crate) fn restored(&mut self) {
        for stream in self.groups.values_mut().flat_map(|group| group.streams.values_mut()) {
            let last = stream.events.back().map_or(0, |event| event.number);
            self.count = self.count.max(last);
            self.bytes += stream.events.bytes();
            if stream.dropped {
                stream.events.note_dropped();
            }
        }
    }

    /// Writes one event and creates the stream if needed. Returns false if the group does not exist.
    pub(crate) fn append(
        &mut self,
        (region, group): (&str, &str),
        stream: &str,
        timestamp: i64,
        message: &str,
    ) -> bool {
        let Some(group) = self.groups.get_mut(&place(region, group)) else { return false };
        self.count += 1;
        let stream = group.streams.get_or_insert_with(stream.to_owned(), Stream::new);
        let event = Event { number: self.count, timestamp, ingestion: now(), message: message.to_owned() };
        self.bytes += event.size();
        stream.push(event);
        if self.bytes > MOST_BYTES {
            self.shrink();
        }
        true
    }

    /// Drops half of the events of the streams with the oldest ones, until all streams together are far below their
    /// maximum.
    fn shrink(&mut self) {
        let every = || {
            self.groups
                .iter()
                .flat_map(|(key, group)| group.streams.iter().map(move |(name, stream)| (key, name, stream)))
        };
        self.bytes = every().map(|(_, _, stream)| stream.events.bytes()).sum();
        let mut oldest: Vec<_> = every()
            .filter_map(|(key, name, stream)| Some((stream.events.front()?.number, key.clone(), name.clone())))
            .collect();
        oldest.sort();
        for (_, group, stream) in oldest {
            if self.bytes < MOST_BYTES / 4 * 3 {
                break;
            }
            let Some(stream) = self.groups.get_mut(&group).and_then(|group| group.streams.get_mut(&stream)) else {
                continue;
            };
            let before = stream.events.bytes();
            stream.events.drop_half();
            stream.dropped = true;
            self.bytes -= before - stream.events.bytes();
        }
    }

    /// Creates a group as Lambda does on the first invocation, without retention, unless it exists.
    pub(crate) fn ensure_group(&mut self, name: &str, region: &str) {
        self.groups.get_or_insert_with(place(region, name), || Group::new(region));
    }

    fn group(&self, region: &str, name: &str) -> Result<&Group, AwsError> {
        self.groups.get(&place(region, name)).ok_or_else(no_group)
    }

    fn group_mut(&mut self, region: &str, name: &str) -> Result<&mut Group, AwsError> {
        self.groups.get_mut(&place(region, name)).ok_or_else(no_group)
    }

    /// The groups of a Region by name.
    fn groups_of(&self, region: &str) -> impl Iterator<Item = (&str, &Group)> {
        let here = self.groups.iter().filter(move |(_, group)| group.region == region);
        here.map(|(place, group)| (name_at(place), group))
    }
}

/// The key of a group. Names have no colon.
fn place(region: &str, name: &str) -> String {
    format!("{region}:{name}")
}

/// The name in a group's key.
fn name_at(place: &str) -> &str {
    place.split_once(':').map_or(place, |(_, name)| name)
}

/// Reads groups. Older versions stored them by name alone, without the Region.
fn by_place<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Table<String, Group>, D::Error> {
    let groups = BTreeMap::<String, Group>::deserialize(deserializer)?.into_iter();
    Ok(groups.map(|(key, group)| (place(&group.region, name_at(&key)), group)).collect())
}

impl Group {
    fn new(region: &str) -> Self {
        Self {
            id: Uuid::new_v4().to_string(),
            region: region.to_owned(),
            created: now(),
            retention_in_days: None,
            class: "STANDARD".into(),
            deletion_protection: false,
            tags: BTreeMap::new(),
            streams: Table::default(),
        }
    }
}

impl Stream {
    fn new() -> Self {
        Self { created: now(), dropped: false, events: Events::default() }
    }

    fn push(&mut self, event: Event) {
        self.dropped |= self.events.push(event);
    }
}

/// Carries out one call.
pub(crate) fn handle(emulator: &Emulator, call: &Call) -> Answered {
    match call.operation.as_str() {
        "CreateLogGroup" => group::create(emulator, call),
        "DescribeLogGroups" => group::describe(emulator, call),
        "DeleteLogGroup" => group::delete(emulator, call),
        "PutRetentionPolicy" => group::put_retention(emulator, call),
        "DeleteRetentionPolicy" => group::delete_retention(emulator, call),
        "PutLogGroupDeletionProtection" => group::put_deletion_protection(emulator, call),
        "TagResource" => group::tag(emulator, call),
        "UntagResource" => group::untag(emulator, call),
        "ListTagsForResource" => group::list_tags(emulator, call),
        "CreateLogStream" => stream::create(emulator, call),
        "DescribeLogStreams" => stream::describe(emulator, call),
        "DeleteLogStream" => stream::delete(emulator, call),
        "PutLogEvents" => event::put(emulator, call),
        "GetLogEvents" => event::get(emulator, call),
        "FilterLogEvents" => event::filter(emulator, call),
        _ => Err(AwsError::not_imitated(&call.name())),
    }
}

fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new(400, "InvalidParameterException", message)
}

fn invalid_token(_: InvalidToken) -> AwsError {
    invalid("The specified nextToken is invalid.")
}

fn no_group() -> AwsError {
    AwsError::new(400, "ResourceNotFoundException", "The specified log group does not exist.")
}

fn no_stream() -> AwsError {
    AwsError::new(400, "ResourceNotFoundException", "The specified log stream does not exist.")
}

/// The group of a call, from `logGroupName` or from `logGroupIdentifier`, which is a name or an ARN.
fn identified(call: &Call) -> Result<&str, AwsError> {
    match (call.text("logGroupName"), call.text("logGroupIdentifier")) {
        (None, Some(identifier)) => name_in(call, identifier),
        (Some(_), Some(_)) => Err(AwsError::new(
            400,
            "ValidationException",
            "LogGroup name and LogGroup ARN are mutually exclusive parameters.",
        )),
        (Some(name), None) => Ok(name),
        (None, None) => {
            let violation = validate::violation(" null", "logGroupName", "Member must not be null");
            Err(invalid(format!("1 validation error detected: {violation}")))
        }
    }
}

/// The name in a group's ARN, with or without `:*` at its end. Other text is returned as it is. Groups of other Regions
/// are not found.
fn name_in<'a>(call: &Call, identifier: &'a str) -> Result<&'a str, AwsError> {
    let Some((arn, name)) = identifier.split_once(":log-group:") else { return Ok(identifier) };
    let here = arn.split(':').nth(3) == Some(&*call.region);
    if here { Ok(name.strip_suffix(":*").unwrap_or(name)) } else { Err(no_group()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_streams_together_are_bounded_by_bytes() {
        let mut logs = Logs::default();
        logs.ensure_group("app", "eu-west-1");
        let message = "x".repeat(256 * 1024);
        let mut most = 0;
        for number in 0..800 {
            assert!(logs.append(("eu-west-1", "app"), &format!("{:02}", number / 25), number, &message));
            let streams = logs.groups.values().flat_map(|group| group.streams.values());
            most = most.max(streams.map(|stream| stream.events.bytes()).sum::<usize>());
        }
        assert!((MOST_BYTES / 4 * 3..=MOST_BYTES).contains(&most), "{most}");
        let group = logs.groups.values().next().unwrap();
        let first = |stream: &str| group.streams.get(stream).unwrap().events.front().unwrap().message.clone();
        assert_eq!(
            (first("00"), first("31")),
            (events::DROPPED.to_owned(), message),
            "the oldest are dropped, with a note"
        );
    }
}
