//! Why a person could not be signed in, made or changed: each reason with its own words and its way out.

use std::io;

use crate::engine::ResourceError;

/// Why a person could not be signed in, made or changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UserError {
    /// The pool has no such user.
    #[error("user `{user}` not found")]
    UnknownUser {
        /// The name that was given.
        user: String,
    },
    /// The user is there, the password is another.
    #[error("the password of `{user}` is wrong")]
    WrongPassword {
        /// The name that was given.
        user: String,
    },
    /// One of the two, and the caller may not look which.
    #[error("user `{user}` not found, or the password is wrong")]
    WrongUserOrPassword {
        /// The name that was given.
        user: String,
    },
    /// An administrator has disabled the user.
    #[error("`{user}` is disabled")]
    Disabled {
        /// The name that was given.
        user: String,
    },
    /// Cognito lets nobody try for a while.
    #[error("there were too many attempts to sign in as `{user}`")]
    TooManyAttempts {
        /// The name that was given.
        user: String,
    },
    /// The password that an administrator gave is too old.
    #[error("the temporary password of `{user}` has expired")]
    TemporaryPasswordExpired {
        /// The name that was given.
        user: String,
    },
    /// An administrator has reset the password.
    #[error("the password of `{user}` has been reset, and no new one is set")]
    PasswordResetRequired {
        /// The name that was given.
        user: String,
    },
    /// The user has signed up, and nobody has confirmed that.
    #[error("`{user}` has signed up and is not confirmed")]
    NotConfirmed {
        /// The name that was given.
        user: String,
    },
    /// The client does not let an administrator send a password.
    #[error("the app client `{client}` does not allow the flow `ADMIN_USER_PASSWORD_AUTH`")]
    FlowNotAllowed {
        /// The client's id.
        client: String,
        /// The flows that it allows.
        allowed: Vec<String>,
    },
    /// The pool has no such client.
    #[error("app client not found in user pool `{pool}`")]
    NoClient {
        /// The pool's id.
        pool: String,
    },
    /// There is no such pool in this account and Region.
    #[error("user pool `{pool}` not found in this account and Region")]
    NoPool {
        /// The pool's id.
        pool: String,
    },
    /// Somebody has this name and a password of their own.
    #[error("`{user}` exists already, with the status {status}")]
    Exists {
        /// The name that was given.
        user: String,
        /// As `CONFIRMED`.
        status: String,
    },
    /// Somebody else has the name or one of the addresses.
    #[error("`{user}` cannot be created: another user has this name or one of these addresses")]
    Taken {
        /// The name that was given.
        user: String,
    },
    /// The pool knows people by an address, and this is none.
    #[error("`{name}` is not {wanted}, which users of this pool sign in with")]
    NotAnAddress {
        /// The name that was given.
        name: String,
        /// The forms that the pool takes.
        wanted: String,
    },
    /// The pool knows people by a name and an address beside it.
    #[error("`{name}` cannot be a username: in this user pool `{attribute}` is a second name of its users")]
    AddressAsName {
        /// The name that was given.
        name: String,
        /// What it is the form of.
        attribute: String,
    },
    /// The pool requires attributes that nobody has given.
    #[error("the user pool requires attributes that are not given: {}", .names.join(", "))]
    AttributesMissing {
        /// The attributes.
        names: Vec<String>,
    },
    /// The pool has no such group.
    #[error("group `{group}` not found")]
    NoGroup {
        /// The group's name.
        group: String,
        /// Those there are.
        there: Vec<String>,
    },
    /// A challenge was not answered in time.
    #[error("the session of this sign-in has expired")]
    SessionExpired {
        /// How long a session lasts.
        minutes: i32,
    },
    /// The code is not the one that was sent or shown.
    #[error("the code is wrong")]
    WrongCode,
    /// The code was right once.
    #[error("the code has expired or was used before")]
    ExpiredCode,
    /// The pool asks for a second factor that the user does not have.
    #[error("`{user}` has no second factor that the user pool could ask for")]
    NoSecondFactor {
        /// The name that was given.
        user: String,
    },
    /// A function that the pool calls has refused or failed.
    #[error("a Lambda trigger of the user pool {did}: {message}")]
    Trigger {
        /// `has refused` or `has failed`.
        did: &'static str,
        /// What it said.
        message: String,
    },
    /// A password does not meet the pool's policy.
    #[error("the password does not meet the user pool's policy, so nothing was sent")]
    PasswordPolicy {
        /// The rules, each as a noun.
        unmet: Vec<String>,
    },
    /// Cognito knows a rule that the policy does not tell.
    #[error("Cognito rejected the password: {message}")]
    PasswordRefused {
        /// What it said.
        message: String,
    },
    /// The person gave up, or could not settle on a password.
    #[error("no password was chosen, so nothing was sent")]
    NotChosen,
    /// Only a person could answer, and nobody is there.
    #[error("{challenge}: Cognito requires {wanted}, and cannot prompt for it: not a terminal")]
    NobodyToAsk {
        /// The challenge's name.
        challenge: String,
        /// What is asked for.
        wanted: String,
        /// The name that was given.
        user: String,
    },
    /// A challenge that this program has no answer to.
    #[error("{challenge}: stackctl does not support this challenge")]
    NotSupported {
        /// The challenge's name.
        challenge: String,
        /// What to do.
        hint: String,
    },
    /// The person chose none of the second factors.
    #[error("no second factor was chosen")]
    NotSelected,
    /// Cognito answers neither with tokens nor with a challenge that leads to them.
    #[error("Cognito returned neither tokens nor a challenge")]
    NoAnswer,
    /// One challenge after the other.
    #[error("Cognito keeps sending challenges and never returns tokens")]
    Endless,
    /// Nothing could be read from the person.
    #[error("the input cannot be read: {because}")]
    Unreadable {
        /// What the system says.
        because: String,
    },
    /// Anything else that AWS says.
    #[error("{what}")]
    Call {
        /// What was not done.
        what: String,
        /// Why.
        error: Box<ResourceError>,
    },
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
