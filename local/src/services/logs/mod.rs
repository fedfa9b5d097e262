//! CloudWatch Logs: groups, streams, and the events in them.
//!
//! Groups and streams are part of the world. Events are stored separately (`archive`), so that a busy function does not
//! make the world grow.

mod archive;
mod event;
mod filter;
mod group;
mod stream;

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Deserializer, Serialize};
use uuid::Uuid;

pub(crate) use self::archive::Line;
use crate::{
    emulator::Emulator,
    wire::{
        call::Call,
        constraint,
        error::{Answered, AwsError},
        paging::InvalidToken,
    },
};

/// The number of events that a stream keeps. Older ones are dropped.
const MOST_EVENTS: usize = 10_000;

/// The message that replaces them.
const DROPPED: &str = "[local emulator] earlier lines of this stream were dropped: it keeps the last 10,000";

/// CloudWatch Logs' part of the world.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Logs {
    /// By Region and name, such as `eu-west-1:/aws/lambda/hello`. The same name may exist in several Regions.
    #[serde(deserialize_with = "by_place")]
    groups: BTreeMap<String, Group>,
    /// The number of events ever written. Each event carries its number.
    #[serde(skip)]
    count: u64,
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
    streams: BTreeMap<String, Stream>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Stream {
    created: i64,
    #[serde(skip)]
    events: VecDeque<Event>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Event {
    number: u64,
    timestamp: i64,
    ingestion: i64,
    message: String,
}

impl Event {
    /// Whether it is a log line of Lambda itself, such as `START`.
    fn is(&self, name: &str) -> bool {
        self.message.strip_prefix(name).is_some_and(|rest| rest.starts_with(" RequestId: "))
    }
}

impl Logs {
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
        let stream = group.streams.entry(stream.to_owned()).or_insert_with(Stream::new);
        stream.push(Event { number: self.count, timestamp, ingestion: now(), message: message.to_owned() });
        true
    }

    /// Creates a group as Lambda does on the first invocation, without retention, unless it exists.
    pub(crate) fn ensure_group(&mut self, name: &str, region: &str) {
        self.groups.entry(place(region, name)).or_insert_with(|| Group::new(region));
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
fn by_place<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, Group>, D::Error> {
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
            streams: BTreeMap::new(),
        }
    }
}

impl Stream {
    fn new() -> Self {
        Self { created: now(), events: VecDeque::new() }
    }

    fn push(&mut self, event: Event) {
        while self.events.len() >= MOST_EVENTS {
            self.drop_oldest();
        }
        self.events.push_back(event);
    }

    /// Replaces the oldest event with a notice. The START line of a request stays as long as other lines of it do,
    /// because readers use it to find the request.
    fn drop_oldest(&mut self) {
        let start = self.events.pop_front_if(|event| event.is("START"));
        self.events.pop_front_if(|event| event.message == DROPPED);
        let Some(dropped) = self.events.pop_front() else { return };
        self.events.push_front(Event { message: DROPPED.to_owned(), ..dropped.clone() });
        let start = if dropped.is("START") { Some(dropped) } else { start.filter(|_| !dropped.is("REPORT")) };
        if let Some(start) = start {
            self.events.push_front(start);
        }
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

/// The `logGroupName` of a call.
fn group_name(call: &Call) -> Result<&str, AwsError> {
    let name = constraint::required(call, "logGroupName", 512).map_err(invalid)?;
    if name.chars().all(|letter| letter.is_ascii_alphanumeric() || "._-/#".contains(letter)) {
        return Ok(name);
    }
    let rule = r"Member must satisfy regular expression pattern: [\.\-_/#A-Za-z0-9]+";
    Err(invalid(constraint::violated(&format!("'{name}'"), "logGroupName", rule)))
}

/// The group of a call, from `logGroupName` or from `logGroupIdentifier`, which is a name or an ARN.
fn identified(call: &Call) -> Result<&str, AwsError> {
    match (call.text("logGroupName"), call.text("logGroupIdentifier")) {
        (None, Some(identifier)) => name_in(call, identifier),
        (Some(_), Some(_)) => Err(invalid("LogGroup name and LogGroup identifier are mutually exclusive parameters.")),
        _ => group_name(call),
    }
}

/// The name in a group's ARN, with or without `:*` at its end. Other text is returned as it is. Groups of other Regions
/// are not found.
fn name_in<'a>(call: &Call, identifier: &'a str) -> Result<&'a str, AwsError> {
    let Some((arn, name)) = identifier.split_once(":log-group:") else { return Ok(identifier) };
    let here = arn.split(':').nth(3) == Some(&*call.region);
    if here { Ok(name.strip_suffix(":*").unwrap_or(name)) } else { Err(no_group()) }
}

/// The `logStreamName` of a call.
fn stream_name(call: &Call) -> Result<&str, AwsError> {
    let name = constraint::required(call, "logStreamName", 512).map_err(invalid)?;
    if name.contains([':', '*']) {
        let rule = "Member must satisfy regular expression pattern: [^:*]*";
        return Err(invalid(constraint::violated(&format!("'{name}'"), "logStreamName", rule)));
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The messages that a stream keeps after `before` lines of one request and then these.
    fn kept(before: usize, messages: &[&str]) -> Vec<String> {
        let mut stream = Stream::new();
        let all = (0..before).map(|_| "x").chain(messages.iter().copied());
        for (number, message) in (1..).zip(all) {
            stream.push(Event { number, timestamp: 0, ingestion: 0, message: message.to_owned() });
        }
        assert!(stream.events.len() <= MOST_EVENTS);
        let numbers: Vec<u64> = stream.events.iter().map(|event| event.number).collect();
        assert!(numbers.is_sorted_by(|one, next| one < next), "event numbers are ascending");
        stream.events.into_iter().map(|event| event.message).filter(|message| message != "x").collect()
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
}
