//! Operations that users call with their own access token.

use serde_json::{Map, Value, json};

use crate::{
    services::cognito::{
        Cognito, Operation,
        auth::wrong_password,
        context::{Context, texts},
        password::{self},
        pool::UserPool,
        refusal,
        token::{Parts, TokenProblem},
        user::{self, User},
    },
    wire::error::AwsError,
};

/// The operations of this module.
pub(super) fn operation(name: &str) -> Option<Operation> {
    Some(match name {
        "GetUser" => Operation::Changes(get),
        "GlobalSignOut" => Operation::Changes(sign_out),
        "ChangePassword" => Operation::Changes(change_password),
        "DeleteUser" => Operation::Changes(delete),
        _ => return None,
    })
}

/// The user that an access token belongs to.
pub(super) struct Bearer<'a> {
    pub(super) pool: &'a mut UserPool,
    /// The key of the user.
    pub(super) user: String,
    pub(super) client: String,
}

impl<'a> Bearer<'a> {
    /// Checks the access token of the request and finds its user.
    pub(super) fn of(context: &Context<'_>, cognito: &'a mut Cognito) -> Result<Self, AwsError> {
        let invalid = || refusal::not_authorized("Invalid Access Token");
        let parts = Parts::read(context.text("AccessToken")).ok_or_else(invalid)?;
        let issuer = text(&parts.claims, "iss").to_owned();
        let found = cognito.pools.values().find(|pool| pool.issues(&issuer)).map(|pool| pool.id.clone());
        let pool = found.and_then(|id| cognito.pools.get_mut(&id)).ok_or_else(invalid)?;
        let key = cognito.signing_key.as_ref().ok_or_else(invalid)?;
        let claims = parts.checked(pool, key, context.now.epoch_seconds()).map_err(|problem| match problem {
            TokenProblem::Expired => refusal::not_authorized("Access Token has expired"),
            _ => invalid(),
        })?;
        if text(&claims, "token_use") != "access" {
            return Err(invalid());
        }
        let user = pool.user_key(text(&claims, "username")).ok_or_else(user::missing)?;
        let revoked = pool.sign_ins.get(text(&claims, "event_id")).is_none_or(|sign_in| sign_in.revoked);
        if !pool.users[&user].enabled {
            return Err(refusal::not_authorized("User is disabled."));
        }
        if revoked {
            return Err(refusal::not_authorized("Access Token has been revoked"));
        }
        let client = text(&claims, "client_id").to_owned();
        Ok(Self { pool, user, client })
    }
}

fn text<'a>(claims: &'a Map<String, Value>, claim: &str) -> &'a str {
    claims.get(claim).and_then(Value::as_str).unwrap_or_default()
}

fn get(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let bearer = Bearer::of(context, cognito)?;
    let client = bearer.pool.client(&bearer.client)?;
    let user = &bearer.pool.users[&bearer.user];
    let mut readable = texts(client.settings.get("ReadAttributes"));
    if !readable.is_empty() {
        readable.push("sub".into());
    }
    let mut members = user.mfa_members();
    members.insert("Username".into(), json!(user.username));
    members.insert("UserAttributes".into(), user.attribute_list(&readable));
    Ok(Value::Object(members))
}

fn sign_out(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let bearer = Bearer::of(context, cognito)?;
    bearer.pool.sign_out(&bearer.user);
    Ok(json!({}))
}

fn change_password(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let bearer = Bearer::of(context, cognito)?;
    let Bearer { pool, user: key, .. } = bearer;
    let known = |user: &mut User| user.has_password(&pool.id, context.text("PreviousPassword"));
    if !pool.users.get_mut(&key).is_some_and(known) {
        return Err(wrong_password());
    }
    password::check(pool, context.text("ProposedPassword"))?;
    let user = pool.users.get_mut(&key).ok_or_else(user::missing)?;
    user.set_password(&pool.id, context.text("ProposedPassword"), context.now);
    Ok(json!({}))
}

fn delete(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let bearer = Bearer::of(context, cognito)?;
    bearer.pool.remove_user(&bearer.user);
    Ok(json!({}))
}
