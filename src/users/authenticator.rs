//! Setting up an authenticator app while signing in.

use super::{
    challenge::{Challenge, OpenChallenge, SignInStep},
    error::UserError,
    prompt::Authenticator,
    secret::Secret,
    settings::PoolSettings,
    sign_in::SignIn,
};
use crate::aws::{call, once, operation};

/// How often a user may mistype the first code.
const ATTEMPTS: usize = 3;
const APP: &str = "SOFTWARE_TOKEN_MFA";

impl SignIn<'_> {
    /// Answers `MFA_SETUP` with an authenticator app.
    pub(super) async fn set_up(&self, open: &OpenChallenge, factors: &[String]) -> Result<SignInStep, UserError> {
        if !factors.is_empty() && !factors.iter().any(|factor| factor == APP) {
            return Err(open.not_supported());
        }
        if !self.prompt.is_there() {
            return Err(self.unanswered(open, "an authenticator app to be set up"));
        }
        let issuer = PoolSettings::read(self.people).await?.name;
        let associated = self.associate(open).await?;
        self.prompt.show(&Authenticator::new(associated.secret, &issuer, self.user));
        let verified = self.verify(&associated.open).await?;
        self.respond(&verified, []).await
    }

    /// Has Cognito make up a secret.
    async fn associate(&self, open: &OpenChallenge) -> Result<Associated, UserError> {
        let request = self.people.cloud.cognito.associate_software_token();
        let request = request.set_session(revealed(open));
        let answer = call(&self.people.context(), &operation::ASSOCIATE_SOFTWARE_TOKEN, || {
            request.clone().customize().config_override(once::cognito()).send()
        })
        .await;
        let answer = answer.map_err(|error| self.about().answer_reason(self.client, error))?;
        let secret = answer.secret_code.ok_or(UserError::NoAnswer)?;
        Ok(Associated { secret, open: following(open, answer.session) })
    }

    /// Shows Cognito a code of the app, and lets the user correct a mistyped one.
    async fn verify(&self, open: &OpenChallenge) -> Result<OpenChallenge, UserError> {
        let mut attempt = 1;
        loop {
            let code = self.ask_code(open, "the code that the app shows now").await?;
            match self.verify_code(open, code).await {
                Err(UserError::WrongCode) if attempt < ATTEMPTS => {
                    self.prompt.tell("the code is wrong: once more");
                    attempt += 1;
                }
                outcome => return outcome,
            }
        }
    }

    async fn verify_code(&self, open: &OpenChallenge, code: String) -> Result<OpenChallenge, UserError> {
        let request = self.people.cloud.cognito.verify_software_token();
        let request = request.set_session(revealed(open)).user_code(code);
        let answer = call(&self.people.context(), &operation::VERIFY_SOFTWARE_TOKEN, || {
            request.clone().customize().config_override(once::cognito()).send()
        })
        .await;
        let answer = answer.map_err(|error| self.about().answer_reason(self.client, error))?;
        Ok(following(open, answer.session))
    }
}

/// A secret, and the session that goes on with it.
struct Associated {
    secret: String,
    open: OpenChallenge,
}

fn revealed(open: &OpenChallenge) -> Option<String> {
    open.session.as_ref().map(|session| session.reveal().to_owned())
}

/// The same challenge in its next session.
fn following(open: &OpenChallenge, session: Option<String>) -> OpenChallenge {
    OpenChallenge {
        name: open.name.clone(),
        challenge: Challenge::Other,
        session: session.map(Secret::new),
        user_id: open.user_id.clone(),
    }
}
