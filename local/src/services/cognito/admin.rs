//! Administrator operations on users.

use serde_json::{Value, json};

use crate::{
    services::cognito::{
        Cognito, Operation,
        attributes::{self, USER_ATTRIBUTES},
        context::Context,
        input::{self, Member, POOL_ID},
        password::{self, PATTERN, Password},
        refusal,
        user::{self, Status, USERNAME},
    },
    wire::error::AwsError,
};

/// The operations of this module.
pub(super) fn operation(name: &str) -> Option<Operation> {
    Some(match name {
        "AdminGetUser" => Operation::Reads(get),
        "AdminDeleteUser" => Operation::Changes(delete),
        "AdminSetUserPassword" => Operation::Changes(set_password),
        "AdminResetUserPassword" => Operation::Changes(reset_password),
        "AdminDisableUser" => Operation::Changes(disable),
        "AdminEnableUser" => Operation::Changes(enable),
        "AdminUpdateUserAttributes" => Operation::Changes(update_attributes),
        "AdminUserGlobalSignOut" => Operation::Changes(sign_out),
        "AdminConfirmSignUp" => Operation::Changes(confirm),
        _ => return None,
    })
}

const NAMED: &[Member] = &[POOL_ID, USERNAME];

fn get(context: &Context<'_>, cognito: &Cognito) -> Result<Value, AwsError> {
    input::check(context.input(), &[NAMED])?;
    Ok(cognito.pool(context)?.user(context)?.described())
}

fn delete(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    input::check(context.input(), &[NAMED])?;
    let pool = cognito.pool_mut(context)?;
    let key = pool.user_key(context.text("Username")).ok_or_else(user::missing)?;
    pool.users.remove(&key);
    pool.sign_ins.retain(|_, sign_in| sign_in.user != key);
    pool.sessions.retain(|_, session| session.user != key);
    Ok(json!({}))
}

fn set_password(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let given = Member::fitting("Password", 256, PATTERN).required().secret();
    input::check(context.input(), &[NAMED, &[given, Member::flag("Permanent")]])?;
    let pool = cognito.pool_mut(context)?;
    pool.user(context)?;
    password::check(pool, context.text("Password"))?;
    let user = pool.user_mut(context)?;
    user.password = Some(Password::new(context.text("Password"), context.now));
    let permanent = context.member("Permanent") == Some(&json!(true));
    user.status = if permanent { Status::Confirmed } else { Status::ForceChangePassword };
    user.modified = context.now;
    Ok(json!({}))
}

fn reset_password(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    input::check(context.input(), &[NAMED])?;
    let pool = cognito.pool_mut(context)?;
    pool.refuse_triggers(&["CustomMessage", "CustomEmailSender", "CustomSMSSender"])?;
    let user = pool.user_mut(context)?;
    if user.status != Status::Confirmed && user.status != Status::ResetRequired {
        return Err(refusal::not_authorized("User password cannot be reset in the current state."));
    }
    if !user.verified("email") && !user.verified("phone_number") {
        return Err(refusal::invalid_parameter(
            "Cannot reset password for the user as there is no registered/verified email or phone_number",
        ));
    }
    user.status = Status::ResetRequired;
    user.modified = context.now;
    Ok(json!({}))
}

fn disable(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    set_enabled(context, cognito, false)
}

fn enable(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    set_enabled(context, cognito, true)
}

fn set_enabled(context: &Context<'_>, cognito: &mut Cognito, enabled: bool) -> Result<Value, AwsError> {
    input::check(context.input(), &[NAMED])?;
    let pool = cognito.pool_mut(context)?;
    let user = pool.user_mut(context)?;
    user.enabled = enabled;
    user.modified = context.now;
    if !enabled {
        // Disabling a user revokes all their tokens.
        pool.sign_out(context.text("Username"));
    }
    Ok(json!({}))
}

fn update_attributes(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    input::check(
        context.input(),
        &[NAMED, USER_ATTRIBUTES, &[Member::list("UserAttributes", 0, usize::MAX).required()]],
    )?;
    let pool = cognito.pool_mut(context)?;
    let given = attributes::given(context, pool);
    let key = pool.user_key(context.text("Username")).ok_or_else(user::missing)?;
    let user = &pool.users[&key];
    attributes::check(pool, &given, Some(user))?;
    let mut after = given.clone();
    after.extend(
        user.attributes.iter().filter(|(name, _)| !given.contains_key(*name)).map(|(n, v)| (n.clone(), v.clone())),
    );
    attributes::refuse_taken(pool, &after, Some(&key))?;
    let user = pool.user_mut(context)?;
    attributes::write(user, given);
    user.modified = context.now;
    Ok(json!({}))
}

fn sign_out(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    input::check(context.input(), &[NAMED])?;
    let pool = cognito.pool_mut(context)?;
    pool.user(context)?;
    pool.sign_out(context.text("Username"));
    Ok(json!({}))
}

fn confirm(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    input::check(context.input(), &[NAMED])?;
    let pool = cognito.pool_mut(context)?;
    pool.refuse_triggers(&["PostConfirmation"])?;
    let user = pool.user_mut(context)?;
    if user.status != Status::Unconfirmed {
        let status = json!(user.status);
        let status = status.as_str().unwrap_or_default();
        return Err(refusal::not_authorized(format!("User cannot be confirmed. Current status is {status}")));
    }
    user.status = Status::Confirmed;
    user.modified = context.now;
    Ok(json!({}))
}
