//! Operations of users on their own attributes.

use serde_json::{Value, json};

use crate::{
    services::cognito::{
        Cognito, Operation, account::Bearer, attributes, context::Context, message, refusal, user,
        verification::Purpose,
    },
    wire::error::AwsError,
};

/// The operations of this module.
pub(super) fn operation(name: &str) -> Option<Operation> {
    Some(match name {
        "UpdateUserAttributes" => Operation::Changes(update),
        "DeleteUserAttributes" => Operation::Changes(delete),
        "GetUserAttributeVerificationCode" => Operation::Changes(send_code),
        "VerifyUserAttribute" => Operation::Changes(verify),
        _ => return None,
    })
}

fn update(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let Bearer { pool, user, client } = Bearer::of(context, cognito)?;
    pool.refuse_triggers(message::TRIGGERS)?;
    let given = attributes::given(context, pool);
    attributes::check_writable(pool.client(&client)?, &given)?;
    attributes::refuse_verified(&given)?;
    attributes::check(pool, &given, Some(&pool.users[&user]))?;
    let deliveries = attributes::update(context, pool, &user, given)?;
    Ok(if deliveries.is_empty() { json!({}) } else { json!({ "CodeDeliveryDetailsList": deliveries }) })
}

fn delete(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let Bearer { pool, user, client } = Bearer::of(context, cognito)?;
    let names = context.texts("UserAttributeNames").into_iter().map(|name| (name, String::new())).collect();
    attributes::check_writable(pool.client(&client)?, &names)?;
    attributes::remove(context, pool, &user)?;
    Ok(json!({}))
}

/// Finds the bearer and the attribute, which must be an address of the user.
fn address<'a>(context: &Context<'_>, cognito: &'a mut Cognito) -> Result<(Bearer<'a>, &'static str), AwsError> {
    let bearer = Bearer::of(context, cognito)?;
    let name = ["email", "phone_number"].into_iter().find(|name| *name == context.text("AttributeName"));
    let name =
        name.ok_or_else(|| refusal::invalid_parameter("Cannot verify attributes that are not email or phone_number."))?;
    let user = &bearer.pool.users[&bearer.user];
    if !user.attributes.contains_key(name) && !user.pending.contains_key(name) {
        return Err(refusal::invalid_parameter(format!("User has no attribute {name} to verify.")));
    }
    Ok((bearer, name))
}

fn send_code(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let (Bearer { pool, user, .. }, name) = address(context, cognito)?;
    pool.refuse_triggers(message::TRIGGERS)?;
    Ok(json!({ "CodeDeliveryDetails": pool.send_code(context, &user, Purpose::Attribute, name)? }))
}

fn verify(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let (Bearer { pool, user: key, .. }, name) = address(context, cognito)?;
    pool.accept_code_of(&key, (Purpose::Attribute, name), context.text("Code"), context.now)?;
    let user = &pool.users[&key];
    let mut after = user.attributes.clone();
    after.extend(user.pending.get(name).map(|value| (name.to_owned(), value.clone())));
    after.insert(format!("{name}_verified"), "true".into());
    attributes::refuse_taken(pool, &after, Some(&key))?;
    let user = pool.users.get_mut(&key).ok_or_else(user::missing)?;
    user.attributes = after;
    user.pending.remove(name);
    user.modified = context.now;
    Ok(json!({}))
}
