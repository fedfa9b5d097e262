//! Conditional requests: `If-Match` and `If-None-Match`.

use super::{Arrival, S3, object, object::Content, refusal};
use crate::wire::{call::Call, error::AwsError};

/// Rejects an upload whose condition does not hold, or whose object another request has changed meanwhile.
pub(super) fn on_upload(s3: &S3, call: &Call, arrival: Arrival) -> Result<(), AwsError> {
    let (if_match, if_none_match) = (call.text("IfMatch"), call.text("IfNoneMatch"));
    let condition = match (if_match, if_none_match) {
        (None, None) => return Ok(()),
        (Some(_), Some(_)) => return Err(refusal::not_implemented("If-Match,If-None-Match")),
        (Some("*"), None) => return Err(refusal::not_implemented("If-Match")),
        (Some(_), None) => "If-Match",
        (None, Some("*")) => "If-None-Match",
        (None, Some(_)) => return Err(refusal::not_implemented("If-None-Match")),
    };
    let key = call.text("Key").unwrap_or_default();
    if s3.has_changed(call, arrival) {
        return Err(refusal::conditional_request_conflict(condition, key));
    }
    match (if_match, current(s3, call)) {
        (None, None) => Ok(()),
        (Some(_), None) => Err(refusal::no_such_key(key)),
        (Some(etag), Some(content)) if is_same(etag, &content.etag) => Ok(()),
        (_, Some(_)) => Err(refusal::precondition_failed(condition)),
    }
}

/// Rejects a deletion whose condition does not hold, or whose object another request has changed meanwhile. The
/// condition always applies to the current version.
pub(super) fn on_delete(s3: &S3, call: &Call, arrival: Arrival) -> Result<(), AwsError> {
    let Some(wanted) = call.text("IfMatch") else { return Ok(()) };
    let key = call.text("Key").unwrap_or_default();
    if s3.has_changed(call, arrival) {
        return Err(refusal::conditional_request_conflict("If-Match", key));
    }
    match current(s3, call) {
        Some(content) if wanted == "*" || is_same(wanted, &content.etag) => Ok(()),
        Some(_) => Err(refusal::precondition_failed("If-Match")),
        None => Err(refusal::no_such_key(key)),
    }
}

/// Rejects a read whose condition does not hold.
pub(super) fn on_read(call: &Call, content: &Content) -> Result<(), AwsError> {
    let holds = |wanted: &str| wanted.split(',').any(|etag| etag.trim() == "*" || is_same(etag, &content.etag));
    if call.text("IfMatch").is_some_and(|wanted| !holds(wanted)) {
        return Err(refusal::precondition_failed("If-Match"));
    }
    if call.text("IfNoneMatch").is_some_and(holds) {
        return Err(refusal::with(
            AwsError::new(304, "NotModified", "Not Modified"),
            [("etag", content.etag.as_str())],
        ));
    }
    Ok(())
}

fn current<'a>(s3: &'a S3, call: &Call) -> Option<&'a Content> {
    let bucket = s3.buckets.get(call.text("Bucket")?)?;
    object::current(bucket.objects.get(call.text("Key")?))
}

/// Whether two entity tags are equal. S3 accepts them with and without quotes.
fn is_same(one: &str, other: &str) -> bool {
    one.trim().trim_matches('"') == other.trim_matches('"')
}
