//! API Gateway's errors, with AWS's messages.

use crate::wire::error::AwsError;

pub(super) fn bad_request(message: impl Into<String>) -> AwsError {
    AwsError::new(400, "BadRequestException", message)
}

pub(super) fn not_found(message: impl Into<String>) -> AwsError {
    AwsError::new(404, "NotFoundException", message)
}

pub(super) fn conflict(message: impl Into<String>) -> AwsError {
    AwsError::new(409, "ConflictException", message)
}

/// The error for an exceeded quota on the number of objects; its status is that of throttling.
pub(super) fn limit_exceeded(message: impl Into<String>) -> AwsError {
    AwsError::new(429, "LimitExceededException", message)
}
