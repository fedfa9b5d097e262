//! The answers to challenges: from what is known in advance, or from the person.

use std::collections::HashMap;

use super::{
    challenge::{Answer, Asked, Code, factor},
    error::PeopleError,
    secret::Secret,
    settings::PoolSettings,
    sign_in::SignIn,
};

/// How often a person may mistype a code.
const ATTEMPTS: usize = 3;
const DIGITS: usize = 6;

impl SignIn<'_> {
    /// Answers `NEW_PASSWORD_REQUIRED`.
    pub(super) async fn new_password(&self, asked: &Asked, required: &[String]) -> Result<Answer, PeopleError> {
        let mut responses = HashMap::new();
        let chosen = self.chosen_password(asked).await?;
        for name in required {
            let value = self.attribute(asked, name).await?;
            responses.insert(format!("userAttributes.{name}"), value);
        }
        responses.insert("NEW_PASSWORD".to_owned(), chosen.reveal().to_owned());
        self.respond_with(asked, responses).await
    }

    async fn chosen_password(&self, asked: &Asked) -> Result<Secret, PeopleError> {
        if let Some(chosen) = &self.chosen {
            return Ok(chosen.clone());
        }
        if !self.prompt.is_there() {
            return Err(self.nobody(asked, "a new password"));
        }
        let policy = PoolSettings::read(self.people).await?.password_policy;
        self.prompt.tell(&format!("the password of `{}` was a temporary one", self.user));
        policy.choose(self.prompt, "new password").await
    }

    async fn attribute(&self, asked: &Asked, name: &str) -> Result<String, PeopleError> {
        if let Some(value) = self.attributes.get(name) {
            return Ok(value.clone());
        }
        if !self.prompt.is_there() {
            return Err(self.nobody(asked, format!("the attribute `{name}`")));
        }
        Ok(self.prompt.line(&format!("{name}: ")).await?)
    }

    /// Answers with a code, and lets the person correct a mistyped one: a wrong code does not end the session.
    pub(super) async fn code(&self, asked: &Asked, code: &Code) -> Result<Answer, PeopleError> {
        let mut attempt = 1;
        loop {
            let typed = self.ask_code(asked, &code.wanted).await?;
            match self.respond(asked, [(code.response, typed)]).await {
                Err(reason @ (PeopleError::WrongCode | PeopleError::ExpiredCode)) if attempt < ATTEMPTS => {
                    self.prompt.tell(&format!("{reason}: once more"));
                    attempt += 1;
                }
                outcome => return outcome,
            }
        }
    }

    /// Asks for six digits until they are six digits.
    pub(super) async fn ask_code(&self, asked: &Asked, wanted: &str) -> Result<String, PeopleError> {
        if !self.prompt.is_there() {
            return Err(self.nobody(asked, wanted));
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
        Err(PeopleError::WrongCode)
    }

    /// Answers `SELECT_MFA_TYPE`.
    pub(super) async fn select_factor(&self, asked: &Asked, factors: &[String]) -> Result<Answer, PeopleError> {
        let named: Vec<String> = factors.iter().map(|name| factor(name)).collect();
        if !self.prompt.is_there() {
            return Err(self.nobody(asked, format!("one of several second factors: {}", named.join(", "))));
        }
        let numbered = named.iter().enumerate().map(|(index, name)| format!("{} {name}", index + 1));
        let question = format!("second factor: {}: ", numbered.collect::<Vec<_>>().join(", "));
        for _ in 0..ATTEMPTS {
            let typed = self.prompt.line(&question).await?;
            let chosen = typed.trim().parse::<usize>().ok().and_then(|number| factors.get(number.checked_sub(1)?));
            if let Some(chosen) = chosen {
                return self.respond(asked, [("ANSWER", chosen.clone())]).await;
            }
            self.prompt.tell(&format!("a number from 1 to {}", factors.len()));
        }
        Err(PeopleError::NotSelected)
    }

    /// The failure when only a person could answer and nobody is there.
    pub(super) fn nobody(&self, asked: &Asked, wanted: impl Into<String>) -> PeopleError {
        PeopleError::NobodyToAsk { challenge: asked.name.clone(), wanted: wanted.into(), user: self.user.to_owned() }
    }
}
