//! A forgotten password: a code, and a new password with it.

use serde_json::{Value, json};

use crate::{
    services::cognito::{
        Cognito, Operation,
        context::Context,
        message, password, refusal, secret_hash,
        sign_up::no_combination,
        user::{self, Status},
        verification::{self, Purpose},
    },
    wire::error::AwsError,
};

/// The operations of this module.
pub(super) fn operation(name: &str) -> Option<Operation> {
    Some(match name {
        "ForgotPassword" => Operation::Changes(forgot),
        "ConfirmForgotPassword" => Operation::Changes(confirm),
        _ => return None,
    })
}

fn forgot(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let (pool, _, client) = cognito.by_client(context.text("ClientId"))?;
    let username = context.text("Username");
    secret_hash::check(&client, username, context.call.text("SecretHash"))?;
    pool.refuse_triggers(message::TRIGGERS)?;
    if pool.setting("AccountRecoverySetting/RecoveryMechanisms/0/Name") == Some(&json!("admin_only")) {
        return Err(refusal::not_authorized("Contact administrator to reset password."));
    }
    let key = pool.user_key(username);
    let user = key.as_ref().and_then(|key| pool.users.get(key));
    let attribute = match user {
        None => Err(no_combination()),
        Some(user) if !user.enabled => Err(refusal::not_authorized("User is disabled.")),
        Some(user) if user.status == Status::ForceChangePassword => {
            return Err(refusal::not_authorized("User password cannot be reset in the current state."));
        }
        Some(user) => pool.recovery_attribute(user).ok_or_else(no_address),
    };
    let details = match (key, attribute) {
        (Some(key), Ok(attribute)) => pool.send_code(context, &key, Purpose::Password, attribute)?,
        (_, Err(_)) if client.hides_users() => verification::simulated(username),
        (_, Err(refused)) => return Err(refused),
        (None, Ok(_)) => return Err(no_combination()),
    };
    Ok(json!({ "CodeDeliveryDetails": details }))
}

fn confirm(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let (pool, _, client) = cognito.by_client(context.text("ClientId"))?;
    secret_hash::check(&client, context.text("Username"), context.call.text("SecretHash"))?;
    let missing = || if client.hides_users() { verification::expired() } else { no_combination() };
    let key = pool.user_key(context.text("Username")).ok_or_else(missing)?;
    if !pool.users[&key].enabled {
        return Err(refusal::not_authorized("User is disabled."));
    }
    password::check(pool, context.text("Password"))?;
    pool.accept_code(&key, Purpose::Password, context.text("ConfirmationCode"), context.now)?;
    let user = pool.users.get_mut(&key).ok_or_else(user::missing)?;
    user.set_password(&pool.id, context.text("Password"), context.now);
    user.status = Status::Confirmed;
    user.failures.forget();
    pool.confirmed(context, &key, "PostConfirmation_ConfirmForgotPassword", &client.id);
    Ok(json!({}))
}

/// The error for a user without an address that a code can be sent to.
pub(super) fn no_address() -> AwsError {
    refusal::invalid_parameter(
        "Cannot reset password for the user as there is no registered/verified email or phone_number",
    )
}
