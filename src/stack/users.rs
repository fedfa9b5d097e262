//! The user pool and its client.

use super::{keys::main, names::stack_name};
use crate::{
    config::{Config, PasswordPolicyConfig},
    engine::Desired,
    resources::{
        user_pool::{self, UserPool},
        user_pool_client::{self, UserPoolClient},
    },
};

pub(super) fn add(desired: &mut Desired, config: &Config) {
    let pool = main::<UserPool>();
    desired.add(pool.clone(), &user_pool(config), []);
    let settings = &config.client;
    let client = user_pool_client::Spec {
        user_pool_id: pool.output("id").into(),
        name: named(&config.deployment.client_name, config),
        generate_secret: settings.generate_secret,
        explicit_auth_flows: settings.explicit_auth_flows.iter().map(ToString::to_string).collect(),
        access_token_validity_minutes: Some(settings.access_token_validity_minutes),
        id_token_validity_minutes: Some(settings.id_token_validity_minutes),
        refresh_token_validity_days: Some(settings.refresh_token_validity_days),
        prevent_user_existence_errors: settings.prevent_user_existence_errors,
    };
    desired.add(main::<UserPoolClient>(), &client, []);
}

fn user_pool(config: &Config) -> user_pool::Spec {
    let settings = &config.user_pool;
    user_pool::Spec {
        name: named(&config.deployment.user_pool_name, config),
        username_attributes: settings.username_attributes.iter().map(ToString::to_string).collect(),
        case_sensitive: settings.case_sensitive,
        mfa: settings.mfa.to_string(),
        password_policy: password_policy(&settings.password_policy),
        auto_verified_attributes: settings.auto_verified_attributes.iter().map(ToString::to_string).collect(),
        deletion_protection: settings.deletion_protection,
        self_sign_up: settings.self_sign_up,
        account_recovery: Some(settings.account_recovery.iter().map(ToString::to_string).collect()),
        tags: config.deployment.tags.clone(),
    }
}

fn password_policy(policy: &PasswordPolicyConfig) -> user_pool::PasswordPolicy {
    user_pool::PasswordPolicy {
        minimum_length: policy.minimum_length,
        require_uppercase: policy.require_uppercase,
        require_lowercase: policy.require_lowercase,
        require_numbers: policy.require_numbers,
        require_symbols: policy.require_symbols,
        // Cognito takes 0 for its default and answers 7.
        temporary_password_validity_days: match policy.temporary_password_validity_days {
            0 => 7,
            days => days,
        },
    }
}

/// The name in the configuration, or the stack's when there is none.
fn named(name: &str, config: &Config) -> String {
    if name.is_empty() { stack_name(config) } else { name.to_owned() }
}
