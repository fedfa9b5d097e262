//! The ways out, reason by reason.

use super::error::UserError;
use crate::hint::{Hint, SuggestedCommand};

impl UserError {
    /// What to do, a line each.
    ///
    /// Where flows are set and how groups are made is for the caller to say.
    #[must_use]
    pub fn hints(&self) -> Vec<Hint> {
        match self {
            Self::Call { error, .. } => error.hints.iter().map(Hint::from).collect(),
            Self::NotSupported { hint, .. } => vec![hint.into()],
            other => {
                let hint = other.about_password().or_else(|| other.about_user());
                hint.or_else(|| other.about_challenge()).into_iter().collect()
            }
        }
    }

    /// What can be done about a password that is not taken.
    fn about_password(&self) -> Option<Hint> {
        Some(match self {
            Self::WrongPassword { user } => set_password(user).then(" sets another one"),
            Self::TooManyAttempts { .. } => {
                "wait and try again: the pause grows with every attempt, up to a quarter of an hour".into()
            }
            Self::TemporaryPasswordExpired { user } => {
                create(user).then(" starts a new one")
            }
            Self::PasswordResetRequired { user } => {
                set_password(user).then(" sets a new one")
            }
            Self::NotConfirmed { user } => set_password(user).then(
                " confirms them with a password of your choice; the code that they were sent confirms them with their own",
            ),
            _ => return None,
        })
    }

    /// What can be done about a user, a pool or a client that is there, or is not.
    fn about_user(&self) -> Option<Hint> {
        Some(match self {
            Self::UnknownUser { user } => SuggestedCommand::pool("user list")
                .then(" lists the users, ")
                .run(create(user))
                .text(" creates this one"),
            Self::WrongUserOrPassword { .. } | Self::Taken { .. } => {
                SuggestedCommand::pool("user list").then(" lists the users")
            }
            Self::Disabled { user } => {
                SuggestedCommand::pool("user enable").args(&format!(" {user}")).then(" enables their sign-in")
            }
            Self::Exists { user, .. } => {
                auth(user).then(" signs in, ").run(set_password(user)).text(" sets another password")
            }
            Self::AddressAsName { name, attribute } => Hint::from("choose a name and give the address beside it: ")
                .run(create("NAME").args(&format!(" --attribute {attribute}={name}"))),
            Self::AttributesMissing { names } => {
                let given: Vec<String> = names.iter().map(|name| format!("--attribute {name}=…")).collect();
                format!("give them: `{}`", given.join(" ")).into()
            }
            Self::NoClient { .. } => "`aws cognito-idp list-user-pool-clients` lists them".into(),
            Self::NoPool { pool } => pool_hint(pool).into(),
            _ => return None,
        })
    }

    /// What can be done about a challenge that is not met, or a trigger.
    fn about_challenge(&self) -> Option<Hint> {
        Some(match self {
            Self::NobodyToAsk { challenge, user, .. } if challenge == "NEW_PASSWORD_REQUIRED" => {
                Hint::from("on a terminal ")
                    .run(auth(user))
                    .text(" asks for it; ")
                    .run(set_password(user))
                    .text(" sets one")
            }
            Self::NobodyToAsk { user, .. } => Hint::from("on a terminal ").run(auth(user)).text(" asks for it"),
            Self::SessionExpired { minutes } => format!("sign in again, and respond within {minutes} minutes").into(),
            Self::WrongCode => "sign in again with the code that is shown or was sent last".into(),
            Self::ExpiredCode => "wait until the app shows the next code, and sign in again".into(),
            Self::NoSecondFactor { .. } => "set one up, as with `aws cognito-idp admin-set-user-mfa-preference`".into(),
            Self::Trigger { .. } => "see the log of the trigger's function".into(),
            _ => return None,
        })
    }
}

fn auth(user: &str) -> SuggestedCommand {
    SuggestedCommand::pool("user auth").args(&format!(" {user}"))
}

fn create(user: &str) -> SuggestedCommand {
    SuggestedCommand::pool("user create").args(&format!(" {user}"))
}

fn set_password(user: &str) -> SuggestedCommand {
    SuggestedCommand::pool("user set-password").args(&format!(" {user}"))
}

fn pool_hint(pool: &str) -> String {
    match pool.split_once('_') {
        Some((region, _)) => format!("its id says that it is in {region}; `--region` and `--profile` choose the place"),
        None => "the id of a user pool looks like `us-west-2_Ab3dEf6hI`".into(),
    }
}
