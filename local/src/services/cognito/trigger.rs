//! Triggers: functions that Cognito invokes in the course of an operation.
//!
//! An operation is synchronous and holds the state. Before it changes anything, it may ask for the response of a trigger
//! with [`Context::ask`]. If there is none yet, the operation ends, the function is invoked, and the operation begins again
//! with the response. Triggers that run after an operation are noted with [`Context::then`].

use std::{
    cell::{Cell, RefCell},
    time::Duration,
};

use bytes::Bytes;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    emulator::Emulator,
    runtime::{self, Alarm, NotRun, Outcome},
    services::cognito::{
        Cognito, client::Client, context::Context, key::SigningKey, message::Message, pool::UserPool, refusal,
        user::User,
    },
    wire::{call::Call, error::AwsError},
};

/// How long Cognito waits for a function, and how often it invokes one that does not respond in time.
const TIMEOUT: Duration = Duration::from_secs(5);
const ATTEMPTS: usize = 3;

/// One invocation of a trigger.
#[derive(Debug)]
pub(super) struct Invocation {
    trigger: &'static str,
    function: String,
    pool_arn: String,
    event: Value,
}

/// What follows from the response of a trigger that ran after an operation.
#[derive(Debug)]
pub(super) enum Then {
    Nothing,
    /// The tokens of this sign-in are issued again, with other claims.
    Tokens(String),
    /// The message is sent from this pool, in the words of the response.
    Message(String, Box<Message>),
}

/// The triggers of the runs of one operation.
#[derive(Debug, Default)]
pub(super) struct Triggers {
    /// The ID of the user that the operation creates, the same in all runs.
    pub(super) new_user: Uuid,
    /// The responses of earlier runs, in the order of the questions.
    responses: Vec<Value>,
    /// How many of them this run has read.
    read: Cell<usize>,
    wanted: RefCell<Option<Invocation>>,
    after: RefCell<Vec<(Invocation, Then)>>,
}

impl Triggers {
    pub(super) fn new() -> Self {
        Self { new_user: Uuid::new_v4(), ..Self::default() }
    }

    /// The invocation that the operation waits for, if any.
    pub(super) fn wanted(&self) -> Option<Invocation> {
        self.wanted.take()
    }

    /// Adds a response, with which the operation runs again.
    pub(super) fn add(&mut self, response: Value) {
        self.responses.push(response);
        self.read.set(0);
        self.after.take();
    }

    /// The invocations that follow the operation.
    pub(super) fn into_after(self) -> Vec<(Invocation, Then)> {
        self.after.into_inner()
    }
}

/// The user and the client in an event.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject<'a> {
    pub(super) pool: &'a UserPool,
    pub(super) username: &'a str,
    pub(super) client: &'a str,
}

impl Invocation {
    /// The invocation of the trigger of this source. `None` if the pool does not have the trigger.
    pub(super) fn new(subject: Subject<'_>, source: &'static str, request: &Value, response: &Value) -> Option<Self> {
        let Subject { pool, username, client } = subject;
        let (name, _) = source.split_once('_')?;
        let trigger = if name == "TokenGeneration" { "PreTokenGeneration" } else { name };
        let function = pool.setting(&format!("LambdaConfig/{trigger}"))?.as_str()?.to_owned();
        let detailed = trigger == "PreTokenGeneration" && pool.token_generation() != "V1_0";
        let event = json!({
            "version": if detailed { "2" } else { "1" },
            "region": pool.region,
            "userPoolId": pool.id,
            "userName": username,
            "callerContext": { "awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": client },
            "triggerSource": source,
            "request": request,
            "response": response,
        });
        Some(Self { trigger, function, pool_arn: pool.arn.clone(), event })
    }

    /// Invokes the function and returns its response.
    pub(super) async fn response(&self, emulator: &Emulator) -> Result<Value, AwsError> {
        let outcome = self.outcome(emulator).await?;
        let payload: Value = serde_json::from_slice(&outcome.payload).unwrap_or_default();
        if outcome.failed {
            let message = payload["errorMessage"].as_str().unwrap_or_default();
            let message = format!("{} failed with error {message}.", self.trigger);
            return Err(refusal::refuse("UserLambdaValidationException", message));
        }
        payload.get("response").filter(|response| response.is_object()).cloned().ok_or_else(unrecognizable)
    }

    async fn outcome(&self, emulator: &Emulator) -> Result<Outcome, AwsError> {
        for _ in 0..ATTEMPTS {
            let order = {
                let world = emulator.world();
                let target = world.lambda.invocable(emulator, &self.function);
                let target = target.ok_or_else(|| self.not_invoked("ResourceNotFoundException"))?;
                if !world.lambda.allows_invoke(&self.function, "cognito-idp.amazonaws.com", &self.pool_arn) {
                    return Err(self.not_invoked("AccessDeniedException"));
                }
                target.order(Bytes::from(self.event.to_string()), None)
            };
            let mut alarm = Alarm::after(TIMEOUT);
            tokio::select! {
                outcome = runtime::run(emulator, order) => {
                    return outcome.map_err(|reason| match reason {
                        NotRun::Throttled => self.not_invoked("TooManyRequestsException"),
                        NotRun::Impossible(words) => AwsError::new(501, "NotImplemented", words),
                    });
                }
                () = alarm.rings() => {}
            }
        }
        Err(self.not_invoked("Socket timeout while invoking Lambda function"))
    }

    fn not_invoked(&self, reason: &str) -> AwsError {
        let message = format!("{} invocation failed due to error {reason}.", self.trigger);
        refusal::refuse("UnexpectedLambdaException", message)
    }
}

impl Context<'_> {
    /// The response of a trigger; `None` if the pool does not have it. Must be called before the operation changes
    /// anything that a second run would see.
    pub(super) fn ask(
        &self,
        subject: Subject<'_>,
        source: &'static str,
        request: Value,
        response: &Value,
    ) -> Result<Option<Value>, AwsError> {
        let request = self.with_metadata(request);
        let Some(invocation) = Invocation::new(subject, source, &request, response) else { return Ok(None) };
        let index = self.triggers.read.get();
        self.triggers.read.set(index + 1);
        if let Some(response) = self.triggers.responses.get(index) {
            return Ok(Some(response.clone()));
        }
        self.triggers.wanted.replace(Some(invocation));
        Err(AwsError::new(500, "InternalErrorException", "the operation waits for a trigger"))
    }

    /// Notes a trigger that is invoked when the operation has succeeded.
    pub(super) fn then(&self, subject: Subject<'_>, source: &'static str, request: Value, response: &Value) {
        self.then_with(Then::Nothing, Invocation::new(subject, source, &self.with_metadata(request), response));
    }

    pub(super) fn then_with(&self, then: Then, invocation: Option<Invocation>) {
        self.triggers.after.borrow_mut().extend(invocation.map(|invocation| (invocation, then)));
    }

    /// Adds the `ClientMetadata` of the request. The first step of a sign-in does not pass it on under this name.
    pub(super) fn with_metadata(&self, mut request: Value) -> Value {
        if !self.call.operation.ends_with("InitiateAuth")
            && let Some(metadata) = self.member("ClientMetadata")
        {
            request["clientMetadata"] = metadata.clone();
        }
        request
    }
}

impl Then {
    /// Carries out what follows from a response.
    pub(super) fn carry_out(
        self,
        emulator: &Emulator,
        call: &Call,
        response: &Value,
        members: &mut Value,
    ) -> Result<(), AwsError> {
        let event = match self {
            Self::Nothing => return Ok(()),
            Self::Message(pool, message) => {
                if let Some(pool) = emulator.world().cognito.pools.get_mut(&pool) {
                    pool.send(message.worded(response));
                }
                return Ok(());
            }
            Self::Tokens(event) => event,
        };
        let context = Context::new(emulator, call, Triggers::default());
        let Cognito { pools, signing_key } = &mut emulator.world().cognito;
        // The user may have been deleted meanwhile.
        let pool = pools.values().find(|pool| pool.sign_ins.contains_key(&event));
        let pool = pool.ok_or_else(|| refusal::not_authorized("Access Token has been revoked"))?;
        let client: Client = pool.client(&pool.sign_ins[&event].client)?.clone();
        let tokens = pool.tokens(&context, SigningKey::of(signing_key), &client, (&event, Some(response)));
        for name in ["IdToken", "AccessToken"] {
            members["AuthenticationResult"][name] = tokens[name].clone();
        }
        Ok(())
    }
}

impl UserPool {
    /// The version of the events for `PreTokenGeneration`.
    pub(super) fn token_generation(&self) -> &str {
        let version = self.setting("LambdaConfig/PreTokenGenerationConfig/LambdaVersion");
        version.and_then(Value::as_str).unwrap_or("V1_0")
    }
}

impl User {
    /// The attributes in an event.
    pub(super) fn event_attributes(&self) -> Value {
        let mut attributes = json!(self.attributes);
        attributes["sub"] = json!(self.sub);
        attributes["cognito:user_status"] = json!(self.status);
        attributes
    }
}

/// The error for a response that lacks what Cognito requires.
pub(super) fn unrecognizable() -> AwsError {
    refusal::refuse("InvalidLambdaResponseException", "Unrecognizable lambda output")
}

/// A flag in a response; `null` is `false`.
pub(super) fn flag(response: &Value, name: &str) -> Result<bool, AwsError> {
    match &response[name] {
        Value::Null => Ok(false),
        Value::Bool(set) => Ok(*set),
        _ => Err(unrecognizable()),
    }
}
