//! Cognito's errors with AWS's messages. All of them have status 400.

use crate::wire::error::AwsError;

pub(super) fn refuse(code: &str, message: impl Into<String>) -> AwsError {
    AwsError::new(400, code, message)
}

pub(super) fn invalid_parameter(message: impl Into<String>) -> AwsError {
    refuse("InvalidParameterException", message)
}

pub(super) fn not_authorized(message: impl Into<String>) -> AwsError {
    refuse("NotAuthorizedException", message)
}

pub(super) fn not_found(message: impl Into<String>) -> AwsError {
    refuse("ResourceNotFoundException", message)
}

pub(super) fn no_user_pool(id: &str) -> AwsError {
    not_found(format!("User pool {id} does not exist."))
}

pub(super) fn no_client(id: &str) -> AwsError {
    not_found(format!("User pool client {id} does not exist."))
}
