//! Tests of Cognito's operations: requests in, responses or errors out.

mod auth;
mod clients;
mod codes;
mod devices;
mod edges;
mod mfa;
mod names;
mod parts;
mod pools;
mod proof;
mod reset;
mod tokens;
mod triggers;
mod users;

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    emulator::Emulator,
    store::settings::Settings,
    wire::{
        answer::Answer,
        call::{Call, Service},
    },
};

/// An emulator whose requests go to `us-west-2`.
struct Aws(Emulator);

impl Aws {
    fn new() -> Self {
        Self::with(Settings::default())
    }

    fn with(settings: Settings) -> Self {
        Self(Emulator::new(settings))
    }

    async fn try_call(&self, region: &str, operation: &str, input: Value) -> Result<Value, String> {
        let answered = match Call::of(Service::Cognito, operation, region, input) {
            Ok(call) => super::handle(&self.0, &call).await,
            Err(error) => Err(error),
        };
        match answered {
            Ok(Answer::Members(members)) => Ok(members),
            Ok(Answer::Raw(_)) => panic!("{operation} returns members"),
            Err(error) if error.code == "NotImplemented" => Err(error.message),
            Err(error) => {
                assert_eq!(error.status, 400);
                Err(format!("{}: {}", error.code, error.message))
            }
        }
    }

    /// Sends a request that must succeed.
    async fn call(&self, operation: &str, input: Value) -> Value {
        self.try_call("us-west-2", operation, input).await.unwrap_or_else(|refusal| panic!("{operation}: {refusal}"))
    }

    /// Sends a request that must be rejected, and returns the code and the message.
    async fn refused(&self, operation: &str, input: Value) -> String {
        self.try_call("us-west-2", operation, input).await.expect_err(operation)
    }

    /// The messages that were sent.
    fn mail(&self) -> Vec<Value> {
        let messages = super::mail(&self.0, "");
        messages.into_iter().map(|message| serde_json::to_value(message).expect("a message is plain data")).collect()
    }

    /// Creates a pool with these members and returns its ID.
    async fn pool(&self, members: Value) -> String {
        let input = over(json!({ "PoolName": "people" }), members);
        id(&self.call("CreateUserPool", input).await["UserPool"]["Id"])
    }

    async fn describe(&self, pool: &str) -> Value {
        self.call("DescribeUserPool", json!({ "UserPoolId": pool })).await["UserPool"].clone()
    }

    /// Creates a client with these members and returns its description.
    async fn client(&self, pool: &str, members: Value) -> Value {
        let input = over(json!({ "UserPoolId": pool, "ClientName": "web" }), members);
        self.call("CreateUserPoolClient", input).await["UserPoolClient"].clone()
    }

    /// Creates a confirmed user.
    async fn user(&self, pool: &str, username: &str, password: &str) {
        let named = json!({ "UserPoolId": pool, "Username": username });
        self.call("AdminCreateUser", over(named.clone(), json!({ "MessageAction": "SUPPRESS" }))).await;
        let password = json!({ "Password": password, "Permanent": true });
        self.call("AdminSetUserPassword", over(named, password)).await;
    }
}

/// A pool, a client with the admin and user password flows, and a user `ann` with the password `Passw0rd!`.
struct Ready {
    aws: Aws,
    pool: String,
    client: String,
}

impl Ready {
    async fn new() -> Self {
        Self::with(json!({}), json!({})).await
    }

    async fn with(pool: Value, client: Value) -> Self {
        let aws = Aws::new();
        let pool = aws.pool(pool).await;
        let flows = ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"];
        let client = id(&aws.client(&pool, over(json!({ "ExplicitAuthFlows": flows }), client)).await["ClientId"]);
        aws.user(&pool, "ann", "Passw0rd!").await;
        Self { aws, pool, client }
    }

    /// The members of an `AdminInitiateAuth` with a password.
    fn password(&self, username: &str, password: &str) -> Value {
        json!({
            "UserPoolId": self.pool,
            "ClientId": self.client,
            "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
            "AuthParameters": { "USERNAME": username, "PASSWORD": password },
        })
    }

    /// The members of an `AdminInitiateAuth` with a refresh token.
    fn refresh(&self, token: &Value) -> Value {
        json!({
            "UserPoolId": self.pool,
            "ClientId": self.client,
            "AuthFlow": "REFRESH_TOKEN_AUTH",
            "AuthParameters": { "REFRESH_TOKEN": token },
        })
    }

    /// The members of an `AdminRespondToAuthChallenge` to this challenge.
    fn response(&self, challenge: &Value, responses: &Value) -> Value {
        json!({
            "UserPoolId": self.pool,
            "ClientId": self.client,
            "ChallengeName": challenge["ChallengeName"],
            "Session": challenge["Session"],
            "ChallengeResponses": responses,
        })
    }

    /// The members that name `ann` in an administrator operation, with additional members.
    fn ann(&self, members: Value) -> Value {
        over(json!({ "UserPoolId": self.pool, "Username": "ann" }), members)
    }

    async fn sign_in(&self) -> Value {
        self.aws.call("AdminInitiateAuth", self.password("ann", "Passw0rd!")).await["AuthenticationResult"].clone()
    }
}

/// `below`, overridden by the members of `above`.
fn over(mut below: Value, above: Value) -> Value {
    let Value::Object(above) = above else { panic!("members are an object") };
    below.as_object_mut().expect("members are an object").extend(above);
    below
}

fn id(value: &Value) -> String {
    value.as_str().expect("an ID is a string").to_owned()
}

const MINUTE: Duration = Duration::from_mins(1);
const DAY: Duration = Duration::from_hours(24);
