//! A user pool with an app client, and helpers for both.

use std::{collections::BTreeMap, sync::Arc};

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};
use stackctl::{
    aws,
    engine::Interrupt,
    users::{AppClient, NewUser, NonInteractive, PoolSettings, Prompt, Secret, SignIn, Tokens, UserError, Users},
};
use stackctl_local::{Effect, Emulator, Fault, Settings};

use crate::harness::{Bridge, Listener, connect_by};

/// A password that meets the policy of every pool here.
pub(super) const PASSWORD: &str = "Engine-1842";

/// A pool on a local emulator, and the clients for it.
pub(super) struct Place {
    pub(super) local: Emulator,
    pub(super) cloud: aws::Clients,
    pub(super) pool: String,
    pub(super) client: String,
    pub(super) events: Arc<Listener>,
    interrupt: Interrupt,
}

impl Place {
    /// A pool whose usernames are email addresses, and a client that allows sign-ins with a password.
    pub(super) async fn new() -> Self {
        Self::with(json!({ "UsernameAttributes": ["email"] }), json!({})).await
    }

    /// The same with further settings.
    pub(super) async fn with(pool: Value, client: Value) -> Self {
        let local = Emulator::new(Settings::default());
        let wire = Bridge::client(&local);
        Self::on(local, wire, pool, client).await
    }

    /// A pool on an emulator that is reached through `wire`.
    pub(super) async fn on(local: Emulator, wire: SharedHttpClient, pool: Value, client: Value) -> Self {
        let pool = call(&local, "CreateUserPool", over(json!({ "PoolName": "people" }), pool)).await;
        let pool = pool["UserPool"]["Id"].as_str().unwrap().to_owned();
        let flows = json!(["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]);
        let members = json!({
            "UserPoolId": pool, "ClientName": "app", "ExplicitAuthFlows": flows, "PreventUserExistenceErrors": "ENABLED"
        });
        let client = call(&local, "CreateUserPoolClient", over(members, client)).await;
        let client = client["UserPoolClient"]["ClientId"].as_str().unwrap().to_owned();
        Self { cloud: connect_by(wire).await, local, pool, client, events: Arc::default(), interrupt: Interrupt::new() }
    }

    /// The users of the pool.
    pub(super) fn people(&self) -> Users<'_> {
        Users::of(self.pool.clone(), &self.cloud, &*self.events, &self.interrupt)
    }

    /// Sends a request to the pool without the SDK clients.
    pub(super) async fn call(&self, operation: &str, members: Value) -> Value {
        call(&self.local, operation, over(json!({ "UserPoolId": self.pool }), members)).await
    }

    /// Rejects the next call of an operation.
    pub(super) fn refuse(&self, operation: &str, code: &str, message: &str) {
        let effect = Effect::Refuse { status: 400, code: code.into(), message: message.into() };
        self.local.add_fault(Fault { operation: Some(operation.into()), skip: 0, times: 1, effect });
    }

    /// Creates a user as `user create` does, and signs the user in.
    pub(super) async fn create(&self, name: &str) -> Result<Tokens, UserError> {
        self.create_with(name, &[], &NonInteractive).await
    }

    /// The same with attributes and a prompt.
    pub(super) async fn create_with(
        &self,
        name: &str,
        attributes: &[(&str, &str)],
        prompt: &dyn Prompt,
    ) -> Result<Tokens, UserError> {
        let given: BTreeMap<String, String> =
            attributes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let people = self.people();
        let settings = PoolSettings::read(&people).await?;
        let client = AppClient::read(&people, &self.client).await?;
        let newcomer = NewUser::meet(&people, &settings, name, &given).await?;
        let temporary = newcomer.admit(false).await?;
        let sign_in = SignIn {
            people: &people,
            client: &client,
            prompt,
            user: name,
            chosen: Some(Secret::new(PASSWORD)),
            attributes: newcomer.attributes.clone(),
        };
        sign_in.with(&temporary).await
    }

    /// Signs a user in without a terminal.
    pub(super) async fn sign_in(&self, user: &str, password: &str) -> Result<Tokens, UserError> {
        self.sign_in_with(user, password, &NonInteractive).await
    }

    /// Signs a user in with a prompt.
    pub(super) async fn sign_in_with(
        &self,
        user: &str,
        password: &str,
        prompt: &dyn Prompt,
    ) -> Result<Tokens, UserError> {
        let people = self.people();
        let client = AppClient::read(&people, &self.client).await?;
        let attributes = BTreeMap::new();
        let sign_in = SignIn { people: &people, client: &client, prompt, user, chosen: None, attributes };
        sign_in.with(&Secret::new(password)).await
    }

    /// The status and attributes of a user.
    pub(super) async fn user(&self, name: &str) -> Value {
        let user = self.call("AdminGetUser", json!({ "Username": name })).await;
        let attributes = user["UserAttributes"].as_array().unwrap().iter();
        let attributes = attributes.filter(|attribute| attribute["Name"] != "sub");
        let pairs = attributes.map(|one| (one["Name"].as_str().unwrap().to_owned(), one["Value"].clone()));
        json!({ "status": user["UserStatus"], "attributes": pairs.collect::<serde_json::Map<_, _>>() })
    }
}

/// An error as the command prints it, without colors.
pub(super) fn told(error: &UserError) -> String {
    let details = error.details().into_iter().filter(|detail| !detail.starts_with("request id "));
    let details = details.map(|detail| format!("  {detail}"));
    let hints = error.hints().into_iter().map(|hint| format!("hint: {hint}"));
    let lines = std::iter::once(format!("error: {error}")).chain(details).chain(hints);
    lines.map(|line| line + "\n").collect()
}

/// Sends a request that must succeed.
async fn call(local: &Emulator, operation: &str, members: Value) -> Value {
    let request = Request::post("/")
        .header("x-amz-target", format!("AWSCognitoIdentityProviderService.{operation}"))
        .header("content-type", "application/x-amz-json-1.1")
        .header(
            "authorization",
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261123/us-west-2/cognito-idp/aws4_request, \
             SignedHeaders=host, Signature=0",
        )
        .body(Bytes::from(members.to_string()))
        .unwrap();
    let response = local.handle(request).await.unwrap();
    let body = String::from_utf8(response.body().to_vec()).unwrap();
    assert_eq!(response.status(), 200, "{operation}: {body}");
    serde_json::from_str(&body).unwrap_or_default()
}

/// `below` merged with the members of `above`.
fn over(mut below: Value, above: Value) -> Value {
    let Value::Object(above) = above else { panic!("members are an object") };
    below.as_object_mut().unwrap().extend(above);
    below
}
