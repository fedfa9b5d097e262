//! Log events: written in batches, read per stream or per group.

use serde_json::{Value, json};

use super::{Event, Stream, filter::Filter, identified, invalid, invalid_token, no_stream, now};
use crate::{
    emulator::Emulator,
    wire::{
        call::Call,
        error::{Answered, AwsError},
        paging,
    },
};

const DAY: i64 = 24 * 60 * 60 * 1000;

const MOST_ON_A_PAGE: usize = 10_000;

/// Writes a batch. Events that are too old or too new are skipped and reported in the response.
pub(super) fn put(emulator: &Emulator, call: &Call) -> Answered {
    let (group, stream) = (call.required("logGroupName"), call.required("logStreamName"));
    let batch = batch(call)?;
    let mut world = emulator.world();
    let kept = world.logs.group(&call.region, group)?;
    if !kept.streams.contains_key(stream) {
        return Err(no_stream());
    }
    let oldest_kept = now() - kept.retention_in_days.unwrap_or(i64::MAX / DAY).saturating_mul(DAY);
    let (oldest, newest) = (now() - 14 * DAY, now() + DAY / 12);
    let too_old = batch.iter().take_while(|(time, _)| *time < oldest).count();
    let expired = batch.iter().take_while(|(time, _)| *time < oldest_kept).count();
    let too_new = batch.iter().position(|(time, _)| *time > newest);
    for (time, message) in &batch[too_old.max(expired)..too_new.unwrap_or(batch.len())] {
        world.logs.append((&call.region, group), stream, *time, message);
    }
    let rejected = json!({
        "tooNewLogEventStartIndex": too_new,
        "tooOldLogEventEndIndex": (too_old > 0).then_some(too_old),
        "expiredLogEventEndIndex": (expired > 0).then_some(expired),
    });
    let any = too_old + expired > 0 || too_new.is_some();
    let next = format!("{:056}", world.logs.count);
    Ok(json!({ "nextSequenceToken": next, "rejectedLogEventsInfo": any.then_some(rejected) }).into())
}

/// Reads one stream, forwards from its head or backwards from its tail.
pub(super) fn get(emulator: &Emulator, call: &Call) -> Answered {
    let (group, stream) = (identified(call)?, call.required("logStreamName"));
    let size = page_size(emulator, call);
    let from_head = call.input.get("startFromHead").and_then(Value::as_bool).unwrap_or(false);
    let token = call.text("nextToken").map(token).transpose()?;
    let world = emulator.world();
    let stream = world.logs.group(&call.region, group)?.streams.get(stream).ok_or_else(no_stream)?;
    let events: Vec<&Event> = stream.events.iter().filter(|event| in_time(call, event)).collect();
    let (forwards, from) = match token {
        Some((forwards, number)) if forwards => (true, events.partition_point(|event| event.number <= number)),
        Some((_, number)) => (false, events.partition_point(|event| event.number < number)),
        None if from_head => (true, 0),
        None => (false, events.len()),
    };
    let page =
        if forwards { &events[from..events.len().min(from + size)] } else { &events[from.saturating_sub(size)..from] };
    // At either end, AWS returns the same token that was passed in. Readers stop there.
    let before = from.checked_sub(1).map_or(0, |last| events[last].number);
    let after = events.get(from).map_or(before + 1, |event| event.number);
    let last = page.last().map_or(before, |event| event.number);
    let first = page.first().map_or(after, |event| event.number);
    let events: Vec<Value> = page
        .iter()
        .map(
            |event| json!({ "timestamp": event.timestamp, "message": event.message, "ingestionTime": event.ingestion }),
        )
        .collect();
    let answer = json!({
        "events": events,
        "nextForwardToken": format!("f/{last:056}"),
        "nextBackwardToken": format!("b/{first:056}"),
    });
    Ok(answer.into())
}

/// Reads the streams of a group merged, in chronological order.
pub(super) fn filter(emulator: &Emulator, call: &Call) -> Answered {
    let group = identified(call)?;
    let filter = Filter::parse(call.text("filterPattern").unwrap_or_default())?;
    let prefix = call.text("logStreamNamePrefix");
    let names = call.input.get("logStreamNames").and_then(Value::as_array);
    if prefix.is_some() && names.is_some() {
        return Err(invalid("logStreamNamePrefix and logStreamNames are mutually exclusive parameters."));
    }
    let size = page_size(emulator, call);
    let world = emulator.world();
    let wanted = |(name, _): &(&String, &Stream)| {
        prefix.is_none_or(|prefix| name.starts_with(prefix))
            && names.is_none_or(|names| names.iter().any(|wanted| wanted.as_str() == Some(name)))
    };
    let mut events: Vec<(String, Value)> = world
        .logs
        .group(&call.region, group)?
        .streams
        .iter()
        .filter(wanted)
        .flat_map(|(name, stream)| stream.events.iter().map(move |event| (name, event)))
        .filter(|(_, event)| in_time(call, event) && filter.fits(&event.message))
        .map(|(name, event)| (order(event), found(name, event)))
        .collect();
    events.sort_by(|(left, _), (right, _)| left.cmp(right));
    let page = paging::page(events, call.text("nextToken"), size).map_err(invalid_token)?;
    Ok(json!({ "events": page.items, "searchedLogStreams": [], "nextToken": page.next }).into())
}

/// A sort key: by time, then by arrival.
fn order(event: &Event) -> String {
    format!("{:020}{:020}", event.timestamp.max(0), event.number)
}

fn found(stream: &str, event: &Event) -> Value {
    json!({
        "logStreamName": stream,
        "timestamp": event.timestamp,
        "message": event.message,
        "ingestionTime": event.ingestion,
        "eventId": format!("{:056}", event.number),
    })
}

/// The times and messages of a valid batch.
fn batch(call: &Call) -> Result<Vec<(i64, &str)>, AwsError> {
    let events = call.input.get("logEvents").and_then(Value::as_array).into_iter().flatten();
    let batch: Vec<(i64, &str)> =
        events.filter_map(|event| Some((event.get("timestamp")?.as_i64()?, event.get("message")?.as_str()?))).collect();
    if batch.is_sorted_by_key(|(time, _)| *time) {
        return Ok(batch);
    }
    Err(invalid("Log events in a single PutLogEvents request must be in chronological order."))
}

/// Whether an event is in `[startTime, endTime)`.
fn in_time(call: &Call, event: &Event) -> bool {
    call.number("startTime").is_none_or(|start| event.timestamp >= start)
        && call.number("endTime").is_none_or(|end| event.timestamp < end)
}

fn page_size(emulator: &Emulator, call: &Call) -> usize {
    let asked = call.number("limit");
    emulator.page_size(asked, MOST_ON_A_PAGE, MOST_ON_A_PAGE)
}

/// Parses `f/…` or `b/…`: the direction, and the event at the end of the previous page.
fn token(token: &str) -> Result<(bool, u64), AwsError> {
    let refused = || invalid_token(paging::InvalidToken);
    let (direction, number) = token.split_once('/').ok_or_else(refused)?;
    if !matches!(direction, "f" | "b") {
        return Err(refused());
    }
    Ok((direction == "f", number.parse().map_err(|_| refused())?))
}
