//! The next steps of sign-in: responses to challenges.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    services::cognito::{
        Cognito, Operation, attributes,
        auth::Attempt,
        context::Context,
        input::{self, CLIENT_ID, Member, POOL_ID},
        password::{self, Password},
        refusal, secret_hash,
        session::{Challenge, SESSION, Session, parameter, required},
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

const MEMBERS: &[Member] =
    &[CLIENT_ID, Member::text("ChallengeName", 1, 64).required(), SESSION, Member::map("ChallengeResponses")];
const RESPONSES: &str = "ChallengeResponses";

fn admin_respond(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    input::check(context.input(), &[&[POOL_ID], MEMBERS])?;
    let (pool, key, client) = cognito.by_pool_and_client(context)?;
    Attempt { context, pool, key, client }.respond()
}

fn respond(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    input::check(context.input(), &[MEMBERS])?;
    let (pool, key, client) = cognito.by_client(context.text("ClientId"))?;
    Attempt { context, pool, key, client }.respond()
}

impl Attempt<'_> {
    fn respond(self) -> Result<Value, AwsError> {
        let name = self.context.text("ChallengeName");
        let challenge = [Challenge::NewPasswordRequired, Challenge::SoftwareTokenMfa, Challenge::MfaSetup]
            .into_iter()
            .find(|challenge| challenge.name() == name)
            .ok_or_else(|| AwsError::not_imitated(&format!("the challenge {name}")))?;
        let text = self.context.call.text("Session");
        let text = text.ok_or_else(|| refusal::invalid_parameter("Missing required parameter Session"))?;
        let username = required(self.context, RESPONSES, "USERNAME")?;
        let session = self.pool.session(self.context, text)?;
        let user = self.pool.users.get(&session.user).ok_or_else(user::missing)?;
        let names = [user.username.as_str(), user.sub.as_str()];
        secret_hash::check_any(&self.client, &names, parameter(self.context, RESPONSES, "SECRET_HASH"))?;
        let same_user = self.pool.user_key(username).as_ref() == Some(&session.user);
        if session.client != self.client.id || session.challenge != challenge || !same_user {
            return Err(refusal::not_authorized("Invalid session for the user."));
        }
        if !user.enabled {
            return Err(refusal::not_authorized("User is disabled."));
        }
        match challenge {
            Challenge::NewPasswordRequired => self.new_password(text, &session),
            Challenge::SoftwareTokenMfa => self.code(text, &session),
            Challenge::MfaSetup => self.set_up(text, &session),
        }
    }

    fn new_password(self, text: &str, session: &Session) -> Result<Value, AwsError> {
        let chosen = required(self.context, RESPONSES, "NEW_PASSWORD")?;
        password::check(self.pool, chosen)?;
        let given = self.new_attributes(session)?;
        self.pool.close_session(text);
        let user = self.pool.users.get_mut(&session.user).ok_or_else(user::missing)?;
        attributes::write(user, given);
        user.password = Some(Password::new(chosen, self.context.now));
        user.status = Status::Confirmed;
        user.modified = self.context.now;
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
        Ok(self.grant(&session.user))
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
        Ok(self.grant(&session.user))
    }
}

fn wrong_code() -> AwsError {
    refusal::refuse("CodeMismatchException", "Invalid code received for user")
}
