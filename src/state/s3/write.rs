//! A conditional write of which it is known in the end whether it took place, whatever became of its answer.

use std::time::Duration;

use super::bucket::{Attempt, Bucket, ETag, Object, WriteCondition};
use crate::engine::{ResourceError, Verdict, pause};

/// How often a write is sent while its condition holds and it yet does not take place.
const TRIES: u32 = 5;

/// What became of a write.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// It took place.
    Done(ETag),
    /// It was refused or its answer was lost, and what it wrote is there: it had taken place.
    Found(ETag),
    /// Its condition does not hold: this is there.
    Not(Option<Object>),
}

/// Writes `body` while `condition` holds.
///
/// A rejection may be due to an earlier attempt of the same write whose answer was lost, within the client or here; then
/// the very body is there. A 409 only says that another write was under way, and a 5xx that nothing is known: as long as
/// the condition holds, the write is sent again.
pub(super) async fn write(
    bucket: &impl Bucket,
    key: &str,
    body: &[u8],
    condition: &WriteCondition,
) -> Result<Written, ResourceError> {
    let mut tries = 0;
    loop {
        let failure = match bucket.put(key, body.to_vec(), condition).await {
            Ok(Attempt::Done(etag)) => return Ok(Written::Done(etag)),
            Ok(Attempt::Refused) => None,
            Err(error) if error.verdict == Verdict::Ambiguous => Some(error),
            Err(error) => return Err(error),
        };
        let there = bucket.get(key).await.map_err(|error| failure.clone().unwrap_or(error))?;
        match there {
            Some(object) if object.body == body => return Ok(Written::Found(object.etag)),
            there if !holds(condition, there.as_ref()) => return Ok(Written::Not(there)),
            _ => {}
        }
        tries += 1;
        if tries == TRIES {
            return Err(failure.unwrap_or_else(refused_in_vain));
        }
        pause(Duration::from_millis(250 << tries)).await;
    }
}

fn holds(condition: &WriteCondition, there: Option<&Object>) -> bool {
    match condition {
        WriteCondition::Absent => there.is_none(),
        WriteCondition::Is(etag) => there.is_some_and(|object| object.etag == *etag),
    }
}

fn refused_in_vain() -> ResourceError {
    ResourceError::refused(format!("the bucket rejected {TRIES} writes without a conflict"))
        .hint("does it support conditional writes (`If-Match` and `If-None-Match`)? S3 itself does")
}
