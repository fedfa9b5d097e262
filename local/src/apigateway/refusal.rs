//! API Gateway's refusals, worded as AWS words them.

use crate::error::AwsError;

pub(super) fn bad_request(message: impl Into<String>) -> AwsError {
    AwsError::new(400, "BadRequestException", message)
}

pub(super) fn not_found(message: impl Into<String>) -> AwsError {
    AwsError::new(404, "NotFoundException", message)
}

pub(super) fn conflict(message: impl Into<String>) -> AwsError {
    AwsError::new(409, "ConflictException", message)
}

/// A quota on how many there may be; AWS answers it with the status of a throttle.
pub(super) fn limit_exceeded(message: impl Into<String>) -> AwsError {
    AwsError::new(429, "LimitExceededException", message)
}
