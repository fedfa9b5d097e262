//! Custom sign-in, `CUSTOM_AUTH`: functions of the pool define, create and verify the challenges.

use serde_json::{Value, json};

use crate::{
    services::cognito::{
        auth::{Attempt, PARAMETERS, unconfirmed, wrong_password},
        challenge::RESPONSES,
        refusal,
        session::{Challenge, Session, parameter, required},
        trigger::{flag, unrecognizable},
        user::Status,
    },
    wire::error::AwsError,
};

/// How far a custom sign-in has come.
#[derive(Debug, Clone, Default)]
pub(super) struct Custom {
    /// The challenges so far, as the functions see them.
    results: Vec<Value>,
    /// The private parameters and the metadata of the current challenge.
    private: Value,
    metadata: Value,
}

impl Custom {
    fn add(&mut self, challenge: &str, passed: bool) {
        self.results.push(json!({
            "challengeName": challenge, "challengeResult": passed, "challengeMetadata": self.metadata.take(),
        }));
    }
}

/// The step after which a session is closed.
#[derive(Clone, Copy)]
struct Step<'a> {
    /// The key of the user, or the name if there is none.
    user: &'a str,
    /// The session that the caller responded to.
    session: Option<&'a str>,
}

fn not_configured() -> AwsError {
    refusal::invalid_parameter("Custom auth lambda trigger is not configured for the user pool.")
}

impl Attempt<'_> {
    pub(super) fn with_custom(mut self) -> Result<Value, AwsError> {
        if !self.allows(&["ALLOW_CUSTOM_AUTH", "CUSTOM_AUTH_FLOW_ONLY"]) {
            return Err(refusal::invalid_parameter("CUSTOM_AUTH is not enabled for the client."));
        }
        if self.pool.setting("LambdaConfig/DefineAuthChallenge").is_none() {
            return Err(not_configured());
        }
        let (username, key) = self.named()?;
        if key.as_ref().is_some_and(|key| !self.pool.users[key].enabled) {
            return Err(refusal::not_authorized("User is disabled."));
        }
        let mut custom = Custom::default();
        if parameter(self.context, PARAMETERS, "CHALLENGE_NAME") == Some("SRP_A") {
            required(self.context, PARAMETERS, "SRP_A")?;
            custom.add("SRP_A", true);
        }
        let user = key.as_deref().unwrap_or(username);
        self.next_challenge(custom, Step { user, session: None })
    }

    /// Continues a custom sign-in after a proof of the password.
    pub(super) fn after_proof(self, text: &str, user: &str, mut custom: Custom) -> Result<Value, AwsError> {
        custom.add("PASSWORD_VERIFIER", true);
        self.next_challenge(custom, Step { user, session: Some(text) })
    }

    /// Responds to `CUSTOM_CHALLENGE`.
    pub(super) fn custom_answer(self, text: &str, session: &Session) -> Result<Value, AwsError> {
        let answer = required(self.context, RESPONSES, "ANSWER")?;
        let mut custom = self.custom.clone().unwrap_or_default();
        let mut request = self.request(&session.user);
        request["privateChallengeParameters"] = custom.private.take();
        request["challengeAnswer"] = json!(answer);
        let response = self.function(
            &session.user,
            "VerifyAuthChallengeResponse_Authentication",
            request,
            &json!({ "answerCorrect": null }),
        )?;
        let correct = response["answerCorrect"].as_bool().ok_or_else(unrecognizable)?;
        custom.add("CUSTOM_CHALLENGE", correct);
        self.next_challenge(custom, Step { user: &session.user, session: Some(text) })
    }

    /// Asks the function that defines challenges what comes next, and does it.
    fn next_challenge(mut self, custom: Custom, step: Step<'_>) -> Result<Value, AwsError> {
        let mut request = self.request(step.user);
        request["session"] = json!(custom.results);
        let response = json!({ "challengeName": null, "issueTokens": null, "failAuthentication": null });
        let response = self.function(step.user, "DefineAuthChallenge_Authentication", request, &response)?;
        if flag(&response, "failAuthentication")? {
            self.close(step);
            return Err(wrong_password());
        }
        if flag(&response, "issueTokens")? {
            self.close(step);
            let user = self.pool.users.get(step.user).ok_or_else(wrong_password)?;
            return if user.status == Status::Unconfirmed { Err(unconfirmed()) } else { Ok(self.finish(step.user)) };
        }
        let asks_for_proof = parameter(self.context, PARAMETERS, "SRP_A").is_some();
        match response["challengeName"].as_str() {
            Some("CUSTOM_CHALLENGE") => self.create_challenge(custom, step),
            Some("PASSWORD_VERIFIER") if asks_for_proof => {
                self.custom = Some(custom);
                let key = self.pool.users.contains_key(step.user).then_some(step.user);
                self.ask_proof(PARAMETERS, step.user, key)
            }
            Some(name) if Challenge::named(name).is_some() => {
                Err(AwsError::not_imitated(&format!("the challenge {name} at this step of a custom sign-in")))
            }
            _ => Err(unrecognizable()),
        }
    }

    fn create_challenge(mut self, custom: Custom, step: Step<'_>) -> Result<Value, AwsError> {
        let mut request = self.request(step.user);
        request["challengeName"] = json!("CUSTOM_CHALLENGE");
        request["session"] = json!(custom.results);
        let response = json!({
            "publicChallengeParameters": null, "privateChallengeParameters": null, "challengeMetadata": null,
        });
        let mut response = self.function(step.user, "CreateAuthChallenge_Authentication", request, &response)?;
        self.close(step);
        let (private, metadata) = (response["privateChallengeParameters"].take(), response["challengeMetadata"].take());
        self.custom = Some(Custom { private, metadata, ..custom });
        let mut parameters = json!({ "USERNAME": self.subject(step.user).username });
        let public = response["publicChallengeParameters"].as_object().into_iter().flatten();
        for (name, value) in public {
            parameters[name] = value.as_str().map_or_else(|| json!(value.to_string()), |text| json!(text));
        }
        Ok(self.ask(step.user, Challenge::Custom, &parameters))
    }

    fn close(&mut self, step: Step<'_>) {
        if let Some(text) = step.session {
            self.pool.close_session(text);
        }
    }

    fn function(&self, user: &str, source: &'static str, request: Value, response: &Value) -> Result<Value, AwsError> {
        self.context.ask(self.subject(user), source, request, response)?.ok_or_else(not_configured)
    }
}
