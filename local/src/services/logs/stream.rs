//! Log streams.

use serde_json::{Value, json};

use super::{Stream, identified, invalid, invalid_token, no_stream};
use crate::{
    emulator::Emulator,
    wire::{
        call::Call,
        error::{Answered, AwsError},
        paging,
    },
};

impl Stream {
    fn last_timestamp(&self) -> Option<i64> {
        self.events.iter().map(|event| event.timestamp).max()
    }
}

pub(super) fn create(emulator: &Emulator, call: &Call) -> Answered {
    let (group, stream) = (call.required("logGroupName"), call.required("logStreamName"));
    let mut world = emulator.world();
    let group = world.logs.group_mut(&call.region, group)?;
    if group.streams.contains_key(stream) {
        return Err(AwsError::new(400, "ResourceAlreadyExistsException", "The specified log stream already exists"));
    }
    group.streams.insert(stream.to_owned(), Stream::new());
    Ok(json!({}).into())
}

pub(super) fn delete(emulator: &Emulator, call: &Call) -> Answered {
    let (group, stream) = (call.required("logGroupName"), call.required("logStreamName"));
    let removed = emulator.world().logs.group_mut(&call.region, group)?.streams.remove(stream);
    removed.map(|_| json!({}).into()).ok_or_else(no_stream)
}

/// Lists the streams of a group by name or by last event.
pub(super) fn describe(emulator: &Emulator, call: &Call) -> Answered {
    let name = identified(call)?;
    let prefix = call.text("logStreamNamePrefix");
    let by_time = call.text("orderBy") == Some("LastEventTime");
    if by_time && prefix.is_some() {
        return Err(invalid("Cannot order by LastEventTime with a logStreamNamePrefix."));
    }
    let asked = call.number("limit");
    let world = emulator.world();
    let group = world.logs.group(&call.region, name)?;
    let arn = format!("arn:aws:logs:{}:{}:log-group:{name}", group.region, emulator.settings().account);
    let mut streams: Vec<_> = group
        .streams
        .iter()
        .filter(|(stream, _)| prefix.is_none_or(|prefix| stream.starts_with(prefix)))
        .map(|(stream, kept)| (kept.last_timestamp().filter(|_| by_time), summary(&arn, stream, kept)))
        .collect();
    streams.sort_by_key(|(time, _)| *time);
    if call.input.get("descending").and_then(Value::as_bool) == Some(true) {
        streams.reverse();
    }
    // The order may not be that of the names, so the page token is a position.
    let places = streams.into_iter().enumerate().map(|(place, (_, summary))| (format!("{place:09}"), summary));
    let page =
        paging::page(places, call.text("nextToken"), emulator.page_size(asked, 50, 50)).map_err(invalid_token)?;
    Ok(json!({ "logStreams": page.items, "nextToken": page.next }).into())
}

fn summary(group_arn: &str, name: &str, stream: &Stream) -> Value {
    json!({
        "logStreamName": name,
        "creationTime": stream.created,
        "firstEventTimestamp": stream.events.iter().map(|event| event.timestamp).min(),
        "lastEventTimestamp": stream.last_timestamp(),
        "lastIngestionTime": stream.events.back().map(|event| event.ingestion),
        "arn": format!("{group_arn}:log-stream:{name}"),
        "storedBytes": 0,
    })
}
