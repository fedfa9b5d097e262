//! S3's errors, in AWS's words. A lowercase member is a response header.

use serde_json::Value;

use crate::wire::error::AwsError;

pub(super) fn no_such_bucket(name: &str) -> AwsError {
    let error = AwsError::new(404, "NoSuchBucket", "The specified bucket does not exist");
    with(error, [("BucketName", name)])
}

pub(super) fn no_such_key(key: &str) -> AwsError {
    with(AwsError::new(404, "NoSuchKey", "The specified key does not exist."), [("Key", key)])
}

pub(super) fn no_such_version(key: &str, id: &str) -> AwsError {
    let error = AwsError::new(404, "NoSuchVersion", "The specified version does not exist.");
    with(error, [("Key", key), ("VersionId", id)])
}

/// `condition` is the name of the header whose condition does not hold.
pub(super) fn precondition_failed(condition: &str) -> AwsError {
    let message = "At least one of the pre-conditions you specified did not hold";
    with(AwsError::new(412, "PreconditionFailed", message), [("Condition", condition)])
}

pub(super) fn conditional_request_conflict(condition: &str, key: &str) -> AwsError {
    let message = "The conditional request cannot succeed due to a conflicting operation against this resource.";
    with(AwsError::new(409, "ConditionalRequestConflict", message), [("Condition", condition), ("Key", key)])
}

/// What AWS itself does not implement: a header with a value that this operation does not accept.
pub(super) fn not_implemented(header: &str) -> AwsError {
    let message = "A header you provided implies functionality that is not implemented";
    with(AwsError::new(501, "NotImplemented", message), [("Header", header)])
}

pub(super) fn access_denied() -> AwsError {
    AwsError::new(403, "AccessDenied", "Access Denied")
}

pub(super) fn invalid_request(message: impl Into<String>) -> AwsError {
    AwsError::new(400, "InvalidRequest", message)
}

pub(super) fn invalid_argument(message: &str, name: &str, value: &str) -> AwsError {
    with(AwsError::new(400, "InvalidArgument", message), [("ArgumentName", name), ("ArgumentValue", value)])
}

/// Adds members to an error.
pub(super) fn with<'a>(mut error: AwsError, members: impl IntoIterator<Item = (&'a str, &'a str)>) -> AwsError {
    error.members.extend(members.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value))));
    error
}
