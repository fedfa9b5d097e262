//! The answers to challenges: from what is known in advance, or from the user.

use std::collections::HashMap;

use super::{
    challenge::{Code, OpenChallenge, SignInStep, factor},
    error::UserError,
    secret::Secret,
    settings::PoolSettings,
    sign_in::SignIn,
};

/// How often a user may mistype a code.
const ATTEMPTS: usize = 3;
const DIGITS: usize = 6;

impl SignIn<'_> {
    /// Answers `NEW_PASSWORD_REQUIRED`.
    pub(super) async fn new_password(
        &self,
        open: &OpenChallenge,
        required: &[String],
    ) -> Result<SignInStep, UserError> {
        let mut responses = HashMap::new();
        let chosen = self.chosen_password(open).await?;
        for name in required {
            let value = self.attribute(open, name).await?;
            responses.insert(format!("userAttributes.{name}"), value);
        }
        responses.insert("NEW_PASSWORD".to_owned(), chosen.reveal().to_owned());
        self.respond_with(open, responses).await
    }

    async fn chosen_password(&self, open: &OpenChallenge) -> Result<Secret, UserError> {
        if let Some(chosen) = &self.chosen {
            return Ok(chosen.clone());
        }
        if !self.prompt.is_there() {
            return Err(self.unanswered(open, "a new password"));
        }
        let policy = PoolSettings::read(self.people).await?.password_policy;
        self.prompt.tell(&format!("the password of `{}` was a temporary one", self.user));
        policy.choose(self.prompt, "new password").await
    }

    async fn attribute(&self, open: &OpenChallenge, name: &str) -> Result<String, UserError> {
        if let Some(value) = self.attributes.get(name) {
            return Ok(value.clone());
        }
        if !self.prompt.is_there() {
            return Err(self.unanswered(open, format!("the attribute `{name}`")));
        }
        Ok(self.prompt.line(&format!("{name}: ")).await?)
    }

    /// Answers with a code, and lets the user correct a mistyped one: a wrong code does not end the session.
    pub(super) async fn code(&self, open: &OpenChallenge, code: &Code) -> Result<SignInStep, UserError> {
        let mut attempt = 1;
        loop {
            let typed = self.ask_code(open, &code.wanted).await?;
            match self.respond(open, [(code.response, typed)]).await {
                Err(reason @ (UserError::WrongCode | UserError::ExpiredCode)) if attempt < ATTEMPTS => {
                    self.prompt.tell(&format!("{reason}: once more"));
                    attempt += 1;
                }
                outcome => return outcome,
            }
        }
    }

    /// Asks for six digits until they are six digits.
    pub(super) async fn ask_code(&self, open: &OpenChallenge, wanted: &str) -> Result<String, UserError> {
        if !self.prompt.is_there() {
            return Err(self.unanswered(open, wanted));
        }
        for _ in 0..ATTEMPTS {
            let typed = self.prompt.line(&format!("{wanted}: ")).await?;
            // Apps show them in two groups.
            let digits: String = typed.chars().filter(|letter| !letter.is_whitespace()).collect();
            if digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return Ok(digits);
            }
            self.prompt.tell("a code has six digits");
        }
        Err(UserError::WrongCode)
    }

    /// Answers `SELECT_MFA_TYPE`.
    pub(super) async fn select_factor(
        &self,
        open: &OpenChallenge,
        factors: &[String],
    ) -> Result<SignInStep, UserError> {
        let named: Vec<String> = factors.iter().map(|name| factor(name)).collect();
        if !self.prompt.is_there() {
            return Err(self.unanswered(open, format!("one of several second factors: {}", named.join(", "))));
        }
        let numbered = named.iter().enumerate().map(|(index, name)| format!("{} {name}", index + 1));
        let question = format!("second factor: {}: ", numbered.collect::<Vec<_>>().join(", "));
        for _ in 0..ATTEMPTS {
            let typed = self.prompt.line(&question).await?;
            let chosen = typed.trim().parse::<usize>().ok().and_then(|number| factors.get(number.checked_sub(1)?));
            if let Some(chosen) = chosen {
                return self.respond(open, [("ANSWER", chosen.clone())]).await;
            }
            self.prompt.tell(&format!("a number from 1 to {}", factors.len()));
        }
        Err(UserError::NotSelected)
    }

    /// The failure when a prompt is required and there is no terminal.
    pub(super) fn unanswered(&self, open: &OpenChallenge, wanted: impl Into<String>) -> UserError {
        UserError::NobodyToAsk { challenge: open.name.clone(), wanted: wanted.into(), user: self.user.to_owned() }
    }
}
