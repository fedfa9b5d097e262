//! Signing in: a password, and then whatever else Cognito asks for, until it gives out tokens.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_cognitoidentityprovider::types::AuthFlowType;

use super::{
    challenge::{Challenge, OpenChallenge, SignInStep},
    client::AppClient,
    error::UserError,
    pool::Users,
    prompt::Prompt,
    rejection::About,
    secret::Secret,
    tokens::Tokens,
};
use crate::aws::{call, once, operation};

/// Challenges can follow on each other; no sign-in has as many as this.
const LONGEST_CHAIN: usize = 10;

/// One user's sign-in: what is known in advance, and whom to ask for the rest.
pub struct SignIn<'a> {
    pub people: &'a Users<'a>,
    pub client: &'a AppClient,
    /// Whom to ask.
    pub prompt: &'a dyn Prompt,
    /// The name, or an attribute that the pool signs in with.
    pub user: &'a str,
    /// The password to set when a new one is asked for; otherwise the user chooses.
    pub chosen: Option<Secret>,
    /// The values to give when attributes are asked for; otherwise the user tells them.
    pub attributes: BTreeMap<String, String>,
}

impl SignIn<'_> {
    /// Signs in with a password and answers the challenges that follow.
    ///
    /// # Errors
    /// When Cognito refuses, or requires what cannot be prompted for.
    pub async fn with(&self, password: &Secret) -> Result<Tokens, UserError> {
        self.client.check_flow()?;
        let mut answer = self.begin(password).await?;
        for _ in 0..LONGEST_CHAIN {
            match answer {
                SignInStep::Tokens(result) => return Tokens::read(&result, self.client),
                SignInStep::Challenged(open) => answer = self.meet(&open).await?,
            }
        }
        Err(UserError::Endless)
    }

    /// Sends the password.
    async fn begin(&self, password: &Secret) -> Result<SignInStep, UserError> {
        let mut parameters = HashMap::from([
            ("USERNAME".to_owned(), self.user.to_owned()),
            ("PASSWORD".to_owned(), password.reveal().to_owned()),
        ]);
        self.prove(&mut parameters, self.user);
        let request = self.people.cloud.cognito.admin_initiate_auth();
        let request = request
            .user_pool_id(self.people.pool_id())
            .client_id(&self.client.id)
            .auth_flow(AuthFlowType::AdminUserPasswordAuth)
            .set_auth_parameters(Some(parameters));
        let answer = call(&self.people.context(), &operation::ADMIN_INITIATE_AUTH, || request.clone().send()).await;
        match answer {
            Ok(answer) => SignInStep::of(self.user, answer.into()),
            Err(error) => Err(self.about().password_reason(error).await),
        }
    }

    /// Answers one challenge.
    async fn meet(&self, open: &OpenChallenge) -> Result<SignInStep, UserError> {
        match &open.challenge {
            Challenge::NewPassword { required } => self.new_password(open, required).await,
            Challenge::Code(code) => self.code(open, code).await,
            Challenge::SelectFactor { factors } => self.select_factor(open, factors).await,
            Challenge::SetUpFactor { factors } => self.set_up(open, factors).await,
            Challenge::Other => Err(open.not_supported()),
        }
    }

    /// Sends the answer to a challenge. The session is good for one answer, so that it is not sent twice.
    pub(super) async fn respond<const N: usize>(
        &self,
        open: &OpenChallenge,
        responses: [(&str, String); N],
    ) -> Result<SignInStep, UserError> {
        self.respond_with(open, responses.map(|(name, value)| (name.to_owned(), value)).into()).await
    }

    /// As [`Self::respond`].
    pub(super) async fn respond_with(
        &self,
        open: &OpenChallenge,
        mut responses: HashMap<String, String>,
    ) -> Result<SignInStep, UserError> {
        responses.insert("USERNAME".to_owned(), open.user_id.clone());
        self.prove(&mut responses, &open.user_id);
        let request = self.people.cloud.cognito.admin_respond_to_auth_challenge();
        let request = request
            .user_pool_id(self.people.pool_id())
            .client_id(&self.client.id)
            .challenge_name(open.name.as_str().into())
            .set_session(open.session.as_ref().map(|session| session.reveal().to_owned()))
            .set_challenge_responses(Some(responses));
        let answer = call(&self.people.context(), &operation::ADMIN_RESPOND_TO_AUTH_CHALLENGE, || {
            request.clone().customize().config_override(once::cognito()).send()
        })
        .await;
        match answer {
            Ok(answer) => SignInStep::of(&open.user_id, answer.into()),
            Err(error) => Err(self.about().answer_reason(self.client, error)),
        }
    }

    /// Adds the proof that the caller knows the client's secret, where it has one.
    fn prove(&self, parameters: &mut HashMap<String, String>, username: &str) {
        parameters.extend(self.client.secret_hash(username).map(|hash| ("SECRET_HASH".to_owned(), hash)));
    }

    pub(super) fn about(&self) -> About<'_> {
        About { people: self.people, user: self.user, failed: "not signed in" }
    }
}
