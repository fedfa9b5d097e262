//! Cognito user pools: pools, app clients, groups, resource servers, users, sign-in and tokens.
//!
//! Every operation is a synchronous function of this service's state and a [`Context`]. Features that are not emulated
//! are rejected with status 501.

mod account;
mod admin;
mod attributes;
mod auth;
pub(crate) mod browser;
mod challenge;
mod choice;
mod claims;
mod client;
mod client_settings;
mod context;
mod create_user;
mod custom;
mod device;
mod discovery;
mod domain;
mod group;
mod key;
mod list_users;
mod message;
mod mfa;
mod moment;
mod own_attributes;
mod paging;
mod password;
mod pool;
mod pool_settings;
mod proof;
mod random;
mod recovery;
mod refresh;
mod refusal;
mod resource_server;
mod schema;
mod secret_hash;
mod session;
mod sign_in;
mod sign_in_record;
mod sign_up;
mod software_token;
mod srp;
mod tags;
#[cfg(test)]
mod tests;
mod token;
mod totp;
mod trigger;
mod user;
mod verification;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    emulator::Emulator,
    services::cognito::{client::Client, context::Context, key::SigningKey, pool::UserPool, trigger::Triggers},
    store::table::{Stored, Table},
    wire::{
        call::Call,
        error::{Answered, AwsError},
    },
};

pub(crate) use discovery::well_known;
pub(crate) use message::{mail, with_mail};
pub(crate) use sign_up::confirm_by_link;
pub(crate) use token::{TokenProblem, verify_token};

/// The state of this service.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Cognito {
    pools: Table<String, UserPool>,
    /// One key for all pools, created when a pool first needs it.
    signing_key: Option<SigningKey>,
}

/// The function that handles an operation. The emulator saves its state after every change, so reads must not borrow
/// the state mutably.
#[derive(Clone, Copy)]
enum Operation {
    Reads(fn(&Context<'_>, &Cognito) -> Result<Value, AwsError>),
    Changes(fn(&Context<'_>, &mut Cognito) -> Result<Value, AwsError>),
}

/// The functions that look up an operation by name.
const OPERATIONS: &[fn(&str) -> Option<Operation>] = &[
    pool::operation,
    schema::operation,
    mfa::operation,
    tags::operation,
    client::operation,
    resource_server::operation,
    domain::operation,
    group::operation,
    create_user::operation,
    list_users::operation,
    admin::operation,
    auth::operation,
    challenge::operation,
    software_token::operation,
    device::operation,
    own_attributes::operation,
    recovery::operation,
    refresh::operation,
    sign_up::operation,
    account::operation,
];

/// Handles one request.
pub(crate) async fn handle(emulator: &Emulator, call: &Call) -> Answered {
    let operation = OPERATIONS.iter().find_map(|find| find(&call.operation));
    let operation = operation.ok_or_else(|| AwsError::not_imitated(&call.name()))?;
    let members = run_with_triggers(emulator, call, operation).await;
    sign_in_record::add(emulator, call, &members);
    members.map(Into::into)
}

/// Runs an operation and what it triggers. One that asks for the response of a trigger is run again with the response.
async fn run_with_triggers(emulator: &Emulator, call: &Call, operation: Operation) -> Result<Value, AwsError> {
    let mut triggers = Triggers::new();
    loop {
        let members;
        (members, triggers) = operation.run(emulator, call, triggers);
        if let Some(invocation) = triggers.wanted() {
            triggers.add(invocation.response(emulator).await?);
            continue;
        }
        let mut members = members?;
        for (invocation, then) in triggers.into_after() {
            let response = invocation.response(emulator).await?;
            then.carry_out(emulator, call, &response, &mut members)?;
        }
        return Ok(members);
    }
}

impl Operation {
    fn run(self, emulator: &Emulator, call: &Call, triggers: Triggers) -> (Result<Value, AwsError>, Triggers) {
        let context = Context::new(emulator, call, triggers);
        let members = match self {
            Self::Reads(read) => read(&context, &emulator.world().cognito),
            Self::Changes(change) => change(&context, &mut emulator.world().cognito),
        };
        (members, context.triggers)
    }
}

impl Cognito {
    /// The tags of a pool.
    pub(crate) fn tags_of(&self, pool: &str) -> Option<&BTreeMap<String, String>> {
        self.pools.get(pool).map(|pool| &pool.tags)
    }

    /// The pools, to be saved.
    pub(crate) fn pools(&mut self) -> &mut dyn Stored {
        &mut self.pools
    }

    /// The pool named by the request, which must be in the request's Region.
    fn pool(&self, context: &Context<'_>) -> Result<&UserPool, AwsError> {
        let id = context.text("UserPoolId");
        let pool = self.pools.get(id).filter(|pool| pool.region == context.call.region);
        pool.ok_or_else(|| refusal::no_user_pool(id))
    }

    /// The same pool, mutable.
    fn pool_mut(&mut self, context: &Context<'_>) -> Result<&mut UserPool, AwsError> {
        let id = self.pool(context)?.id.clone();
        Ok(self.pools.get_mut(&id).expect("it was found above"))
    }

    /// The pool and the client named by the request, and the signing key.
    fn by_pool_and_client(
        &mut self,
        context: &Context<'_>,
    ) -> Result<(&mut UserPool, &mut Option<SigningKey>, Client), AwsError> {
        let client = self.pool(context)?.client(context.text("ClientId"))?.clone();
        let Self { pools, signing_key } = self;
        let pool = pools.get_mut(context.text("UserPoolId")).expect("it was found above");
        Ok((pool, signing_key, client))
    }

    /// A client, its pool and the signing key. Operations that name only a client are not signed, so their Region is
    /// unknown.
    fn by_client(&mut self, id: &str) -> Result<(&mut UserPool, &mut Option<SigningKey>, Client), AwsError> {
        let Self { pools, signing_key } = self;
        let found = pools.iter().find(|(_, pool)| pool.clients.contains_key(id)).map(|(key, _)| key.clone());
        let pool = found.and_then(|key| pools.get_mut(&key)).ok_or_else(|| refusal::no_client(id))?;
        let client = pool.client(id)?.clone();
        Ok((pool, signing_key, client))
    }
}
