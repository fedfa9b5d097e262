//! The first step of sign-in: a password or a refresh token.

use serde_json::{Value, json};

use crate::{
    services::cognito::{
        Cognito, Operation, attributes,
        client::Client,
        context::{Context, texts},
        input::{self, CLIENT_ID, Member, POOL_ID},
        key::SigningKey,
        pool::UserPool,
        refusal, secret_hash,
        session::{Challenge, Session, parameter, required},
        user::{self, Status},
    },
    wire::error::AwsError,
};

/// The operations of this module.
pub(super) fn operation(name: &str) -> Option<Operation> {
    Some(match name {
        "AdminInitiateAuth" => Operation::Changes(admin_initiate),
        "InitiateAuth" => Operation::Changes(initiate),
        _ => return None,
    })
}

const MEMBERS: &[Member] = &[CLIENT_ID, Member::text("AuthFlow", 1, 64).required(), Member::map("AuthParameters")];
const PARAMETERS: &str = "AuthParameters";

/// A sign-in attempt through an app client.
pub(super) struct Attempt<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) pool: &'a mut UserPool,
    pub(super) key: &'a mut Option<SigningKey>,
    pub(super) client: Client,
}

fn admin_initiate(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    input::check(context.input(), &[&[POOL_ID], MEMBERS])?;
    let (pool, key, client) = cognito.by_pool_and_client(context)?;
    let attempt = Attempt { context, pool, key, client };
    match context.text("AuthFlow") {
        "ADMIN_USER_PASSWORD_AUTH" | "ADMIN_NO_SRP_AUTH" => {
            let allowed = attempt.allows(&["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"]);
            attempt.with_password(allowed, "Auth flow not enabled for this client")
        }
        flow => attempt.by_any(flow),
    }
}

fn initiate(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    input::check(context.input(), &[MEMBERS])?;
    let (pool, key, client) = cognito.by_client(context.text("ClientId"))?;
    let attempt = Attempt { context, pool, key, client };
    match context.text("AuthFlow") {
        "USER_PASSWORD_AUTH" => {
            let allowed = attempt.allows(&["ALLOW_USER_PASSWORD_AUTH", "USER_PASSWORD_AUTH"]);
            attempt.with_password(allowed, "USER_PASSWORD_AUTH flow not enabled for this client")
        }
        flow => attempt.by_any(flow),
    }
}

impl Attempt<'_> {
    /// The flows that both operations support.
    fn by_any(self, flow: &str) -> Result<Value, AwsError> {
        match flow {
            "REFRESH_TOKEN_AUTH" | "REFRESH_TOKEN" => self.with_refresh_token(),
            "USER_SRP_AUTH" | "CUSTOM_AUTH" | "USER_AUTH" => {
                Err(AwsError::not_imitated(&format!("the authentication flow {flow}")))
            }
            _ => Err(refusal::invalid_parameter("Initiate Auth method not supported.")),
        }
    }

    fn allows(&self, flows: &[&str]) -> bool {
        texts(self.client.settings.get("ExplicitAuthFlows")).iter().any(|flow| flows.contains(&flow.as_str()))
    }

    fn with_password(mut self, allowed: bool, otherwise: &str) -> Result<Value, AwsError> {
        if !allowed {
            return Err(refusal::invalid_parameter(otherwise));
        }
        let username = required(self.context, PARAMETERS, "USERNAME")?;
        let password = required(self.context, PARAMETERS, "PASSWORD")?;
        secret_hash::check(&self.client, username, parameter(self.context, PARAMETERS, "SECRET_HASH"))?;
        self.pool.refuse_triggers(&["PreAuthentication", "PostAuthentication", "PreTokenGeneration"])?;
        let Some(key) = self.pool.user_key(username) else { return Err(self.unknown_user()) };
        self.check_password(&key, password)?;
        let user = &self.pool.users[&key];
        match user.status {
            Status::Unconfirmed => Err(refusal::refuse("UserNotConfirmedException", "User is not confirmed.")),
            Status::ForceChangePassword => {
                if user.password.as_ref().is_some_and(|password| password.expired(self.pool, self.context.now)) {
                    return Err(refusal::not_authorized(
                        "Temporary password has expired and must be reset by an administrator.",
                    ));
                }
                Ok(self.ask_new_password(&key))
            }
            Status::Confirmed | Status::ResetRequired => self.second_step(&key),
        }
    }

    fn unknown_user(&self) -> AwsError {
        if let Err(refused) = self.pool.refuse_triggers(&["UserMigration"]) {
            return refused;
        }
        if self.client.settings["PreventUserExistenceErrors"] == "ENABLED" { wrong_password() } else { user::missing() }
    }

    fn check_password(&mut self, key: &str, password: &str) -> Result<(), AwsError> {
        let now = self.context.now;
        let user = self.pool.users.get_mut(key).ok_or_else(user::missing)?;
        if !user.enabled {
            return Err(refusal::not_authorized("User is disabled."));
        }
        user.failures.check(now)?;
        if user.status == Status::ResetRequired {
            return Err(refusal::refuse("PasswordResetRequiredException", "Password reset required for the user"));
        }
        if user.password.as_ref().is_some_and(|known| known.is(password)) {
            user.failures.forget();
            Ok(())
        } else {
            user.failures.add(now);
            Err(wrong_password())
        }
    }

    fn ask_new_password(&mut self, key: &str) -> Value {
        let user = &self.pool.users[key];
        let missing = attributes::required(self.pool, &user.attributes);
        let missing = missing.iter().map(|name| format!("userAttributes.{name}")).collect::<Vec<_>>();
        let parameters = json!({
            "USER_ID_FOR_SRP": user.username,
            "requiredAttributes": json!(missing).to_string(),
            "userAttributes": json!(user.attributes).to_string(),
        });
        self.ask(key, Challenge::NewPasswordRequired, &parameters)
    }

    fn ask(&mut self, key: &str, challenge: Challenge, parameters: &Value) -> Value {
        let session = Session::new(self.context, key, &self.client.id, challenge);
        let session = self.pool.open_session(self.context, session);
        json!({ "ChallengeName": challenge.name(), "Session": session, "ChallengeParameters": parameters })
    }

    /// The step after a correct password: the second factor or the tokens.
    pub(super) fn second_step(mut self, key: &str) -> Result<Value, AwsError> {
        let user = &self.pool.users[key];
        let app = user.software_token.as_ref().filter(|app| app.verified);
        let required = self.pool.setting("MfaConfiguration") == Some(&json!("ON"));
        let optional = self.pool.setting("MfaConfiguration") == Some(&json!("OPTIONAL"));
        let username = user.username.clone();
        if app.is_some_and(|app| required || (optional && app.enabled)) {
            let parameters = json!({ "USER_ID_FOR_SRP": username });
            return Ok(self.ask(key, Challenge::SoftwareTokenMfa, &parameters));
        }
        if !required {
            return Ok(self.grant(key));
        }
        if !self.pool.factors.software_token() {
            return Err(AwsError::not_imitated("second factors other than an authenticator app"));
        }
        let parameters = json!({ "USER_ID_FOR_SRP": username, "MFAS_CAN_SETUP": "[\"SOFTWARE_TOKEN_MFA\"]" });
        Ok(self.ask(key, Challenge::MfaSetup, &parameters))
    }

    /// Signs the user in and returns the tokens.
    pub(super) fn grant(self, key: &str) -> Value {
        let signing_key = SigningKey::of(self.key);
        let result = self.pool.sign_in(self.context, signing_key, &self.client, key);
        json!({ "ChallengeParameters": {}, "AuthenticationResult": result })
    }

    fn with_refresh_token(self) -> Result<Value, AwsError> {
        let legacy = self.allows(&["ADMIN_NO_SRP_AUTH", "CUSTOM_AUTH_FLOW_ONLY", "USER_PASSWORD_AUTH"]);
        // Clients with legacy flows can always refresh.
        if !legacy && !self.allows(&["ALLOW_REFRESH_TOKEN_AUTH"]) {
            return Err(refusal::invalid_parameter("Auth flow not enabled for this client"));
        }
        let token = required(self.context, PARAMETERS, "REFRESH_TOKEN")?;
        let invalid = || refusal::not_authorized("Invalid Refresh Token");
        let event = self.pool.event_of(token).ok_or_else(invalid)?;
        let sign_in = &self.pool.sign_ins[&event];
        let user = self.pool.users.get(&sign_in.user).ok_or_else(invalid)?;
        if sign_in.client != self.client.id {
            return Err(invalid());
        }
        // A hash of the alias used at sign-in is not accepted here.
        let names = [user.username.as_str(), user.sub.as_str()];
        secret_hash::check_any(&self.client, &names, parameter(self.context, PARAMETERS, "SECRET_HASH"))?;
        if !user.enabled {
            return Err(refusal::not_authorized("User is disabled."));
        }
        if sign_in.revoked {
            return Err(refusal::not_authorized("Refresh Token has been revoked"));
        }
        if sign_in.expired(&self.client, self.context.now) {
            return Err(refusal::not_authorized("Refresh Token has expired"));
        }
        self.pool.refuse_triggers(&["PreTokenGeneration"])?;
        let result = self.pool.tokens(self.context, SigningKey::of(self.key), &self.client, &event);
        Ok(json!({ "ChallengeParameters": {}, "AuthenticationResult": result }))
    }
}

/// The error for a wrong password, and for an unknown user under `PreventUserExistenceErrors`.
pub(super) fn wrong_password() -> AwsError {
    refusal::not_authorized("Incorrect username or password.")
}
