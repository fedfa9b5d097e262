//! Lambda's errors, in AWS's words.

use serde_json::Value;

use crate::wire::error::AwsError;

fn refusal(status: u16, code: &str, message: impl Into<String>) -> AwsError {
    let mut error = AwsError::new(status, code, message);
    error.members.insert("Type".into(), Value::from("User"));
    error
}

pub(super) fn invalid(message: impl Into<String>) -> AwsError {
    refusal(400, "InvalidParameterValueException", message)
}

pub(super) fn conflict(message: impl Into<String>) -> AwsError {
    refusal(409, "ResourceConflictException", message)
}

pub(super) fn not_found(message: impl Into<String>) -> AwsError {
    refusal(404, "ResourceNotFoundException", message)
}

pub(super) fn function_not_found(arn: &str) -> AwsError {
    not_found(format!("Function not found: {arn}"))
}

/// A violated constraint of the API model. AWS checks these before the service sees the request.
pub(super) fn constraint(member: &str, value: &str, rule: &str) -> AwsError {
    AwsError::new(
        400,
        "ValidationException",
        format!("1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: {rule}"),
    )
}

pub(super) fn precondition_failed(operation: &str) -> AwsError {
    refusal(
        412,
        "PreconditionFailedException",
        format!(
            "The Revision Id provided does not match the latest Revision Id. Call the {operation} API to retrieve the \
             latest Revision Id"
        ),
    )
}

pub(super) fn too_large(code: &str, message: impl Into<String>) -> AwsError {
    refusal(413, code, message)
}

pub(super) fn throttled() -> AwsError {
    let mut error = refusal(429, "TooManyRequestsException", "Rate Exceeded.");
    error.members.insert("Reason".into(), Value::from("ReservedFunctionConcurrentInvocationLimitExceeded"));
    error
}
