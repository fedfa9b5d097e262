//! Administrator operations on users.

use serde_json::{Value, json};

use crate::{
    services::cognito::{
        Cognito, Operation,
        attributes::{self},
        context::Context,
        message,
        password::{self},
        recovery, refusal,
        user::{self, Status},
        verification::Purpose,
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
        "AdminDeleteUserAttributes" => Operation::Changes(delete_attributes),
        "AdminUserGlobalSignOut" => Operation::Changes(sign_out),
        "AdminConfirmSignUp" => Operation::Changes(confirm),
        _ => return None,
    })
}

fn get(context: &Context<'_>, cognito: &Cognito) -> Result<Value, AwsError> {
    Ok(cognito.pool(context)?.user(context)?.described())
}

fn delete(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let pool = cognito.pool_mut(context)?;
    let key = pool.user_key(context.text("Username")).ok_or_else(user::missing)?;
    pool.remove_user(&key);
    Ok(json!({}))
}

fn set_password(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let pool = cognito.pool_mut(context)?;
    pool.user(context)?;
    password::check(pool, context.text("Password"))?;
    let key = pool.user_key(context.text("Username")).ok_or_else(user::missing)?;
    let user = pool.users.get_mut(&key).ok_or_else(user::missing)?;
    user.set_password(&pool.id, context.text("Password"), context.now);
    let permanent = context.member("Permanent") == Some(&json!(true));
    user.status = if permanent { Status::Confirmed } else { Status::ForceChangePassword };
    Ok(json!({}))
}

fn reset_password(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let pool = cognito.pool_mut(context)?;
    pool.refuse_triggers(message::TRIGGERS)?;
    let user = pool.user_mut(context)?;
    if user.status != Status::Confirmed && user.status != Status::ResetRequired {
        return Err(refusal::not_authorized("User password cannot be reset in the current state."));
    }
    let key = pool.user_key(context.text("Username")).ok_or_else(user::missing)?;
    let attribute = pool.recovery_attribute(&pool.users[&key]).ok_or_else(recovery::no_address)?;
    pool.send_code(context, &key, Purpose::Password, attribute)?;
    let user = pool.user_mut(context)?;
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
    let pool = cognito.pool_mut(context)?;
    let given = attributes::given(context, pool);
    let key = pool.user_key(context.text("Username")).ok_or_else(user::missing)?;
    attributes::check(pool, &given, Some(&pool.users[&key]))?;
    attributes::update(context, pool, &key, given)?;
    Ok(json!({}))
}

fn delete_attributes(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let pool = cognito.pool_mut(context)?;
    let key = pool.user_key(context.text("Username")).ok_or_else(user::missing)?;
    attributes::remove(context, pool, &key)?;
    Ok(json!({}))
}

fn sign_out(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let pool = cognito.pool_mut(context)?;
    pool.user(context)?;
    pool.sign_out(context.text("Username"));
    Ok(json!({}))
}

fn confirm(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let pool = cognito.pool_mut(context)?;
    let user = pool.user_mut(context)?;
    user.must_be_unconfirmed()?;
    user.status = Status::Confirmed;
    user.modified = context.now;
    let key = pool.user_key(context.text("Username")).ok_or_else(user::missing)?;
    pool.confirmed(context, &key, "PostConfirmation_ConfirmSignUp", "CLIENT_ID_NOT_APPLICABLE");
    Ok(json!({}))
}
