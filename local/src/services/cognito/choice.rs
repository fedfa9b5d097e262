//! Choice-based sign-in, `USER_AUTH`: the user chooses among the first factors of the pool.

use serde_json::{Value, json};

use crate::{
    services::cognito::{
        auth::{Attempt, PARAMETERS, unconfirmed, wrong_password},
        challenge::RESPONSES,
        context::texts,
        message, refusal,
        session::{Challenge, Session, parameter, required},
        user::Status,
        verification,
    },
    wire::error::AwsError,
};

impl Attempt<'_> {
    pub(super) fn with_choice(mut self) -> Result<Value, AwsError> {
        if !self.allows(&["ALLOW_USER_AUTH"]) {
            return Err(refusal::invalid_parameter("USER_AUTH is not enabled for the client."));
        }
        let (username, key) = self.named()?;
        if let (Some(text), Some(key)) = (self.context.call.text("Session"), &key) {
            return self.after_sign_up(text, key);
        }
        let wanted = parameter(self.context, PARAMETERS, "PREFERRED_CHALLENGE");
        refuse_passkey(wanted)?;
        let offered = self.offered(key.as_deref());
        if let Some(challenge) = wanted.and_then(Challenge::named).filter(|wanted| offered.contains(wanted)) {
            return self.begin(challenge, PARAMETERS, username, key);
        }
        let mut answer = self.ask(key.as_deref().unwrap_or(username), Challenge::Select, &json!({}));
        answer["AvailableChallenges"] = offered.iter().map(|challenge| challenge.name()).collect();
        Ok(answer)
    }

    /// The challenges that the user can choose from.
    fn offered(&self, key: Option<&str>) -> Vec<Challenge> {
        let user = key.and_then(|key| self.pool.users.get(key));
        let factors = texts(self.pool.setting("Policies/SignInPolicy/AllowedFirstAuthFactors"));
        let mut offered = Vec::new();
        if user.is_none_or(|user| user.password.is_some()) {
            offered.extend([Challenge::PasswordSrp, Challenge::Password]);
        }
        for (challenge, attribute) in [(Challenge::EmailOtp, "email"), (Challenge::SmsOtp, "phone_number")] {
            let reachable = user.is_none_or(|user| user.verified(attribute));
            if reachable && factors.iter().any(|factor| factor == challenge.name()) {
                offered.push(challenge);
            }
        }
        offered
    }

    /// Begins with a chosen challenge, and answers it if the request already has what it asks for.
    fn begin(
        mut self,
        challenge: Challenge,
        map: &str,
        username: &str,
        key: Option<String>,
    ) -> Result<Value, AwsError> {
        match challenge {
            Challenge::Password => match parameter(self.context, map, "PASSWORD") {
                Some(password) => self.check_password(&key.ok_or_else(wrong_password)?, password),
                None => Ok(self.ask(key.as_deref().unwrap_or(username), challenge, &json!({}))),
            },
            Challenge::PasswordSrp => match parameter(self.context, map, "SRP_A") {
                Some(_) => self.ask_proof(map, username, key.as_deref()),
                None => Ok(self.ask(key.as_deref().unwrap_or(username), challenge, &json!({}))),
            },
            _ => Ok(self.send_one_time_password(challenge, username, key.as_deref())),
        }
    }

    fn send_one_time_password(self, challenge: Challenge, username: &str, key: Option<&str>) -> Value {
        let attribute = if challenge == Challenge::EmailOtp { "email" } else { "phone_number" };
        let user = key.and_then(|key| self.pool.users.get(key));
        let address = user.and_then(|user| user.attributes.get(attribute)).cloned();
        let details = verification::delivery(attribute, address.as_deref().unwrap_or(username));
        let parameters = json!({
            "CODE_DELIVERY_DELIVERY_MEDIUM": details["DeliveryMedium"],
            "CODE_DELIVERY_DESTINATION": details["Destination"],
        });
        let code = verification::random_code();
        if let (Some(user), Some(address)) = (user, address) {
            let message = message::sign_in(attribute, &address, &user.username, &code);
            let user = user.clone();
            self.pool.post(self.context, &user, message);
        }
        let session = Session { code: Some(code), ..self.session(key.unwrap_or(username), challenge) };
        let session = self.pool.open_session(self.context, session);
        json!({ "ChallengeName": challenge.name(), "Session": session, "ChallengeParameters": parameters })
    }

    /// Responds to `SELECT_CHALLENGE`.
    pub(super) fn select(self, text: &str, session: &Session) -> Result<Value, AwsError> {
        let answer = required(self.context, RESPONSES, "ANSWER")?;
        refuse_passkey(Some(answer))?;
        let key = self.pool.users.contains_key(&session.user).then(|| session.user.clone());
        let chosen = Challenge::named(answer).filter(|chosen| self.offered(key.as_deref()).contains(chosen));
        let chosen = chosen.ok_or_else(|| refusal::invalid_parameter("Selected challenge is not available."))?;
        self.pool.close_session(text);
        self.begin(chosen, RESPONSES, &session.user, key)
    }

    /// Responds to `PASSWORD` or `PASSWORD_SRP`.
    pub(super) fn chosen(self, challenge: Challenge, text: &str, session: &Session) -> Result<Value, AwsError> {
        required(self.context, RESPONSES, if challenge == Challenge::Password { "PASSWORD" } else { "SRP_A" })?;
        self.pool.close_session(text);
        let key = self.pool.users.contains_key(&session.user).then(|| session.user.clone());
        self.begin(challenge, RESPONSES, &session.user, key)
    }

    /// Responds to `EMAIL_OTP` or `SMS_OTP`.
    pub(super) fn one_time_password(
        mut self,
        challenge: Challenge,
        text: &str,
        session: &Session,
    ) -> Result<Value, AwsError> {
        let code = required(self.context, RESPONSES, &format!("{}_CODE", challenge.name()))?;
        if session.code.as_deref() != Some(code) {
            self.check_secret(&session.user, |_, _| false)
                .or_else(|refused| if refused.message == wrong_password().message { Ok(()) } else { Err(refused) })?;
            return Err(refusal::refuse("CodeMismatchException", "Invalid code or auth state for the user."));
        }
        self.check_secret(&session.user, |_, _| true)?;
        self.pool.close_session(text);
        if self.pool.users[&session.user].status == Status::Unconfirmed {
            return Err(unconfirmed());
        }
        Ok(self.finish(&session.user))
    }

    /// Signs in with the session that `ConfirmSignUp` returned.
    fn after_sign_up(self, text: &str, key: &str) -> Result<Value, AwsError> {
        let session = self.pool.session(self.context, text)?;
        if session.challenge != Challenge::SignedUp || session.user != key || session.client != self.client.id {
            return Err(refusal::not_authorized("Invalid session for the user."));
        }
        self.pool.close_session(text);
        Ok(self.finish(key))
    }
}

fn refuse_passkey(challenge: Option<&str>) -> Result<(), AwsError> {
    match challenge {
        Some("WEB_AUTHN") => Err(AwsError::not_imitated("sign-in with a passkey (WEB_AUTHN)")),
        _ => Ok(()),
    }
}
