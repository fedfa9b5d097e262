//! Creation of users: by an administrator or by sign-up.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    services::cognito::{
        Cognito, Operation,
        attributes::{self, USER_ATTRIBUTES},
        context::Context,
        input::{self, CLIENT_ID, Member, POOL_ID},
        password::{self, PATTERN, Password},
        pool::UserPool,
        refusal, secret_hash,
        user::{self, Status, USERNAME, User},
    },
    wire::error::AwsError,
};

/// The operations of this module.
pub(super) fn operation(name: &str) -> Option<Operation> {
    Some(match name {
        "AdminCreateUser" => Operation::Changes(admin_create),
        "SignUp" => Operation::Changes(sign_up),
        _ => return None,
    })
}

const ADMIN_CREATE: &[Member] = &[
    POOL_ID,
    USERNAME,
    Member::fitting("TemporaryPassword", 256, PATTERN).secret(),
    Member::flag("ForceAliasCreation"),
    Member::choice("MessageAction", &["RESEND", "SUPPRESS"]),
    Member::choice("DesiredDeliveryMediums/*", &["SMS", "EMAIL"]),
];

const SIGN_UP: &[Member] = &[
    CLIENT_ID,
    Member::text("SecretHash", 1, 128).secret(),
    USERNAME,
    Member::fitting("Password", 256, PATTERN).required().secret(),
];

/// The triggers that run when a user is created.
const TRIGGERS: &[&str] = &["PreSignUp", "CustomMessage", "CustomEmailSender", "CustomSMSSender"];

fn admin_create(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    input::check(context.input(), &[ADMIN_CREATE, USER_ATTRIBUTES])?;
    let pool = cognito.pool_mut(context)?;
    pool.refuse_triggers(TRIGGERS)?;
    if context.call.text("MessageAction") == Some("RESEND") {
        return resend(context, pool);
    }
    let mut attributes = attributes::given(context, pool);
    let name = name(pool, context.text("Username"), &mut attributes)?;
    if pool.user_key(context.text("Username")).is_some() {
        return Err(refusal::refuse("UsernameExistsException", "User account already exists"));
    }
    attributes::check(pool, &attributes, None)?;
    if context.member("ForceAliasCreation") == Some(&json!(true)) {
        attributes::take_over(pool, &attributes);
    }
    attributes::refuse_taken(pool, &attributes, None)?;
    let password = temporary_password(context, pool)?;
    let user = User { status: Status::ForceChangePassword, ..fresh(context, name, attributes, password) };
    let answer = json!({ "User": user.listed(&[]) });
    let key = pool.fold(&user.username);
    pool.users.insert(key, user);
    Ok(answer)
}

/// Restarts the validity of a temporary password. The emulator sends no invitation.
fn resend(context: &Context<'_>, pool: &mut UserPool) -> Result<Value, AwsError> {
    let key = pool.user_key(context.text("Username")).ok_or_else(user::missing)?;
    let name = &pool.users[&key].username;
    if pool.users[&key].status != Status::ForceChangePassword {
        return Err(refusal::refuse(
            "UnsupportedUserStateException",
            format!("Resend not possible. {name} status is not FORCE_CHANGE_PASSWORD"),
        ));
    }
    let password = match context.call.text("TemporaryPassword") {
        Some(_) => Some(temporary_password(context, pool)?),
        None => None,
    };
    let user = pool.users.get_mut(&key).ok_or_else(user::missing)?;
    match (password, &mut user.password) {
        (Some(password), kept) => *kept = Some(password),
        (None, Some(kept)) => kept.renew(context.now),
        (None, None) => {}
    }
    user.modified = context.now;
    Ok(json!({ "User": user.listed(&[]) }))
}

fn temporary_password(context: &Context<'_>, pool: &UserPool) -> Result<Password, AwsError> {
    match context.call.text("TemporaryPassword") {
        Some(given) => {
            password::check(pool, given)?;
            Ok(Password::new(given, context.now))
        }
        None => Ok(Password::new(&password::temporary(pool), context.now)),
    }
}

fn sign_up(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    input::check(context.input(), &[SIGN_UP, USER_ATTRIBUTES])?;
    let (pool, _, client) = cognito.by_client(context.text("ClientId"))?;
    secret_hash::check(&client, context.text("Username"), context.call.text("SecretHash"))?;
    if pool.setting("AdminCreateUserConfig/AllowAdminCreateUserOnly") == Some(&json!(true)) {
        return Err(refusal::not_authorized("SignUp is not permitted for this user pool"));
    }
    pool.refuse_triggers(TRIGGERS)?;
    password::check(pool, context.text("Password"))?;
    let mut attributes = attributes::given(context, pool);
    attributes::check_writable(&client, &attributes)?;
    let name = name(pool, context.text("Username"), &mut attributes)?;
    attributes::check(pool, &attributes, None)?;
    if let Some(verified) = attributes.keys().find(|name| name.ends_with("_verified")) {
        return Err(refusal::not_authorized(format!("A client attempted to write unauthorized attribute {verified}")));
    }
    if let Some(name) = attributes::required(pool, &attributes).first() {
        return Err(refusal::invalid_parameter(format!(
            "Attributes did not conform to the schema: {name}: The attribute {name} is required\n"
        )));
    }
    if pool.user_key(context.text("Username")).is_some() {
        return Err(refusal::refuse("UsernameExistsException", "User already exists"));
    }
    let password = Password::new(context.text("Password"), context.now);
    let user = fresh(context, name, attributes, password);
    let answer = json!({ "UserConfirmed": false, "UserSub": user.sub });
    let key = pool.fold(&user.username);
    pool.users.insert(key, user);
    Ok(answer)
}

fn fresh(context: &Context<'_>, name: Name, attributes: BTreeMap<String, String>, password: Password) -> User {
    let sub = Uuid::new_v4().to_string();
    User {
        username: name.0.unwrap_or_else(|| sub.clone()),
        sub,
        attributes,
        status: Status::Unconfirmed,
        enabled: true,
        created: context.now,
        modified: context.now,
        password: Some(password),
        groups: BTreeSet::new(),
        software_token: None,
        new_software_token: None,
        failures: password::Failures::default(),
    }
}

/// The username of a new user; `None` if Cognito generates it, which makes it the `sub`.
struct Name(Option<String>);

/// Reads the `Username` of a request by the pool's rules. An email address or phone number becomes an attribute.
fn name(pool: &UserPool, given: &str, attributes: &mut BTreeMap<String, String>) -> Result<Name, AwsError> {
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
