//! Validation and updates of user attributes.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    services::cognito::{
        client::Client,
        context::{Context, texts},
        pool::UserPool,
        refusal,
        schema::Attribute,
        user::{self, NAMES, User},
        verification::Purpose,
    },
    wire::error::AwsError,
};

/// The attributes of a request by name, as the pool stores them.
pub(super) fn given(context: &Context<'_>, pool: &UserPool) -> BTreeMap<String, String> {
    let list = context.member("UserAttributes").and_then(Value::as_array);
    let text = |attribute: &Value, member| attribute[member].as_str().unwrap_or_default().to_owned();
    let given = list.into_iter().flatten().map(|attribute| (text(attribute, "Name"), text(attribute, "Value")));
    kept(pool, given)
}

/// Attributes as the pool stores them. In a case-insensitive pool, sign-in attributes are "flattened to lowercase in
/// user pool text output" (developer guide, User pool case sensitivity).
pub(super) fn kept(
    pool: &UserPool,
    attributes: impl IntoIterator<Item = (String, String)>,
) -> BTreeMap<String, String> {
    let attributes = attributes.into_iter().map(|(name, value)| {
        let boolean =
            name.ends_with("_verified") && ["true", "false"].iter().any(|text| value.eq_ignore_ascii_case(text));
        let value = match name.as_str() {
            // Recorded: AWS takes "True".
            _ if boolean => value.to_ascii_lowercase(),
            name if NAMES.contains(&name) => pool.fold(&value),
            _ => value,
        };
        (name, value)
    });
    attributes.collect()
}

/// Checks attributes against the pool's schema. For an existing user, they must also be mutable.
pub(super) fn check(
    pool: &UserPool,
    attributes: &BTreeMap<String, String>,
    existing: Option<&User>,
) -> Result<(), AwsError> {
    for (name, value) in attributes {
        let attribute = pool.schema.iter().find(|attribute| attribute.name == *name).ok_or_else(|| unknown(name))?;
        if name == "sub" || (existing.is_some() && !attribute.mutable) {
            return Err(refusal::invalid_parameter(format!("user.{name}: Attribute cannot be updated.\n")));
        }
        check_value(attribute, value)?;
    }
    for name in ["email", "phone_number"] {
        let has = attributes.contains_key(name) || existing.is_some_and(|user| user.attributes.contains_key(name));
        if attributes.get(&format!("{name}_verified")).is_some_and(|verified| verified == "true") && !has {
            return Err(refusal::invalid_parameter(format!("{name}_verified cannot be true without {name}")));
        }
    }
    Ok(())
}

fn unknown(name: &str) -> AwsError {
    refusal::invalid_parameter(format!(
        "Attributes did not conform to the schema: Type for attribute {{{name}}} could not be determined"
    ))
}

fn check_value(attribute: &Attribute, value: &str) -> Result<(), AwsError> {
    let unfit = |problem: String| {
        let name = &attribute.name;
        refusal::invalid_parameter(format!("Attributes did not conform to the schema: {name}: {problem}\n"))
    };
    match attribute.name.as_str() {
        "email" if !value.is_empty() && !is_email(value) => {
            return Err(refusal::invalid_parameter("Invalid email address format."));
        }
        "phone_number" if !value.is_empty() && !is_phone_number(value) => {
            return Err(refusal::invalid_parameter("Invalid phone number format."));
        }
        _ => {}
    }
    let limit = |constraints: &Option<Value>, name| constraints.as_ref()?.get(name)?.as_str()?.parse::<i64>().ok();
    let texts = &attribute.string_attribute_constraints;
    let numbers = &attribute.number_attribute_constraints;
    let length = i64::try_from(value.chars().count()).unwrap_or(i64::MAX);
    match attribute.attribute_data_type.as_str() {
        "Boolean" if !["true", "false"].contains(&value) => Err(unfit("Attribute is not a boolean".into())),
        "Number" => {
            let number = value.parse::<i64>().map_err(|_| unfit("Attribute is not a number".into()))?;
            match (limit(numbers, "MinValue"), limit(numbers, "MaxValue")) {
                (Some(least), _) if number < least => Err(unfit(format!("Number must be at least {least}"))),
                (_, Some(most)) if number > most => Err(unfit(format!("Number must be at most {most}"))),
                _ => Ok(()),
            }
        }
        "String" => match (limit(texts, "MinLength"), limit(texts, "MaxLength")) {
            (Some(least), _) if length < least => {
                Err(unfit(format!("String must be at least {least} characters long")))
            }
            (_, Some(most)) if length > most => Err(unfit(format!("String must be no longer than {most} characters"))),
            _ => Ok(()),
        },
        _ => Ok(()),
    }
}

/// Whether a string has the form of an email address.
pub(super) fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && !domain.contains('@')
            && domain.contains('.')
            && !domain.starts_with('.')
            && !domain.ends_with('.')
    }) && !text.contains(char::is_whitespace)
}

/// Whether a string has the form of a phone number: `+` and digits.
pub(super) fn is_phone_number(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    (1..=15).contains(&digits.len()) && digits.chars().all(|digit| digit.is_ascii_digit())
}

/// Checks that the client may write these attributes.
pub(super) fn check_writable(client: &Client, attributes: &BTreeMap<String, String>) -> Result<(), AwsError> {
    let Some(writable) = client.settings.get("WriteAttributes") else { return Ok(()) };
    let writable = texts(Some(writable));
    if attributes.keys().all(|name| writable.contains(name)) {
        Ok(())
    } else {
        Err(refusal::not_authorized("A client attempted to write unauthorized attribute"))
    }
}

/// Rejects attributes that say that an address is verified, which clients cannot write.
pub(super) fn refuse_verified(attributes: &BTreeMap<String, String>) -> Result<(), AwsError> {
    match attributes.keys().find(|name| name.ends_with("_verified")) {
        Some(verified) => {
            Err(refusal::not_authorized(format!("A client attempted to write unauthorized attribute {verified}")))
        }
        None => Ok(()),
    }
}

/// The attributes that the schema requires and that are missing here.
pub(super) fn required(pool: &UserPool, attributes: &BTreeMap<String, String>) -> Vec<String> {
    let required = pool.schema.iter().filter(|attribute| attribute.required && attribute.name != "sub");
    required.map(|attribute| attribute.name.clone()).filter(|name| !attributes.contains_key(name)).collect()
}

/// Writes attributes to a user. A changed email address or phone number becomes unverified unless `attributes` also
/// verifies it.
pub(super) fn write(user: &mut User, attributes: BTreeMap<String, String>) {
    for name in ["email", "phone_number"] {
        let verified = format!("{name}_verified");
        let changes = attributes.get(name).is_some_and(|value| user.attributes.get(name) != Some(value));
        if changes && user.attributes.contains_key(&verified) {
            user.attributes.insert(verified, "false".into());
        }
    }
    for (name, value) in attributes {
        // An empty value removes the attribute.
        if value.is_empty() {
            user.attributes.remove(&name);
        } else {
            user.attributes.insert(name, value);
        }
    }
}

/// Writes attributes of a user and sends a code to each changed address that the pool verifies. An address that must be
/// verified before the update is written later. Returns the deliveries.
pub(super) fn update(
    context: &Context<'_>,
    pool: &mut UserPool,
    key: &str,
    mut given: BTreeMap<String, String>,
) -> Result<Vec<Value>, AwsError> {
    let user = &pool.users[key];
    let mut after = given.clone();
    after.extend(
        user.attributes.iter().filter(|(name, _)| !given.contains_key(*name)).map(|(n, v)| (n.clone(), v.clone())),
    );
    refuse_taken(pool, &after, Some(key))?;
    let verifies = |name: &str| {
        let new = given.get(name).filter(|value| !value.is_empty() && user.attributes.get(name) != Some(value));
        let verified = given.get(&format!("{name}_verified")).is_some_and(|verified| verified == "true");
        (new.is_some() && !verified && pool.lists("AutoVerifiedAttributes", name)).then(|| name.to_owned())
    };
    let unverified = ["email", "phone_number"].into_iter().filter_map(verifies).collect::<Vec<_>>();
    let waits =
        |name: &String| pool.lists("UserAttributeUpdateSettings/AttributesRequireVerificationBeforeUpdate", name);
    let pending = unverified.iter().filter(|name| waits(name)).filter_map(|name| given.remove_entry(name)).collect();
    let user = pool.users.get_mut(key).ok_or_else(user::missing)?;
    write(user, given);
    user.pending = pending;
    user.modified = context.now;
    unverified.iter().map(|name| pool.send_code(context, key, Purpose::Attribute, name)).collect()
}

/// Removes the attributes that the request names.
pub(super) fn remove(context: &Context<'_>, pool: &mut UserPool, key: &str) -> Result<(), AwsError> {
    for name in context.texts("UserAttributeNames") {
        let attribute = pool.schema.iter().find(|attribute| attribute.name == name).ok_or_else(|| unknown(&name))?;
        let signs_in = pool.lists("UsernameAttributes", &name);
        if name == "sub" || attribute.required || !attribute.mutable || signs_in {
            return Err(refusal::invalid_parameter(format!("user.{name}: Attribute cannot be deleted.\n")));
        }
        let user = pool.users.get_mut(key).ok_or_else(user::missing)?;
        user.attributes.remove(&name);
        user.attributes.remove(&format!("{name}_verified"));
        user.modified = context.now;
    }
    Ok(())
}

/// Rejects an email address or phone number that another user signs in with.
pub(super) fn refuse_taken(
    pool: &UserPool,
    attributes: &BTreeMap<String, String>,
    except: Option<&str>,
) -> Result<(), AwsError> {
    for name in ["email", "phone_number"] {
        let verified = attributes.get(&format!("{name}_verified")).is_some_and(|verified| verified == "true");
        let counts = pool.lists("UsernameAttributes", name) || (pool.lists("AliasAttributes", name) && verified);
        let taken = attributes.get(name).filter(|_| counts).and_then(|value| pool.holder(name, value, except));
        if taken.is_some() {
            return Err(refusal::refuse("AliasExistsException", format!("An account with the {name} already exists.")));
        }
    }
    Ok(())
}

/// Marks the aliases of other users as unverified, as `ForceAliasCreation` requires.
pub(super) fn take_over(pool: &mut UserPool, attributes: &BTreeMap<String, String>) {
    for name in ["email", "phone_number"] {
        let holder = attributes.get(name).and_then(|value| pool.holder(name, value, None));
        let aliased = pool.lists("AliasAttributes", name);
        if let Some(user) = holder.filter(|_| aliased).and_then(|key| pool.users.get_mut(&key)) {
            user.attributes.insert(format!("{name}_verified"), "false".into());
        }
    }
}
