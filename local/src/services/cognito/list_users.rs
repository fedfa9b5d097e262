//! Listing the users of a pool, with a filter.

use std::ops::Bound;

use serde_json::{Value, json};

use crate::{
    services::cognito::{Cognito, Operation, context::Context, paging, pool::UserPool, refusal, user::User},
    wire::error::AwsError,
};

/// The operations of this module.
pub(super) fn operation(name: &str) -> Option<Operation> {
    Some(match name {
        "ListUsers" => Operation::Reads(list),
        _ => return None,
    })
}

/// The attributes that a filter supports. Custom attributes are not supported.
const SEARCHABLE: &[&str] = &[
    "username",
    "email",
    "phone_number",
    "name",
    "given_name",
    "family_name",
    "preferred_username",
    "cognito:user_status",
    "status",
    "sub",
];

fn list(context: &Context<'_>, cognito: &Cognito) -> Result<Value, AwsError> {
    let pool = cognito.pool(context)?;
    let filter = context.call.text("Filter").filter(|text| !text.is_empty()).map(Filter::read).transpose()?;
    let names = context.texts("AttributesToGet");
    if let Some(unknown) = names.iter().find(|name| pool.schema.iter().all(|attribute| attribute.name != **name)) {
        return Err(refusal::invalid_parameter(format!("Invalid attribute to get: {unknown}")));
    }
    let fits = |user: &User| filter.as_ref().is_none_or(|filter| filter.fits(pool, user));
    let start = paging::start(context, "PaginationToken")?;
    let found = pool.users.range((start, Bound::Unbounded)).filter(|(_, user)| fits(user));
    let listed = found.map(|(key, user)| (key.clone(), user.listed(&names)));
    Ok(paging::answer("Users", "PaginationToken", paging::page(context, "Limit", "PaginationToken", listed)?))
}

/// `attribute = "value"`, or `attribute ^= "value"` for a prefix.
#[derive(Debug)]
struct Filter {
    attribute: String,
    prefix: bool,
    value: String,
}

impl Filter {
    fn read(text: &str) -> Result<Self, AwsError> {
        let filter = Self::parse(text).ok_or_else(|| refusal::invalid_parameter("Error while parsing filter"))?;
        if SEARCHABLE.contains(&filter.attribute.as_str()) {
            Ok(filter)
        } else {
            Err(refusal::invalid_parameter(format!("Invalid search attribute: {}", filter.attribute)))
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let (left, value) = text.split_once('=')?;
        let (left, prefix) = left.strip_suffix('^').map_or((left, false), |left| (left, true));
        let value = value.trim().strip_prefix('"')?.strip_suffix('"')?;
        let attribute = left.trim().trim_matches('"').to_owned();
        Some(Self { attribute, prefix, value: value.replace("\\\"", "\"") })
    }

    fn fits(&self, pool: &UserPool, user: &User) -> bool {
        let actual = match self.attribute.as_str() {
            "username" => Some(pool.fold(&user.username)),
            "sub" => Some(user.sub.clone()),
            "cognito:user_status" => json!(user.status).as_str().map(str::to_lowercase),
            "status" => Some(if user.enabled { "Enabled" } else { "Disabled" }.to_owned()),
            other => user.attributes.get(other).map(|value| value.to_lowercase()),
        };
        // "All searches are case-insensitive" (developer guide), except where the API reference of `ListUsers` says
        // otherwise.
        let wanted = match self.attribute.as_str() {
            "username" => pool.fold(&self.value),
            "sub" | "status" => self.value.clone(),
            _ => self.value.to_lowercase(),
        };
        actual.is_some_and(|actual| if self.prefix { actual.starts_with(&wanted) } else { actual == wanted })
    }
}
