//! The first step of sign-in.

use serde_json::{Value, json};

use crate::{
    services::cognito::{
        Cognito, Operation, attributes,
        client::Client,
        context::{Context, texts},
        custom::Custom,
        key::SigningKey,
        pool::UserPool,
        refusal, secret_hash,
        session::{Challenge, Session, parameter, required},
        trigger::Subject,
        user::{self, Status, User},
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

pub(super) const PARAMETERS: &str = "AuthParameters";

/// A sign-in attempt through an app client.
pub(super) struct Attempt<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) pool: &'a mut UserPool,
    pub(super) key: &'a mut Option<SigningKey>,
    pub(super) client: Client,
    /// The key of the device that the caller signs in on.
    pub(super) device: Option<String>,
    pub(super) custom: Option<Custom>,
}

fn admin_initiate(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let attempt = Attempt::new(context, cognito.by_pool_and_client(context)?);
    match context.text("AuthFlow") {
        "ADMIN_USER_PASSWORD_AUTH" | "ADMIN_NO_SRP_AUTH" => {
            let allowed = attempt.allows(&["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"]);
            attempt.with_password(allowed, "Auth flow not enabled for this client")
        }
        flow => attempt.by_any(flow),
    }
}

fn initiate(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let attempt = Attempt::new(context, cognito.by_client(context.text("ClientId"))?);
    match context.text("AuthFlow") {
        "USER_PASSWORD_AUTH" => {
            let allowed = attempt.allows(&["ALLOW_USER_PASSWORD_AUTH", "USER_PASSWORD_AUTH"]);
            attempt.with_password(allowed, "USER_PASSWORD_AUTH flow not enabled for this client")
        }
        flow => attempt.by_any(flow),
    }
}

impl<'a> Attempt<'a> {
    pub(super) fn new(
        context: &'a Context<'a>,
        (pool, key, client): (&'a mut UserPool, &'a mut Option<SigningKey>, Client),
    ) -> Self {
        Self { context, pool, key, client, device: None, custom: None }
    }

    /// The flows that both operations support.
    fn by_any(self, flow: &str) -> Result<Value, AwsError> {
        match flow {
            "REFRESH_TOKEN_AUTH" | "REFRESH_TOKEN" => self.with_refresh_token(),
            "USER_SRP_AUTH" => self.with_srp(),
            "USER_AUTH" => self.with_choice(),
            "CUSTOM_AUTH" => self.with_custom(),
            _ => Err(refusal::invalid_parameter("Initiate Auth method not supported.")),
        }
    }

    pub(super) fn allows(&self, flows: &[&str]) -> bool {
        texts(self.client.settings.get("ExplicitAuthFlows")).iter().any(|flow| flows.contains(&flow.as_str()))
    }

    /// The username of the request, and the key of its user. There is no key if there is no user and the client hides that.
    pub(super) fn named(&mut self) -> Result<(&'a str, Option<String>), AwsError> {
        let username = required(self.context, PARAMETERS, "USERNAME")?;
        secret_hash::check(&self.client, username, parameter(self.context, PARAMETERS, "SECRET_HASH"))?;
        self.device = parameter(self.context, PARAMETERS, "DEVICE_KEY").map(str::to_owned);
        let key = self.pool.user_key(username);
        if key.is_none() {
            self.pool.refuse_triggers(&["UserMigration"])?;
            if !self.client.hides_users() {
                return Err(user::missing());
            }
        }
        let user = key.as_deref().unwrap_or(username);
        let mut request = self.request(user);
        request["validationData"] = self.context.member("ClientMetadata").cloned().unwrap_or_default();
        self.context.ask(self.subject(user), "PreAuthentication_Authentication", request, &json!({}))?;
        Ok((username, key))
    }

    fn with_password(mut self, allowed: bool, otherwise: &str) -> Result<Value, AwsError> {
        if !allowed {
            return Err(refusal::invalid_parameter(otherwise));
        }
        let (_, key) = self.named()?;
        let password = required(self.context, PARAMETERS, "PASSWORD")?;
        self.check_password(&key.ok_or_else(wrong_password)?, password)
    }

    /// Continues if the password is right.
    pub(super) fn check_password(mut self, key: &str, password: &str) -> Result<Value, AwsError> {
        self.check_secret(key, |user, pool| user.has_password(pool, password))?;
        self.after_password(key)
    }

    /// Checks that a user may sign in and that `right` holds. Counts the failure otherwise.
    pub(super) fn check_secret(
        &mut self,
        key: &str,
        right: impl FnOnce(&mut User, &str) -> bool,
    ) -> Result<(), AwsError> {
        let now = self.context.now;
        let user = self.pool.users.get_mut(key).ok_or_else(user::missing)?;
        if !user.enabled {
            return Err(refusal::not_authorized("User is disabled."));
        }
        user.failures.check(now)?;
        if user.status == Status::ResetRequired {
            return Err(refusal::refuse("PasswordResetRequiredException", "Password reset required for the user"));
        }
        if right(user, &self.pool.id) {
            user.failures.forget();
            Ok(())
        } else {
            user.failures.add(now);
            Err(wrong_password())
        }
    }

    /// The step after a right password.
    pub(super) fn after_password(mut self, key: &str) -> Result<Value, AwsError> {
        let user = &self.pool.users[key];
        match user.status {
            Status::Unconfirmed => Err(unconfirmed()),
            Status::ForceChangePassword => {
                if user.password.as_ref().is_some_and(|password| password.expired(self.pool, self.context.now)) {
                    return Err(refusal::not_authorized(
                        "Temporary password has expired and must be reset by an administrator.",
                    ));
                }
                Ok(self.ask_new_password(key))
            }
            Status::Confirmed | Status::ResetRequired => self.second_step(key),
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

    /// Opens a session and returns its challenge. `user` is a key or, if there is no user, a name.
    pub(super) fn ask(&mut self, user: &str, challenge: Challenge, parameters: &Value) -> Value {
        let session = self.session(user, challenge);
        let session = self.pool.open_session(self.context, session);
        json!({ "ChallengeName": challenge.name(), "Session": session, "ChallengeParameters": parameters })
    }

    /// The user of an event. `user` is a key or, if there is no user, a name.
    pub(super) fn subject<'b>(&'b self, user: &'b str) -> Subject<'b> {
        let username = self.pool.users.get(user).map_or(user, |found| &found.username);
        Subject { pool: self.pool, username, client: &self.client.id }
    }

    /// The members that the requests of all triggers of a sign-in have.
    pub(super) fn request(&self, user: &str) -> Value {
        let user = self.pool.users.get(user);
        let mut request = json!({ "userAttributes": user.map_or_else(|| json!({}), User::event_attributes) });
        if self.client.hides_users() {
            request["userNotFound"] = json!(user.is_none());
        }
        request
    }

    pub(super) fn session(&self, user: &str, challenge: Challenge) -> Session {
        let (device, custom) = (self.device.clone(), self.custom.clone());
        Session { device, custom, ..Session::new(self.context, user, &self.client.id, challenge) }
    }

    /// The step after the first factor: the second factor, the device or the tokens.
    pub(super) fn second_step(mut self, key: &str) -> Result<Value, AwsError> {
        let user = &self.pool.users[key];
        let app = user.software_token.as_ref().filter(|app| app.verified);
        let required = self.pool.setting("MfaConfiguration") == Some(&json!("ON"));
        let optional = self.pool.setting("MfaConfiguration") == Some(&json!("OPTIONAL"));
        let username = user.username.clone();
        if self.skips_second_factor(key)? {
            return Ok(self.finish(key));
        }
        if app.is_some_and(|app| required || (optional && app.enabled)) {
            let parameters = json!({ "USER_ID_FOR_SRP": username });
            return Ok(self.ask(key, Challenge::SoftwareTokenMfa, &parameters));
        }
        if !required {
            return Ok(self.finish(key));
        }
        if !self.pool.factors.software_token() {
            return Err(AwsError::not_imitated("second factors other than an authenticator app"));
        }
        let parameters = json!({ "USER_ID_FOR_SRP": username, "MFAS_CAN_SETUP": "[\"SOFTWARE_TOKEN_MFA\"]" });
        Ok(self.ask(key, Challenge::MfaSetup, &parameters))
    }

    /// Signs the user in and returns the tokens. `device` is the key of a device that has been verified.
    pub(super) fn grant(self, key: &str, device: Option<String>) -> Value {
        let mut request = self.request(key);
        request["newDeviceUsed"] = json!(device.is_none() && self.pool.device_setting("").is_some());
        self.context.then(self.subject(key), "PostAuthentication_Authentication", request, &json!({}));
        let signing_key = SigningKey::of(self.key);
        let result = self.pool.sign_in(self.context, signing_key, &self.client, (key, device));
        json!({ "ChallengeParameters": {}, "AuthenticationResult": result })
    }
}

/// The error for a wrong password, and for an unknown user under `PreventUserExistenceErrors`.
pub(super) fn wrong_password() -> AwsError {
    refusal::not_authorized("Incorrect username or password.")
}

/// The error for a user who has not confirmed their sign-up.
pub(super) fn unconfirmed() -> AwsError {
    refusal::refuse("UserNotConfirmedException", "User is not confirmed.")
}
