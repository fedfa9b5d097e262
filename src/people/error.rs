//! Why a person could not be signed in, made or changed: each reason with its own words and its way out.

use std::io;

use crate::engine::ResourceError;

/// Why a person could not be signed in, made or changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PeopleError {
    /// The pool has no such user.
    #[error("there is no user `{user}`")]
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
    #[error("there is no user `{user}`, or the password is wrong")]
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
    #[error("there is no such app client in user pool `{pool}`")]
    NoClient {
        /// The pool's id.
        pool: String,
    },
    /// There is no such pool in this account and Region.
    #[error("there is no user pool `{pool}` in this account and Region")]
    NoPool {
        /// The pool's id.
        pool: String,
    },
    /// Somebody has this name and a password of their own.
    #[error("`{user}` exists already, as {status}")]
    Exists {
        /// The name that was given.
        user: String,
        /// As `CONFIRMED`.
        status: String,
    },
    /// Somebody else has the name or one of the addresses.
    #[error("`{user}` cannot be made: another user has this name or one of these addresses")]
    Taken {
        /// The name that was given.
        user: String,
    },
    /// The pool knows people by an address, and this is none.
    #[error("`{name}` is not {wanted}, and this user pool knows people by that")]
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
    /// A challenge was not answered in time.
    #[error("the answer came too late: the session of this sign-in has expired")]
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
    #[error("Cognito refuses the password: {message}")]
    PasswordRefused {
        /// What it said.
        message: String,
    },
    /// The person gave up, or could not settle on a password.
    #[error("no password was chosen, so nothing was sent")]
    NotChosen,
    /// Only a person could answer, and nobody is there.
    #[error("{challenge}: Cognito asks for {wanted}, and nobody is here to answer")]
    NobodyToAsk {
        /// The challenge's name.
        challenge: String,
        /// What is asked for.
        wanted: String,
        /// The name that was given.
        user: String,
    },
    /// A challenge that this program has no answer to.
    #[error("{challenge}: Cognito asks for something that stackctl cannot answer")]
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
    #[error("Cognito answers with neither tokens nor a challenge")]
    NoAnswer,
    /// One challenge after the other.
    #[error("Cognito asks for one thing after the other and never gives out tokens")]
    Endless,
    /// Nothing could be read from the person.
    #[error("the answer cannot be read: {because}")]
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

impl PeopleError {
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
            Self::FlowNotAllowed { allowed, .. } => vec![format!("it allows: {}", allowed.join(", "))],
            Self::Call { error, .. } => {
                let lines = error.to_string().lines().map(str::to_owned).collect::<Vec<_>>();
                lines.into_iter().chain(error.request_id.iter().map(|id| format!("request id {id}"))).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The ways out, a line each; `flags` are those that a command in them needs to mean the same pool, after a space.
    #[must_use]
    pub fn hints(&self, flags: &str) -> Vec<String> {
        match self {
            Self::Call { error, .. } => error.hints.clone(),
            other => other.hint(flags).into_iter().collect(),
        }
    }

    fn hint(&self, flags: &str) -> Option<String> {
        Some(match self {
            Self::UnknownUser { user } => {
                format!(
                    "`stackctl user list{flags}` shows who is there, `stackctl user create {user}{flags}` makes them"
                )
            }
            Self::WrongPassword { user } => format!("`stackctl user set-password {user}{flags}` sets another one"),
            Self::WrongUserOrPassword { .. } | Self::Taken { .. } => {
                format!("`stackctl user list{flags}` shows who is there")
            }
            Self::Disabled { user } => format!("`stackctl user enable {user}{flags}` lets them sign in again"),
            Self::TooManyAttempts { .. } => {
                "wait and try again: the pause grows with every attempt, up to a quarter of an hour".into()
            }
            Self::TemporaryPasswordExpired { user } => {
                format!("`stackctl user create {user}{flags}` goes on with a new one")
            }
            Self::PasswordResetRequired { user } => {
                format!("`stackctl user set-password {user}{flags}` sets a new one")
            }
            Self::NotConfirmed { user } => format!(
                "`stackctl user set-password {user}{flags}` confirms them with a password of your choice; the code that they \
                 were sent confirms them with their own"
            ),
            Self::NoClient { .. } => "`aws cognito-idp list-user-pool-clients` lists those there are".into(),
            Self::NoPool { pool } => pool_hint(pool),
            Self::Exists { user, .. } => format!(
                "`stackctl user auth {user}{flags}` signs in, `stackctl user set-password {user}{flags}` sets another password"
            ),
            Self::AddressAsName { name, attribute } => format!(
                "choose a name and give the address beside it: `stackctl user create NAME --attribute {attribute}={name}{flags}`"
            ),
            Self::AttributesMissing { names } => {
                let flags: Vec<String> = names.iter().map(|name| format!("--attribute {name}=…")).collect();
                format!("give them: `{}`", flags.join(" "))
            }
            Self::SessionExpired { minutes } => format!("sign in again, and answer within {minutes} minutes"),
            Self::WrongCode => "sign in again with the code that is shown or was sent last".into(),
            Self::ExpiredCode => "wait until the app shows the next code, and sign in again".into(),
            Self::NoSecondFactor { .. } => "set one up, as with `aws cognito-idp admin-set-user-mfa-preference`".into(),
            Self::Trigger { .. } => "the log of the trigger's function tells more".into(),
            Self::NobodyToAsk { challenge, user, .. } if challenge == "NEW_PASSWORD_REQUIRED" => format!(
                "on a terminal `stackctl user auth {user}{flags}` asks for it; `stackctl user set-password {user}{flags}` \
                 sets one"
            ),
            Self::NobodyToAsk { user, .. } => {
                format!("on a terminal `stackctl user auth {user}{flags}` asks for it")
            }
            Self::NotSupported { hint, .. } => hint.clone(),
            // Where the client's flows are set is for the caller to say.
            Self::FlowNotAllowed { .. }
            | Self::PasswordPolicy { .. }
            | Self::PasswordRefused { .. }
            | Self::NotChosen
            | Self::NotSelected
            | Self::NotAnAddress { .. }
            | Self::NoAnswer
            | Self::Endless
            | Self::Unreadable { .. }
            | Self::Call { .. } => return None,
        })
    }
}

fn pool_hint(pool: &str) -> String {
    match pool.split_once('_') {
        Some((region, _)) => format!("its id says that it is in {region}; `--region` and `--profile` choose the place"),
        None => "the id of a user pool looks like `us-west-2_Ab3dEf6hI`".into(),
    }
}

impl From<io::Error> for PeopleError {
    fn from(error: io::Error) -> Self {
        let because = match error.kind() {
            io::ErrorKind::UnexpectedEof => "there is none".to_owned(),
            _ => error.to_string(),
        };
        Self::Unreadable { because }
    }
}

impl From<ResourceError> for PeopleError {
    fn from(error: ResourceError) -> Self {
        Self::Call { what: "the user pool cannot be used".into(), error: Box::new(error) }
    }
}
