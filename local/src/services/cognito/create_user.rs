//! Creation of users by an administrator.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::{
    services::cognito::{
        Cognito, Operation,
        attributes::{self},
        context::Context,
        message,
        password::{self},
        pool::UserPool,
        refusal,
        trigger::Subject,
        user::{self, Status, User},
    },
    wire::error::AwsError,
};

/// The operations of this module.
pub(super) fn operation(name: &str) -> Option<Operation> {
    Some(match name {
        "AdminCreateUser" => Operation::Changes(admin_create),
        _ => return None,
    })
}

fn admin_create(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let pool = cognito.pool_mut(context)?;
    pool.refuse_triggers(message::TRIGGERS)?;
    if context.call.text("MessageAction") == Some("RESEND") {
        return resend(context, pool);
    }
    let mut attributes = attributes::given(context, pool);
    let name = name(pool, context.text("Username"), &mut attributes)?;
    if pool.user_key(context.text("Username")).is_some() {
        return Err(refusal::refuse("UsernameExistsException", "User account already exists"));
    }
    attributes::check(pool, &attributes, None)?;
    before_sign_up(context, (pool, "CLIENT_ID_NOT_APPLICABLE"), &name, &attributes)?;
    if context.member("ForceAliasCreation") == Some(&json!(true)) {
        attributes::take_over(pool, &attributes);
    }
    attributes::refuse_taken(pool, &attributes, None)?;
    let password = temporary_password(context, pool)?;
    let mut user = User { status: Status::ForceChangePassword, ..fresh(context, name, attributes) };
    user.set_password(&pool.id, &password, context.now);
    let answer = json!({ "User": user.listed(&[]) });
    if context.call.text("MessageAction") != Some("SUPPRESS") {
        invite(context, pool, &user, &password);
    }
    let key = pool.fold(&user.username);
    pool.users.insert(key, user);
    Ok(answer)
}

/// Asks the trigger `PreSignUp`, whose response only sign-up by the user follows.
pub(super) fn before_sign_up(
    context: &Context<'_>,
    (pool, client): (&UserPool, &str),
    name: &Name,
    attributes: &BTreeMap<String, String>,
) -> Result<Option<Value>, AwsError> {
    let source = if context.call.operation == "SignUp" { "PreSignUp_SignUp" } else { "PreSignUp_AdminCreateUser" };
    let validation = context.member("ValidationData").and_then(Value::as_array);
    let pair = |pair: &Value| Some((pair["Name"].as_str()?.to_owned(), pair["Value"].clone()));
    let validation = validation.map(|pairs| pairs.iter().filter_map(pair).collect::<Map<_, _>>());
    let request = json!({ "userAttributes": attributes, "validationData": validation });
    let response = json!({ "autoConfirmUser": false, "autoVerifyEmail": false, "autoVerifyPhone": false });
    let generated = context.triggers.new_user.to_string();
    let username = name.0.as_deref().unwrap_or(&generated);
    context.ask(Subject { pool, username, client }, source, request, &response)
}

/// Sends another invitation, with a new temporary password, whose validity begins again.
fn resend(context: &Context<'_>, pool: &mut UserPool) -> Result<Value, AwsError> {
    let key = pool.user_key(context.text("Username")).ok_or_else(user::missing)?;
    let name = &pool.users[&key].username;
    if pool.users[&key].status != Status::ForceChangePassword {
        return Err(refusal::refuse(
            "UnsupportedUserStateException",
            format!("Resend not possible. {name} status is not FORCE_CHANGE_PASSWORD"),
        ));
    }
    let password = temporary_password(context, pool)?;
    let user = pool.users.get_mut(&key).ok_or_else(user::missing)?;
    user.set_password(&pool.id, &password, context.now);
    let user = user.clone();
    invite(context, pool, &user, &password);
    Ok(json!({ "User": user.listed(&[]) }))
}

/// Sends the temporary password by the requested mediums, or else to the address that the user has.
fn invite(context: &Context<'_>, pool: &mut UserPool, user: &User, password: &str) {
    let mediums = context.texts("DesiredDeliveryMediums");
    let given = [("SMS", "phone_number"), ("EMAIL", "email")].map(|(medium, attribute)| {
        let wanted = mediums.iter().any(|wanted| wanted == medium);
        user.attributes.get(attribute).filter(|_| wanted || mediums.is_empty()).map(|address| (attribute, address))
    });
    let count = if mediums.is_empty() { 1 } else { 2 };
    for (attribute, address) in given.into_iter().flatten().take(count) {
        let message = message::invitation(pool, attribute, address, &user.username, password);
        pool.post(context, user, message);
    }
}

fn temporary_password(context: &Context<'_>, pool: &UserPool) -> Result<String, AwsError> {
    let Some(given) = context.call.text("TemporaryPassword") else { return Ok(password::temporary(pool)) };
    password::check(pool, given)?;
    Ok(given.to_owned())
}

pub(super) fn fresh(context: &Context<'_>, name: Name, attributes: BTreeMap<String, String>) -> User {
    let sub = context.triggers.new_user.to_string();
    User {
        username: name.0.unwrap_or_else(|| sub.clone()),
        sub,
        attributes,
        status: Status::Unconfirmed,
        enabled: true,
        created: context.now,
        modified: context.now,
        password: None,
        groups: BTreeSet::new(),
        software_token: None,
        new_software_token: None,
        failures: password::Failures::default(),
        codes: BTreeMap::new(),
        pending: BTreeMap::new(),
        devices: BTreeMap::new(),
    }
}

/// The username of a new user; `None` if Cognito generates it, which makes it the `sub`.
pub(super) struct Name(Option<String>);

/// Reads the `Username` of a request by the pool's rules. An email address or phone number becomes an attribute.
pub(super) fn name(pool: &UserPool, given: &str, attributes: &mut BTreeMap<String, String>) -> Result<Name, AwsError> {
    let allows = |setting, attribute| pool.lists(setting, attribute);
    let (email, phone) = (allows("UsernameAttributes", "email"), allows("UsernameAttributes", "phone_number"));
    if !email && !phone {
        for (attribute, form, fits) in [
            ("email", "email", attributes::is_email as fn(&str) -> bool),
            ("phone_number", "phone number", attributes::is_phone_number),
        ] {
            if allows("AliasAttributes", attribute) && fits(given) {
                return Err(refusal::invalid_parameter(format!(
                    "Username cannot be of {form} format, since user pool is configured for {form} alias."
                )));
            }
        }
        return Ok(Name(Some(pool.fold(given))));
    }
    let attribute = if email && attributes::is_email(given) {
        "email"
    } else if phone && attributes::is_phone_number(given) {
        "phone_number"
    } else {
        return Err(refusal::invalid_parameter(match (email, phone) {
            (true, true) => "Username should be either an email or a phone number.",
            (true, false) => "Username should be an email.",
            (false, _) => "Username should be a phone number.",
        }));
    };
    let value = attributes.entry(attribute.to_owned()).or_insert_with(|| pool.fold(given));
    if pool.fold(value) != pool.fold(given) {
        return Err(AwsError::not_imitated(&format!("a Username that differs from the attribute {attribute}")));
    }
    Ok(Name(None))
}
