//! The next steps of sign-in: responses to challenges.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    services::cognito::{
        Cognito, Operation, attributes,
        auth::{Attempt, wrong_password},
        context::Context,
        password, refusal, secret_hash,
        session::{Challenge, Session, parameter, required},
        totp::CodeProblem,
        user::{self, Status},
    },
    wire::error::AwsError,
};

/// The operations of this module.
pub(super) fn operation(name: &str) -> Option<Operation> {
    Some(match name {
        "AdminRespondToAuthChallenge" => Operation::Changes(admin_respond),
        "RespondToAuthChallenge" => Operation::Changes(respond),
        _ => return None,
    })
}

pub(super) const RESPONSES: &str = "ChallengeResponses";

fn admin_respond(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    Attempt::new(context, cognito.by_pool_and_client(context)?).respond()
}

fn respond(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    Attempt::new(context, cognito.by_client(context.text("ClientId"))?).respond()
}

impl Attempt<'_> {
    fn respond(mut self) -> Result<Value, AwsError> {
        let name = self.context.text("ChallengeName");
        let challenge =
            Challenge::named(name).ok_or_else(|| AwsError::not_imitated(&format!("the challenge {name}")))?;
        let text = if challenge.verifies() {
            required(self.context, RESPONSES, "PASSWORD_CLAIM_SECRET_BLOCK")?
        } else {
            let text = self.context.call.text("Session");
            text.ok_or_else(|| refusal::invalid_parameter("Missing required parameter Session"))?
        };
        let following = if challenge == Challenge::DeviceSrpAuth { self.pool.device_session(text) } else { None };
        let text = following.as_deref().unwrap_or(text);
        let username = required(self.context, RESPONSES, "USERNAME")?;
        let session = self.pool.session(self.context, text)?;
        let device = parameter(self.context, RESPONSES, "DEVICE_KEY").map(str::to_owned);
        self.device = device.or_else(|| session.device.clone());
        self.custom.clone_from(&session.custom);
        let hidden = || if self.client.hides_users() { wrong_password() } else { user::missing() };
        let user = self.pool.users.get(&session.user);
        let names = user.map_or_else(|| vec![username], |user| vec![user.username.as_str(), user.sub.as_str()]);
        secret_hash::check_any(&self.client, &names, parameter(self.context, RESPONSES, "SECRET_HASH"))?;
        let same_user = user.is_none() || self.pool.user_key(username).as_ref() == Some(&session.user);
        if session.client != self.client.id || session.challenge != challenge || !same_user {
            return Err(refusal::not_authorized("Invalid session for the user."));
        }
        match user {
            Some(user) if !user.enabled => return Err(refusal::not_authorized("User is disabled.")),
            None if !matches!(challenge, Challenge::Select | Challenge::PasswordSrp | Challenge::Custom) => {
                return Err(hidden());
            }
            _ => {}
        }
        match challenge {
            Challenge::NewPasswordRequired => self.new_password(text, &session),
            Challenge::SoftwareTokenMfa => self.code(text, &session),
            Challenge::MfaSetup => self.set_up(text, &session),
            Challenge::Select => self.select(text, &session),
            Challenge::Password | Challenge::PasswordSrp => self.chosen(challenge, text, &session),
            Challenge::PasswordVerifier => self.proof(text, &session),
            Challenge::EmailOtp | Challenge::SmsOtp => self.one_time_password(challenge, text, &session),
            Challenge::DeviceSrpAuth => self.device_srp(text, &session),
            Challenge::DevicePasswordVerifier => self.device_proof(text, &session),
            Challenge::Custom => self.custom_answer(text, &session),
            Challenge::SignedUp => Err(refusal::not_authorized("Invalid session for the user.")),
        }
    }

    fn new_password(self, text: &str, session: &Session) -> Result<Value, AwsError> {
        let chosen = required(self.context, RESPONSES, "NEW_PASSWORD")?;
        password::check(self.pool, chosen)?;
        let given = self.new_attributes(session)?;
        self.pool.close_session(text);
        let user = self.pool.users.get_mut(&session.user).ok_or_else(user::missing)?;
        attributes::write(user, given);
        user.set_password(&self.pool.id, chosen, self.context.now);
        user.status = Status::Confirmed;
        self.second_step(&session.user)
    }

    /// The attributes given with a new password: the missing required ones, and others that the client may write.
    fn new_attributes(&self, session: &Session) -> Result<BTreeMap<String, String>, AwsError> {
        let user = &self.pool.users[&session.user];
        let responses = self.context.member(RESPONSES).and_then(Value::as_object).into_iter().flatten();
        let given = responses.filter_map(|(name, value)| {
            Some((name.strip_prefix("userAttributes.")?.to_owned(), value.as_str()?.to_owned()))
        });
        let given = attributes::kept(self.pool, given);
        let fixed = |name: &&String| {
            let schema = self.pool.schema.iter().any(|attribute| attribute.required && attribute.name == **name);
            user.attributes.contains_key(*name) && (schema || self.pool.lists("UsernameAttributes", name))
        };
        if let Some(name) = given.keys().find(fixed) {
            return Err(refusal::not_authorized(format!("Cannot modify an already provided {name}")));
        }
        let missing = attributes::required(self.pool, &user.attributes);
        if let Some(name) = missing.iter().find(|name| given.get(*name).is_none_or(String::is_empty)) {
            return Err(refusal::invalid_parameter(format!("Invalid attributes given, {name} is missing")));
        }
        attributes::check_writable(&self.client, &given)?;
        attributes::check(self.pool, &given, Some(user))?;
        Ok(given)
    }

    fn code(self, text: &str, session: &Session) -> Result<Value, AwsError> {
        let code = required(self.context, RESPONSES, "SOFTWARE_TOKEN_MFA_CODE")?;
        let user = self.pool.users.get_mut(&session.user).ok_or_else(user::missing)?;
        let app = user.software_token.as_mut().ok_or_else(wrong_code)?;
        app.accept(code, self.context.now.epoch_seconds()).map_err(|problem| match problem {
            CodeProblem::Wrong => wrong_code(),
            CodeProblem::Used => {
                refusal::refuse("ExpiredCodeException", "Your software token has already been used once.")
            }
        })?;
        self.pool.close_session(text);
        Ok(self.finish(&session.user))
    }

    /// Continues after `AssociateSoftwareToken` and `VerifySoftwareToken` in the same session.
    fn set_up(self, text: &str, session: &Session) -> Result<Value, AwsError> {
        if !session.app_verified {
            return Err(refusal::not_authorized("Invalid session for the user."));
        }
        self.pool.close_session(text);
        let user = self.pool.users.get_mut(&session.user).ok_or_else(user::missing)?;
        if let Some(app) = &mut user.software_token {
            app.enabled = true;
            app.preferred = true;
        }
        Ok(self.finish(&session.user))
    }
}

fn wrong_code() -> AwsError {
    refusal::refuse("CodeMismatchException", "Invalid code received for user")
}
