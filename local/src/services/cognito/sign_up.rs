//! Sign-up: registration, confirmation by code or link, and another code.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::{Value, json};

use crate::{
    emulator::Emulator,
    services::cognito::{
        Cognito, Operation, attributes,
        context::{Context, texts},
        create_user, message,
        moment::Moment,
        password,
        pool::UserPool,
        refusal, secret_hash,
        session::{Challenge, Session},
        trigger::{Invocation, Subject, flag, unrecognizable},
        user::{self, Status},
        verification::{self, Purpose},
    },
    wire::error::AwsError,
};

/// The operations of this module.
pub(super) fn operation(name: &str) -> Option<Operation> {
    Some(match name {
        "SignUp" => Operation::Changes(sign_up),
        "ConfirmSignUp" => Operation::Changes(confirm),
        "ResendConfirmationCode" => Operation::Changes(resend),
        _ => return None,
    })
}

fn sign_up(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let (pool, _, client) = cognito.by_client(context.text("ClientId"))?;
    secret_hash::check(&client, context.text("Username"), context.call.text("SecretHash"))?;
    if pool.setting("AdminCreateUserConfig/AllowAdminCreateUserOnly") == Some(&json!(true)) {
        return Err(refusal::not_authorized("SignUp is not permitted for this user pool"));
    }
    pool.refuse_triggers(message::TRIGGERS)?;
    password::check(pool, context.text("Password"))?;
    let mut attributes = attributes::given(context, pool);
    attributes::check_writable(&client, &attributes)?;
    let name = create_user::name(pool, context.text("Username"), &mut attributes)?;
    attributes::check(pool, &attributes, None)?;
    attributes::refuse_verified(&attributes)?;
    if let Some(name) = attributes::required(pool, &attributes).first() {
        return Err(refusal::invalid_parameter(format!(
            "Attributes did not conform to the schema: {name}: The attribute {name} is required\n"
        )));
    }
    if pool.user_key(context.text("Username")).is_some() {
        return Err(refusal::refuse("UsernameExistsException", taken(pool, context.text("Username"))));
    }
    let response = create_user::before_sign_up(context, (pool, &client.id), &name, &attributes)?;
    let confirmed = accept(&response.unwrap_or_default(), &mut attributes)?;
    let mut user = create_user::fresh(context, name, attributes);
    user.set_password(&pool.id, context.text("Password"), context.now);
    let mut answer = json!({ "UserConfirmed": confirmed, "UserSub": user.sub });
    let key = pool.fold(&user.username);
    let attribute = pool.address_to_verify(&user).filter(|_| !confirmed);
    if confirmed {
        attributes::refuse_taken(pool, &user.attributes, None)?;
        user.status = Status::Confirmed;
    }
    pool.users.insert(key.clone(), user);
    if confirmed {
        pool.confirmed(context, &key, "PostConfirmation_ConfirmSignUp", &client.id);
    }
    if let Some(attribute) = attribute {
        answer["CodeDeliveryDetails"] = pool.send_code(context, &key, Purpose::SignUp(&client.id), attribute)?;
    }
    Ok(answer)
}

/// Marks the addresses as verified that the trigger `PreSignUp` accepts. Returns whether it confirms the user.
fn accept(response: &Value, attributes: &mut BTreeMap<String, String>) -> Result<bool, AwsError> {
    for (name, member) in [("email", "autoVerifyEmail"), ("phone_number", "autoVerifyPhone")] {
        if flag(response, member)? {
            if !attributes.contains_key(name) {
                return Err(unrecognizable());
            }
            attributes.insert(format!("{name}_verified"), "true".into());
        }
    }
    flag(response, "autoConfirmUser")
}

impl UserPool {
    /// Notes the trigger that follows the confirmation of a user or of a new password.
    pub(super) fn confirmed(&self, context: &Context<'_>, key: &str, source: &'static str, client: &str) {
        let user = &self.users[key];
        let subject = Subject { pool: self, username: &user.username, client };
        context.then(subject, source, json!({ "userAttributes": user.event_attributes() }), &json!({}));
    }
}

fn taken(pool: &UserPool, username: &str) -> String {
    let by_email = pool.lists("UsernameAttributes", "email") && attributes::is_email(username);
    match (by_email, pool.setting("UsernameAttributes")) {
        (true, _) => "An account with the given email already exists.".into(),
        (false, Some(_)) => "An account with the given phone_number already exists.".into(),
        (false, None) => "User already exists".into(),
    }
}

fn confirm(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let (pool, _, client) = cognito.by_client(context.text("ClientId"))?;
    secret_hash::check(&client, context.text("Username"), context.call.text("SecretHash"))?;
    let missing = || if client.hides_users() { verification::expired() } else { no_combination() };
    let key = pool.user_key(context.text("Username")).ok_or_else(missing)?;
    let force = context.member("ForceAliasCreation") == Some(&json!(true));
    confirm_user(pool, &key, context.text("ConfirmationCode"), force, context.now)?;
    pool.confirmed(context, &key, "PostConfirmation_ConfirmSignUp", &client.id);
    if !texts(client.settings.get("ExplicitAuthFlows")).iter().any(|flow| flow == "ALLOW_USER_AUTH") {
        return Ok(json!({}));
    }
    let session = Session::new(context, &key, &client.id, Challenge::SignedUp);
    Ok(json!({ "Session": pool.open_session(context, session) }))
}

/// Confirms a user with a code, and thereby the address that the code was sent to.
fn confirm_user(pool: &mut UserPool, key: &str, code: &str, force: bool, now: Moment) -> Result<(), AwsError> {
    let user = &pool.users[key];
    user.must_be_unconfirmed()?;
    let attribute = pool.address_to_verify(user);
    pool.accept_code(key, Purpose::SignUp(""), code, now)?;
    let mut after = pool.users[key].attributes.clone();
    after.extend(attribute.map(|attribute| (format!("{attribute}_verified"), "true".to_owned())));
    if force {
        attributes::take_over(pool, &after);
    }
    attributes::refuse_taken(pool, &after, Some(key))?;
    let user = pool.users.get_mut(key).ok_or_else(user::missing)?;
    user.attributes = after;
    user.status = Status::Confirmed;
    user.modified = now;
    Ok(())
}

/// The page behind the link in an email: confirms the sign-up.
pub(crate) async fn confirm_by_link(emulator: &Emulator, query: &str) -> Response<Bytes> {
    let value = |name| {
        form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    };
    let (client, user, code) = (value("client_id"), value("user_name"), value("confirmation_code"));
    let confirmed = (|| {
        let cognito = &mut emulator.world().cognito;
        let client = client.unwrap_or_default();
        let (pool, _, _) = cognito.by_client(&client)?;
        let key = pool.user_key(&user.unwrap_or_default()).ok_or_else(verification::expired)?;
        confirm_user(pool, &key, &code.unwrap_or_default(), false, Moment::now(emulator))?;
        let user = &pool.users[&key];
        let subject = Subject { pool, username: &user.username, client: &client };
        let request = json!({ "userAttributes": user.event_attributes() });
        Ok(Invocation::new(subject, "PostConfirmation_ConfirmSignUp", &request, &json!({})))
    })();
    let confirmed = match confirmed {
        Ok(Some(invocation)) => invocation.response(emulator).await.map(drop),
        other => other.map(drop),
    };
    let (status, text) = match confirmed {
        Ok(()) => (StatusCode::OK, "Your registration has been confirmed!".to_owned()),
        Err(refused) => (StatusCode::BAD_REQUEST, refused.message),
    };
    let mut response = Response::new(Bytes::from(text));
    *response.status_mut() = status;
    response
}

fn resend(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let (pool, _, client) = cognito.by_client(context.text("ClientId"))?;
    secret_hash::check(&client, context.text("Username"), context.call.text("SecretHash"))?;
    pool.refuse_triggers(message::TRIGGERS)?;
    let Some(key) = pool.user_key(context.text("Username")) else {
        return if client.hides_users() {
            Ok(json!({ "CodeDeliveryDetails": verification::simulated(context.text("Username")) }))
        } else {
            Err(no_combination())
        };
    };
    let user = &pool.users[&key];
    if user.status != Status::Unconfirmed {
        return Err(refusal::invalid_parameter("User is already confirmed."));
    }
    let attribute = pool.address_to_verify(user);
    let attribute = attribute.ok_or_else(|| refusal::invalid_parameter("Auto verification not turned on."))?;
    Ok(json!({ "CodeDeliveryDetails": pool.send_code(context, &key, Purpose::SignUp(&client.id), attribute)? }))
}

/// The error for an unknown user in a request without a signature.
pub(super) fn no_combination() -> AwsError {
    refusal::refuse("UserNotFoundException", "Username/client id combination not found.")
}
