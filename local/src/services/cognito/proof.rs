//! Sign-in with SRP: the user proves the password and does not send it.

use jiff::fmt::strtime;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Builder;

use crate::{
    services::cognito::{
        auth::{Attempt, PARAMETERS},
        challenge::RESPONSES,
        refusal,
        session::{Challenge, Session, required},
        srp::{Handshake, Identity, Verifier},
        user::User,
    },
    wire::error::AwsError,
};

impl Attempt<'_> {
    pub(super) fn with_srp(mut self) -> Result<Value, AwsError> {
        if !self.allows(&["ALLOW_USER_SRP_AUTH", "ADMIN_NO_SRP_AUTH", "USER_PASSWORD_AUTH"]) {
            return Err(refusal::invalid_parameter("USER_SRP_AUTH is not enabled for the client."));
        }
        let (username, key) = self.named()?;
        let mut answer = self.ask_proof(PARAMETERS, username, key.as_deref())?;
        // Only choice-based sign-in returns a session.
        answer["Session"] = Value::Null;
        Ok(answer)
    }

    /// Asks for a proof of the password. Without a user, nothing will prove it.
    pub(super) fn ask_proof(mut self, map: &str, username: &str, key: Option<&str>) -> Result<Value, AwsError> {
        let public = required(self.context, map, "SRP_A")?;
        let user = key.and_then(|key| self.pool.users.get(key));
        let id = user.map_or_else(|| self.made_up_name(username), |user| user.username.clone());
        let known = user.and_then(|user| user.password.as_ref()?.verifier().cloned());
        let verifier = known.unwrap_or_else(|| Verifier::decoy(Identity::of_user(&self.pool.id, &id)));
        let parameters = json!({ "USERNAME": id, "USER_ID_FOR_SRP": id });
        let session = self.session(key.unwrap_or(username), Challenge::PasswordVerifier);
        self.ask_with(session, public, verifier, parameters)
    }

    /// Opens a session for a run of SRP and returns its challenge.
    pub(super) fn ask_with(
        &mut self,
        session: Session,
        public: &str,
        verifier: Verifier,
        mut parameters: Value,
    ) -> Result<Value, AwsError> {
        let handshake = Handshake::new(public, verifier);
        let handshake = handshake.ok_or_else(|| refusal::invalid_parameter("Invalid SRP_A parameter."))?;
        let (salt, server) = handshake.salt_and_public();
        let name = session.challenge.name();
        let block = self.pool.open_session(self.context, Session { handshake: Some(handshake), ..session });
        parameters["SALT"] = json!(salt);
        parameters["SRP_B"] = json!(server);
        parameters["SECRET_BLOCK"] = json!(block);
        Ok(json!({ "ChallengeName": name, "Session": block, "ChallengeParameters": parameters }))
    }

    /// The name that a user of this pool would have: a UUID if the pool generates them.
    fn made_up_name(&self, username: &str) -> String {
        if self.pool.setting("UsernameAttributes").is_none() {
            return username.to_owned();
        }
        let digest = Sha256::digest(format!("{}/{username}", self.pool.id));
        let bytes = digest[..16].try_into().unwrap_or_default();
        Builder::from_random_bytes(bytes).into_uuid().to_string()
    }

    pub(super) fn proof(mut self, text: &str, session: &Session) -> Result<Value, AwsError> {
        let proof = Proof::of(&self, text)?;
        let identity = |user: &mut User, pool: &str| proof.holds(session, Identity::of_user(pool, &user.username));
        let proven = self.check_secret(&session.user, identity);
        if let (Ok(()), Some(custom)) = (&proven, &session.custom) {
            return self.after_proof(text, &session.user, custom.clone());
        }
        self.pool.close_session(text);
        proven?;
        self.after_password(&session.user)
    }
}

/// The proof in a response.
pub(super) struct Proof<'a> {
    block: &'a str,
    timestamp: &'a str,
    signature: &'a str,
}

impl<'a> Proof<'a> {
    pub(super) fn of(attempt: &Attempt<'a>, block: &'a str) -> Result<Self, AwsError> {
        let signature = required(attempt.context, RESPONSES, "PASSWORD_CLAIM_SIGNATURE")?;
        let timestamp = required(attempt.context, RESPONSES, "TIMESTAMP")?;
        if strtime::parse("%a %b %d %H:%M:%S UTC %Y", timestamp).is_err() {
            return Err(refusal::invalid_parameter("TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english."));
        }
        Ok(Self { block, timestamp, signature })
    }

    pub(super) fn holds(&self, session: &Session, identity: Identity<'_>) -> bool {
        let handshake = session.handshake.as_ref();
        handshake.is_some_and(|handshake| handshake.proves(identity, self.block, self.timestamp, self.signature))
    }
}
