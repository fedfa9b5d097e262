//! Why a user could not be signed in, made or changed: each reason with its own words and its way out.

use std::io;

use crate::engine::ResourceError;

/// Why a user could not be signed in, made or changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UserError {
    #[error("user `{user}` not found")]
    UnknownUser { user: String },
    #[error("the password of `{user}` is wrong")]
    WrongPassword { user: String },
    /// One of the two, and the caller may not look which.
    #[error("user `{user}` not found, or the password is wrong")]
    WrongUserOrPassword { user: String },
    #[error("`{user}` is disabled")]
    Disabled { user: String },
    /// Cognito rejects further attempts for a while.
    #[error("there were too many attempts to sign in as `{user}`")]
    TooManyAttempts { user: String },
    #[error("the temporary password of `{user}` has expired")]
    TemporaryPasswordExpired { user: String },
    #[error("the password of `{user}` has been reset, and no new one is set")]
    PasswordResetRequired { user: String },
    /// The user has signed up and is not confirmed.
    #[error("`{user}` has signed up and is not confirmed")]
    NotConfirmed { user: String },
    #[error("the app client `{client}` does not allow the flow `ADMIN_USER_PASSWORD_AUTH`")]
    FlowNotAllowed { client: String, allowed: Vec<String> },
    #[error("app client not found in user pool `{pool}`")]
    NoClient { pool: String },
    #[error("user pool `{pool}` not found in this account and Region")]
    NoPool { pool: String },
    #[error("`{user}` exists already, with the status {status}")]
    Exists {
        user: String,
        /// As `CONFIRMED`.
        status: String,
    },
    #[error("`{user}` cannot be created: another user has this name or one of these addresses")]
    Taken { user: String },
    /// The pool knows users by an address, and this is none.
    #[error("`{name}` is not {wanted}, which users of this pool sign in with")]
    NotAnAddress {
        name: String,
        /// The forms that the pool takes.
        wanted: String,
    },
    #[error("`{name}` cannot be a username: in this user pool `{attribute}` is a second name of its users")]
    AddressAsName { name: String, attribute: String },
    #[error("the user pool requires attributes that are not given: {}", .names.join(", "))]
    AttributesMissing { names: Vec<String> },
    #[error("group `{group}` not found")]
    NoGroup { group: String, there: Vec<String> },
    #[error("the session of this sign-in has expired")]
    SessionExpired {
        /// How long a session lasts.
        minutes: i32,
    },
    #[error("the code is wrong")]
    WrongCode,
    #[error("the code has expired or was used before")]
    ExpiredCode,
    #[error("`{user}` has no second factor that the user pool could ask for")]
    NoSecondFactor { user: String },
    #[error("a Lambda trigger of the user pool {did}: {message}")]
    Trigger {
        /// `has refused` or `has failed`.
        did: &'static str,
        message: String,
    },
    #[error("the password does not meet the user pool's policy, so nothing was sent")]
    PasswordPolicy { unmet: Vec<String> },
    #[error("Cognito rejected the password: {message}")]
    PasswordRefused { message: String },
    #[error("no password was chosen, so nothing was sent")]
    NotChosen,
    /// A prompt is required, and there is no terminal.
    #[error("{challenge}: Cognito requires {wanted}, and cannot prompt for it: not a terminal")]
    NobodyToAsk { challenge: String, wanted: String, user: String },
    #[error("{challenge}: stackctl does not support this challenge")]
    NotSupported { challenge: String, hint: String },
    #[error("no second factor was chosen")]
    NotSelected,
    #[error("Cognito returned neither tokens nor a challenge")]
    NoAnswer,
    #[error("Cognito keeps sending challenges and never returns tokens")]
    Endless,
    #[error("the input cannot be read: {because}")]
    Unreadable { because: String },
    #[error("{what}")]
    Call { what: String, error: Box<ResourceError> },
}

impl UserError {
    /// Whether what was given is to blame, and not what was found.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        matches!(
            self,
            Self::PasswordPolicy { .. }
                | Self::NotChosen
                | Self::NotAnAddress { .. }
                | Self::AddressAsName { .. }
                | Self::AttributesMissing { .. }
        )
    }

    /// What else there is to know, a line each.
    #[must_use]
    pub fn details(&self) -> Vec<String> {
        match self {
            Self::PasswordPolicy { unmet } => unmet.iter().map(|rule| format!("it needs {rule}")).collect(),
            Self::NoGroup { there, .. } if there.is_empty() => vec!["the user pool has no groups".to_owned()],
            Self::NoGroup { there, .. } => vec![format!("groups are: {}", there.join(", "))],
            Self::FlowNotAllowed { allowed, .. } => vec![format!("it allows: {}", allowed.join(", "))],
            Self::Call { error, .. } => {
                let lines = error.to_string().lines().map(str::to_owned).collect::<Vec<_>>();
                lines.into_iter().chain(error.request_id.iter().map(|id| format!("request id {id}"))).collect()
            }
            _ => Vec::new(),
        }
    }
}

impl From<io::Error> for UserError {
    fn from(error: io::Error) -> Self {
        let because = match error.kind() {
            io::ErrorKind::UnexpectedEof => "end of input".to_owned(),
            _ => error.to_string(),
        };
        Self::Unreadable { because }
    }
}

impl From<ResourceError> for UserError {
    fn from(error: ResourceError) -> Self {
        Self::Call { what: "the user pool cannot be used".into(), error: Box::new(error) }
    }
}
