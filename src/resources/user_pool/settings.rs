//! Between our settings and Cognito's members.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_cognitoidentityprovider::{
    operation::create_user_pool::builders::CreateUserPoolFluentBuilder,
    types::{
        AccountRecoverySettingType, AdminCreateUserConfigType, DeletionProtectionType, PasswordPolicyType,
        RecoveryOptionType, UserPoolPolicyType, UserPoolType, UsernameConfigurationType, VerifiedAttributeType,
    },
};
use serde_json::{Map, Value, json};

use super::spec::{PasswordPolicy, Spec};
use crate::{
    aws::{meant, spelled, user_tags},
    engine::Result,
};

/// The request for a new pool, all but its tags and its second factor.
pub(super) fn creation(request: CreateUserPoolFluentBuilder, spec: &Spec) -> Result<CreateUserPoolFluentBuilder> {
    let usernames = spec.username_attributes.iter().map(|attribute| attribute.as_str().into()).collect::<Vec<_>>();
    let admin = AdminCreateUserConfigType::builder().allow_admin_create_user_only(!spec.self_sign_up).build();
    Ok(request
        .pool_name(&spec.name)
        .policies(UserPoolPolicyType::builder().password_policy(password_policy(spec)).build())
        .deletion_protection(protection(spec))
        .set_username_attributes((!usernames.is_empty()).then_some(usernames))
        .username_configuration(case_sensitivity(spec)?)
        .set_auto_verified_attributes(Some(verified(spec)).filter(|attributes| !attributes.is_empty()))
        .admin_create_user_config(admin)
        .set_account_recovery_setting(recovery(spec)?))
}

/// An update with our settings in the place of the pool's own. What is beside them in the same member stays.
pub(super) fn managed(mut pool: Map<String, Value>, want: &Spec) -> Map<String, Value> {
    let policy = &want.password_policy;
    let within = |outer: &mut Map<String, Value>, name: &str, members: Value| {
        let inner = outer.entry(name).or_insert_with(|| json!({}));
        if let (Some(inner), Value::Object(members)) = (inner.as_object_mut(), members) {
            inner.extend(members);
        }
    };
    let mut policies = pool.remove("Policies").and_then(|policies| policies.as_object().cloned()).unwrap_or_default();
    let requirements = json!({
        "MinimumLength": policy.minimum_length,
        "RequireUppercase": policy.require_uppercase,
        "RequireLowercase": policy.require_lowercase,
        "RequireNumbers": policy.require_numbers,
        "RequireSymbols": policy.require_symbols,
        "TemporaryPasswordValidityDays": policy.temporary_password_validity_days,
    });
    within(&mut policies, "PasswordPolicy", requirements);
    pool.insert("Policies".into(), Value::Object(policies));
    within(&mut pool, "AdminCreateUserConfig", json!({ "AllowAdminCreateUserOnly": !want.self_sign_up }));
    pool.insert("PoolName".into(), json!(want.name));
    pool.insert("DeletionProtection".into(), json!(protection(want).as_str()));
    pool.insert("AutoVerifiedAttributes".into(), json!(want.auto_verified_attributes));
    demand_only_what_is_verified(&mut pool, want);
    let recovery = want.account_recovery.as_ref().map(|ways| {
        let ways = (1..).zip(ways).map(|(priority, way): (u32, _)| json!({ "Priority": priority, "Name": way }));
        json!({ "RecoveryMechanisms": ways.collect::<Vec<_>>() })
    });
    pool.extend(recovery.map(|recovery| ("AccountRecoverySetting".to_owned(), recovery)));
    pool
}

/// Cognito refuses to demand the verification of an attribute that it does not verify.
fn demand_only_what_is_verified(pool: &mut Map<String, Value>, want: &Spec) {
    let demanded = pool.get_mut("UserAttributeUpdateSettings").and_then(Value::as_object_mut);
    let demanded = demanded.and_then(|updates| updates.get_mut("AttributesRequireVerificationBeforeUpdate"));
    if let Some(demanded) = demanded.and_then(Value::as_array_mut) {
        let verified =
            |attribute: &Value| attribute.as_str().is_some_and(|name| want.auto_verified_attributes.contains(name));
        demanded.retain(verified);
    }
}

/// The pool in the shape of our settings.
pub(super) fn spec(pool: &UserPoolType, mfa: String) -> Spec {
    let password = pool.policies.as_ref().and_then(|policies| policies.password_policy.as_ref());
    let only_admins = pool.admin_create_user_config.as_ref().is_some_and(|admin| admin.allow_admin_create_user_only);
    Spec {
        name: pool.name.clone().unwrap_or_default(),
        username_attributes: pool.username_attributes().iter().map(spelled).collect(),
        // Cognito tells of pools that were created without a word on it nothing: they are case-sensitive.
        case_sensitive: Some(pool.username_configuration.as_ref().is_none_or(|names| names.case_sensitive)),
        mfa,
        password_policy: live_password_policy(password),
        auto_verified_attributes: names(pool.auto_verified_attributes()),
        deletion_protection: is_protected(pool),
        self_sign_up: !only_admins,
        account_recovery: Some(live_recovery(pool.account_recovery_setting.as_ref())),
        tags: user_tags(&all_tags(pool)),
    }
}

/// Whether Cognito refuses to delete the pool.
pub(super) fn is_protected(pool: &UserPoolType) -> bool {
    pool.deletion_protection.as_ref().map(meant) == Some(DeletionProtectionType::Active)
}

/// All tags of the pool.
pub(super) fn all_tags(pool: &UserPoolType) -> BTreeMap<String, String> {
    pool.user_pool_tags.clone().unwrap_or_default().into_iter().collect()
}

fn names(attributes: &[VerifiedAttributeType]) -> BTreeSet<String> {
    attributes.iter().map(spelled).collect()
}

fn verified(spec: &Spec) -> Vec<VerifiedAttributeType> {
    spec.auto_verified_attributes.iter().map(|attribute| attribute.as_str().into()).collect()
}

fn protection(spec: &Spec) -> DeletionProtectionType {
    if spec.deletion_protection { DeletionProtectionType::Active } else { DeletionProtectionType::Inactive }
}

/// AWS's own default is a pool in which `Ada@example.com` cannot sign in as `ada@example.com`, for ever.
fn case_sensitivity(spec: &Spec) -> Result<UsernameConfigurationType> {
    Ok(UsernameConfigurationType::builder().case_sensitive(spec.case_sensitive.unwrap_or(false)).build()?)
}

fn password_policy(spec: &Spec) -> PasswordPolicyType {
    let policy = &spec.password_policy;
    PasswordPolicyType::builder()
        .minimum_length(number(policy.minimum_length))
        .require_uppercase(policy.require_uppercase)
        .require_lowercase(policy.require_lowercase)
        .require_numbers(policy.require_numbers)
        .require_symbols(policy.require_symbols)
        .temporary_password_validity_days(number(policy.temporary_password_validity_days))
        .build()
}

/// With Cognito's defaults for what it does not tell; it tells no temporary validity as 0.
fn live_password_policy(policy: Option<&PasswordPolicyType>) -> PasswordPolicy {
    let natural = |number: i32, default| if number > 0 { number.unsigned_abs() } else { default };
    PasswordPolicy {
        minimum_length: natural(policy.and_then(|policy| policy.minimum_length).unwrap_or_default(), 8),
        require_uppercase: policy.is_none_or(|policy| policy.require_uppercase),
        require_lowercase: policy.is_none_or(|policy| policy.require_lowercase),
        require_numbers: policy.is_none_or(|policy| policy.require_numbers),
        require_symbols: policy.is_none_or(|policy| policy.require_symbols),
        temporary_password_validity_days: natural(
            policy.map(|policy| policy.temporary_password_validity_days).unwrap_or_default(),
            7,
        ),
    }
}

fn recovery(spec: &Spec) -> Result<Option<AccountRecoverySettingType>> {
    let Some(ways) = &spec.account_recovery else { return Ok(None) };
    let ways = (1..)
        .zip(ways)
        .map(|(priority, way)| RecoveryOptionType::builder().priority(priority).name(way.as_str().into()).build());
    let ways = ways.collect::<Result<Vec<_>, _>>()?;
    Ok(Some(AccountRecoverySettingType::builder().set_recovery_mechanisms(Some(ways)).build()))
}

/// In order of priority; without a setting as Cognito has it where none is made.
fn live_recovery(setting: Option<&AccountRecoverySettingType>) -> Vec<String> {
    let mut ways: Vec<_> = setting.iter().flat_map(|setting| setting.recovery_mechanisms()).collect();
    if ways.is_empty() {
        return ["verified_email", "verified_phone_number"].map(str::to_owned).into();
    }
    ways.sort_by_key(|way| way.priority);
    ways.into_iter().map(|way| spelled(&way.name)).collect()
}

fn number(number: u32) -> i32 {
    number.try_into().unwrap_or(i32::MAX)
}
