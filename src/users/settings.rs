//! What a pool asks of its users.

use std::collections::BTreeSet;

use aws_sdk_cognitoidentityprovider::types::UserPoolType;

use super::{error::UserError, password::PasswordRules, pool::Users};
use crate::aws::{look, operation};

/// What a pool asks of its users, as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolSettings {
    /// The pool's name.
    pub name: String,
    /// What a password must be like.
    pub password_policy: PasswordRules,
    /// What users sign in with in the place of a username.
    pub username_attributes: BTreeSet<String>,
    /// Whether a username or an e-mail address in another case is another one.
    pub case_sensitive: bool,
    /// What users sign in with beside their username.
    pub alias_attributes: BTreeSet<String>,
    /// What everybody must have.
    pub required_attributes: BTreeSet<String>,
}

impl PoolSettings {
    /// Reads the pool.
    ///
    /// # Errors
    /// When there is no such pool, or it cannot be read.
    pub async fn read(people: &Users<'_>) -> Result<Self, UserError> {
        let request = people.cloud.cognito.describe_user_pool().user_pool_id(people.pool_id());
        let answer = look(&people.context(), &operation::DESCRIBE_USER_POOL, || request.clone().send()).await?;
        let pool = answer.and_then(|answer| answer.user_pool);
        pool.map(Self::of).ok_or_else(|| UserError::NoPool { pool: people.pool_id().to_owned() })
    }

    fn of(pool: UserPoolType) -> Self {
        let policy = pool.policies.and_then(|policies| policies.password_policy);
        let schema = pool.schema_attributes.unwrap_or_default();
        // `sub` is required of everybody, and made by Cognito.
        let required = schema.into_iter().filter(|attribute| attribute.required == Some(true));
        let required = required.filter_map(|attribute| attribute.name).filter(|name| name != "sub");
        Self {
            name: pool.name.unwrap_or_default(),
            password_policy: PasswordRules::read(policy.as_ref()),
            username_attributes: names(pool.username_attributes.as_deref()),
            case_sensitive: pool.username_configuration.is_none_or(|names| names.case_sensitive),
            alias_attributes: names(pool.alias_attributes.as_deref()),
            required_attributes: required.collect(),
        }
    }
}

fn names<T: AsRef<str>>(attributes: Option<&[T]>) -> BTreeSet<String> {
    attributes.into_iter().flatten().map(|name| name.as_ref().to_owned()).collect()
}
