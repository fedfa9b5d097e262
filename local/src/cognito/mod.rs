//! Cognito user pools: pools, app clients, groups, resource servers, users, sign-in and tokens.
//!
//! Every operation is a plain function over this service's part of the world and a [`Context`]; nothing here waits.
//! What Cognito is not known to do is refused with a 501.

mod client;
mod client_settings;
mod context;
mod discovery;
mod input;
mod key;
mod mfa;
mod moment;
mod paging;
mod pool;
mod pool_members;
mod pool_settings;
mod random;
mod refusal;
mod resource_server;
mod schema;
mod token;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    call::Call,
    cloud::Cloud,
    cognito::{context::Context, key::SigningKey, pool::UserPool},
    error::{Answered, AwsError},
};

pub(crate) use discovery::well_known;
pub(crate) use token::{TokenProblem, verify_token};

/// The part of the world that belongs to this service.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Cognito {
    pools: BTreeMap<String, UserPool>,
    /// One key for all pools, made when first needed because making one takes a tenth of a second.
    signing_key: Option<SigningKey>,
}

/// What carries out one operation.
type Operation = fn(&Context<'_>, &mut Cognito) -> Result<Value, AwsError>;

/// Carries out one call.
pub(crate) async fn handle(cloud: &Cloud, call: &Call) -> Answered {
    let name = call.operation.as_str();
    let operation = [pool::operation, schema::operation, mfa::operation, client::operation, resource_server::operation]
        .iter()
        .find_map(|find| find(name));
    let operation = operation.ok_or_else(|| AwsError::not_imitated(&call.name()))?;
    let context = Context::new(cloud, call);
    Ok(operation(&context, &mut cloud.world().cognito)?.into())
}

impl Cognito {
    /// The pool named by the call, which must be in the call's Region.
    fn pool(&mut self, context: &Context<'_>) -> Result<&mut UserPool, AwsError> {
        let id = context.text("UserPoolId");
        self.pools
            .get_mut(id)
            .filter(|pool| pool.region == context.call.region)
            .ok_or_else(|| refusal::no_user_pool(id))
    }

    /// The key all tokens are signed with.
    fn signing_key(&mut self) -> &SigningKey {
        self.signing_key.get_or_insert_with(SigningKey::generate)
    }
}
