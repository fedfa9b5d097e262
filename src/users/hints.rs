//! The ways out, reason by reason.

use super::error::PeopleError;

impl PeopleError {
    /// The ways out, a line each; `flags` are those that a command in them needs to mean the same pool, after a space.
    ///
    /// Where flows are set and how groups are made is for the caller to say.
    #[must_use]
    pub fn hints(&self, flags: &str) -> Vec<String> {
        match self {
            Self::Call { error, .. } => error.hints.clone(),
            Self::NotSupported { hint, .. } => vec![hint.clone()],
            other => {
                let hint = other.about_password(flags).or_else(|| other.about_user(flags));
                hint.or_else(|| other.about_challenge(flags)).into_iter().collect()
            }
        }
    }

    /// What can be done about a password that is not taken.
    fn about_password(&self, flags: &str) -> Option<String> {
        Some(match self {
            Self::WrongPassword { user } => format!("`stackctl user set-password {user}{flags}` sets another one"),
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
                "`stackctl user set-password {user}{flags}` confirms them with a password of your choice; the code that \
                 they were sent confirms them with their own"
            ),
            _ => return None,
        })
    }

    /// What can be done about a user, a pool or a client that is there, or is not.
    fn about_user(&self, flags: &str) -> Option<String> {
        Some(match self {
            Self::UnknownUser { user } => format!(
                "`stackctl user list{flags}` shows who is there, `stackctl user create {user}{flags}` makes them"
            ),
            Self::WrongUserOrPassword { .. } | Self::Taken { .. } => {
                format!("`stackctl user list{flags}` shows who is there")
            }
            Self::Disabled { user } => format!("`stackctl user enable {user}{flags}` lets them sign in again"),
            Self::Exists { user, .. } => format!(
                "`stackctl user auth {user}{flags}` signs in, `stackctl user set-password {user}{flags}` sets another \
                 password"
            ),
            Self::AddressAsName { name, attribute } => format!(
                "choose a name and give the address beside it: \
                 `stackctl user create NAME --attribute {attribute}={name}{flags}`"
            ),
            Self::AttributesMissing { names } => {
                let given: Vec<String> = names.iter().map(|name| format!("--attribute {name}=…")).collect();
                format!("give them: `{}`", given.join(" "))
            }
            Self::NoClient { .. } => "`aws cognito-idp list-user-pool-clients` lists those there are".into(),
            Self::NoPool { pool } => pool_hint(pool),
            _ => return None,
        })
    }

    /// What can be done about a challenge that is not met, or a trigger.
    fn about_challenge(&self, flags: &str) -> Option<String> {
        Some(match self {
            Self::NobodyToAsk { challenge, user, .. } if challenge == "NEW_PASSWORD_REQUIRED" => format!(
                "on a terminal `stackctl user auth {user}{flags}` asks for it; `stackctl user set-password \
                 {user}{flags}` sets one"
            ),
            Self::NobodyToAsk { user, .. } => format!("on a terminal `stackctl user auth {user}{flags}` asks for it"),
            Self::SessionExpired { minutes } => format!("sign in again, and answer within {minutes} minutes"),
            Self::WrongCode => "sign in again with the code that is shown or was sent last".into(),
            Self::ExpiredCode => "wait until the app shows the next code, and sign in again".into(),
            Self::NoSecondFactor { .. } => "set one up, as with `aws cognito-idp admin-set-user-mfa-preference`".into(),
            Self::Trigger { .. } => "the log of the trigger's function tells more".into(),
            _ => return None,
        })
    }
}

fn pool_hint(pool: &str) -> String {
    match pool.split_once('_') {
        Some((region, _)) => format!("its id says that it is in {region}; `--region` and `--profile` choose the place"),
        None => "the id of a user pool looks like `us-west-2_Ab3dEf6hI`".into(),
    }
}
