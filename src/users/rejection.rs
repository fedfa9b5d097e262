//! Cognito's rejections as reasons. Several of them share one code and differ only in the message.

use super::{client::AppClient, error::UserError, pool::Users};
use crate::engine::ResourceError;

/// Whom a call was about, and what it was to do.
pub(super) struct About<'a> {
    pub(super) people: &'a Users<'a>,
    /// The name that was given.
    pub(super) user: &'a str,
    /// A fragment that follows the user's name: `not signed in`.
    pub(super) failed: &'static str,
}

impl About<'_> {
    /// The reason for a rejection that any call about a user can meet.
    pub(super) fn reason(&self, error: ResourceError) -> UserError {
        let user = self.user.to_owned();
        let message = error.message.clone();
        match error.code.as_deref().unwrap_or_default() {
            "UserNotFoundException" => UserError::UnknownUser { user },
            "PasswordResetRequiredException" => UserError::PasswordResetRequired { user },
            "UserNotConfirmedException" => UserError::NotConfirmed { user },
            "NotAuthorizedException" => self.not_authorized(error),
            "LimitExceededException" if message.contains("ttempt") => UserError::TooManyAttempts { user },
            "UsernameExistsException" | "AliasExistsException" => UserError::Taken { user },
            "InvalidPasswordException" | "PasswordHistoryPolicyViolationException" => {
                UserError::PasswordRefused { message }
            }
            "CodeMismatchException" | "EnableSoftwareTokenMFAException" => UserError::WrongCode,
            "ExpiredCodeException" => UserError::ExpiredCode,
            "MFAMethodNotFoundException" => UserError::NoSecondFactor { user },
            "UserLambdaValidationException" => UserError::Trigger { did: "has rejected", message },
            "UnexpectedLambdaException" | "InvalidLambdaResponseException" => {
                UserError::Trigger { did: "has failed", message }
            }
            "ResourceNotFoundException" => self.not_found(error),
            _ => self.otherwise(error),
        }
    }

    fn not_found(&self, error: ResourceError) -> UserError {
        let pool = self.people.pool_id().to_owned();
        match error.message.strip_prefix("User pool ") {
            Some(rest) if rest.starts_with("client ") => UserError::NoClient { pool },
            Some(_) => UserError::NoPool { pool },
            None => self.otherwise(error),
        }
    }

    fn not_authorized(&self, error: ResourceError) -> UserError {
        let user = self.user.to_owned();
        let message = error.message.to_lowercase();
        let says = |part: &str| message.contains(part);
        if says("incorrect username or password") {
            UserError::WrongUserOrPassword { user }
        } else if says("is disabled") {
            UserError::Disabled { user }
        } else if says("attempts exceeded") {
            UserError::TooManyAttempts { user }
        } else if says("temporary password has expired") {
            UserError::TemporaryPasswordExpired { user }
        } else {
            self.otherwise(error)
        }
    }

    fn otherwise(&self, error: ResourceError) -> UserError {
        UserError::Call { what: format!("{}: {}", self.user, self.failed), error: Box::new(error) }
    }

    /// The reason why a password was refused: an administrator may know whether it was the user.
    pub(super) async fn password_reason(&self, error: ResourceError) -> UserError {
        let reason = self.reason(error);
        if !matches!(reason, UserError::WrongUserOrPassword { .. }) {
            return reason;
        }
        match self.people.find(self.user).await {
            Ok(Some(_)) => UserError::WrongPassword { user: self.user.to_owned() },
            Ok(None) => UserError::UnknownUser { user: self.user.to_owned() },
            Err(_) => reason,
        }
    }

    /// The reason why the answer to a challenge was refused.
    pub(super) fn answer_reason(&self, client: &AppClient, error: ResourceError) -> UserError {
        let session = error.code.as_deref() == Some("NotAuthorizedException")
            && error.message.to_lowercase().contains("invalid session");
        if session {
            return UserError::SessionExpired { minutes: client.auth_session_validity };
        }
        self.reason(error)
    }
}
