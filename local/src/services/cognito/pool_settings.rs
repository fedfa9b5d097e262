//! Settings of user pools: the defaults, and what an update keeps or resets.

use serde_json::{Map, Value, json};

use crate::{
    services::cognito::{mfa, pool::UserPool, refusal},
    wire::error::AwsError,
};

/// What an update does to an omitted member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Omitted {
    Kept,
    Reset,
}

/// Every stored member of `UpdateUserPool`, with the effect of its omission as measured on AWS. Where nothing was
/// measured, the API reference applies: "If you don't provide a value for an attribute, Amazon Cognito sets it to its
/// default value."
pub(super) const OMITTED: &[(&str, Omitted)] = &[
    ("Policies", Omitted::Kept),
    ("DeletionProtection", Omitted::Reset),
    ("LambdaConfig", Omitted::Reset),
    ("AutoVerifiedAttributes", Omitted::Reset),
    ("SmsVerificationMessage", Omitted::Reset),
    ("EmailVerificationMessage", Omitted::Reset),
    ("EmailVerificationSubject", Omitted::Reset),
    ("VerificationMessageTemplate", Omitted::Reset),
    ("SmsAuthenticationMessage", Omitted::Reset),
    // Kept, so an update that omits only `AutoVerifiedAttributes` fails.
    ("UserAttributeUpdateSettings", Omitted::Kept),
    ("MfaConfiguration", Omitted::Kept),
    ("DeviceConfiguration", Omitted::Reset),
    // Measured for `COGNITO_DEFAULT` only; see `omit_email`.
    ("EmailConfiguration", Omitted::Kept),
    ("SmsConfiguration", Omitted::Kept),
    ("AdminCreateUserConfig", Omitted::Reset),
    ("UserPoolAddOns", Omitted::Reset),
    ("AccountRecoverySetting", Omitted::Kept),
    ("UserPoolTier", Omitted::Kept),
    ("KeyConfiguration", Omitted::Kept),
    ("IssuerConfiguration", Omitted::Kept),
    ("AcrConfiguration", Omitted::Reset),
    ("DcrConfiguration", Omitted::Reset),
];

/// The messages that exist twice: as a legacy member, and in the template.
const TWICE: &[(&str, &str)] = &[
    ("SmsVerificationMessage", "SmsMessage"),
    ("EmailVerificationMessage", "EmailMessage"),
    ("EmailVerificationSubject", "EmailSubject"),
];

fn defaults() -> Map<String, Value> {
    let defaults = json!({
        "Policies": {
            "PasswordPolicy": {
                "MinimumLength": 8,
                "RequireUppercase": true,
                "RequireLowercase": true,
                "RequireNumbers": true,
                "RequireSymbols": true,
                "TemporaryPasswordValidityDays": 7,
            },
            "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD"] },
        },
        "DeletionProtection": "INACTIVE",
        "LambdaConfig": {},
        "VerificationMessageTemplate": { "DefaultEmailOption": "CONFIRM_WITH_CODE" },
        "MfaConfiguration": "OFF",
        "EmailConfiguration": { "EmailSendingAccount": "COGNITO_DEFAULT" },
        "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": false, "UnusedAccountValidityDays": 7 },
        "AccountRecoverySetting": { "RecoveryMechanisms": [
            { "Priority": 1, "Name": "verified_email" },
            { "Priority": 2, "Name": "verified_phone_number" },
        ] },
        "UserPoolTier": "ESSENTIALS",
        "KeyConfiguration": { "KeyType": "AWS_OWNED_KEY" },
        "IssuerConfiguration": { "Type": "ORIGINAL" },
        "AcrConfiguration": {
            "Level1": { "AcrValue": "urn:cognito:loa:1" },
            "Level2": { "AcrValue": "urn:cognito:loa:2" },
            "Level3": { "AcrValue": "urn:cognito:loa:3" },
            "Level4": { "AcrValue": "urn:cognito:loa:4" },
        },
    });
    let Value::Object(defaults) = defaults else { unreachable!("the defaults are an object") };
    defaults
}

/// The settings of a new pool.
pub(super) fn created(input: &Value) -> Result<Map<String, Value>, AwsError> {
    let mut settings = defaults();
    for member in ["AliasAttributes", "UsernameAttributes", "UsernameConfiguration"] {
        settings.extend(given(input, member).map(|value| (member.to_owned(), value.clone())));
    }
    if settings.contains_key("AliasAttributes") && settings.contains_key("UsernameAttributes") {
        return Err(refusal::invalid_parameter("Only one of the aliasAttributes or usernameAttributes can be set."));
    }
    apply(&mut settings, input)?;
    check(&settings, false)?;
    Ok(settings)
}

/// The settings of a pool after an update.
pub(super) fn updated(pool: &UserPool, input: &Value) -> Result<Map<String, Value>, AwsError> {
    let mut settings = pool.settings.clone();
    for (member, omitted) in OMITTED {
        if *omitted == Omitted::Reset && given(input, member).is_none() {
            reset(&mut settings, member);
        }
    }
    if given(input, "EmailConfiguration").is_none() {
        omit_email(&mut settings);
    }
    apply(&mut settings, input)?;
    check(&settings, pool.factors.any())?;
    Ok(settings)
}

fn given<'a>(input: &'a Value, member: &str) -> Option<&'a Value> {
    input.get(member).filter(|value| !value.is_null())
}

fn reset(settings: &mut Map<String, Value>, member: &str) {
    match defaults().remove(member) {
        Some(default) => settings.insert(member.to_owned(), default),
        None => settings.remove(member),
    };
}

/// Resets an omitted `EmailConfiguration` with `DEVELOPER`, as the API reference says. With `COGNITO_DEFAULT`, AWS was
/// measured to keep it.
fn omit_email(settings: &mut Map<String, Value>) {
    if settings.get("EmailConfiguration").is_some_and(|email| email["EmailSendingAccount"] == "DEVELOPER") {
        reset(settings, "EmailConfiguration");
    }
}

fn apply(settings: &mut Map<String, Value>, input: &Value) -> Result<(), AwsError> {
    refuse_two_validities(input)?;
    settings.extend(given(input, "PoolName").map(|name| ("Name".to_owned(), name.clone())));
    for (member, _) in OMITTED {
        if let Some(value) = given(input, member) {
            let value = filled(settings, member, value);
            settings.insert((*member).to_owned(), value);
        }
    }
    for emptied in ["AutoVerifiedAttributes", "AliasAttributes", "UsernameAttributes"] {
        if settings.get(emptied).and_then(Value::as_array).is_some_and(Vec::is_empty) {
            settings.remove(emptied);
        }
    }
    agree_on_validity(settings, input);
    agree_on_triggers(settings)?;
    agree_on_messages(settings, input)
}

/// The stored value of a given member, with its own defaults filled in.
fn filled(settings: &Map<String, Value>, member: &str, value: &Value) -> Value {
    let over = |mut below: Value| {
        for (name, value) in value.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()) {
            below[name] = value.clone();
        }
        below
    };
    match member {
        "Policies" => {
            let mut policies = settings["Policies"].clone();
            if let Some(given) = given(value, "PasswordPolicy") {
                policies["PasswordPolicy"] = password_policy(given);
            }
            if let Some(given) = given(value, "SignInPolicy") {
                policies["SignInPolicy"] = given.clone();
            }
            policies
        }
        // An omitted level has Cognito's default value.
        "AcrConfiguration" => over(defaults()["AcrConfiguration"].clone()),
        "AdminCreateUserConfig" => over(json!({ "AllowAdminCreateUserOnly": false })),
        "VerificationMessageTemplate" => over(json!({ "DefaultEmailOption": "CONFIRM_WITH_CODE" })),
        "EmailConfiguration" => over(json!({ "EmailSendingAccount": "COGNITO_DEFAULT" })),
        _ => over_nothing(value, over),
    }
}

fn over_nothing(value: &Value, over: impl Fn(Value) -> Value) -> Value {
    if value.is_object() { over(json!({})) } else { value.clone() }
}

/// The stored form of a given policy. Omitted requirements are off; the pool's defaults apply only without a policy.
fn password_policy(given: &Value) -> Value {
    let mut policy = json!({
        "MinimumLength": 8,
        "RequireUppercase": false,
        "RequireLowercase": false,
        "RequireNumbers": false,
        "RequireSymbols": false,
    });
    for (name, value) in given.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()) {
        policy[name] = value.clone();
    }
    if policy["TemporaryPasswordValidityDays"].as_i64().is_none_or(|days| days == 0) {
        policy["TemporaryPasswordValidityDays"] = json!(7);
    }
    policy
}

fn refuse_two_validities(input: &Value) -> Result<(), AwsError> {
    let temporary = input.pointer("/Policies/PasswordPolicy/TemporaryPasswordValidityDays").and_then(Value::as_i64);
    let unused = input.pointer("/AdminCreateUserConfig/UnusedAccountValidityDays").and_then(Value::as_i64);
    if temporary.is_some_and(|days| days > 0) && unused.is_some() {
        return Err(refusal::invalid_parameter(
            "Please use TemporaryPasswordValidityDays in PasswordPolicy instead of UnusedAccountValidityDays",
        ));
    }
    Ok(())
}

/// The validity of temporary passwords has two names. The given one applies, or else the policy's.
fn agree_on_validity(settings: &mut Map<String, Value>, input: &Value) {
    let unused = input.pointer("/AdminCreateUserConfig/UnusedAccountValidityDays").filter(|days| **days != json!(0));
    if let Some(days) = unused.filter(|days| !days.is_null()) {
        settings["Policies"]["PasswordPolicy"]["TemporaryPasswordValidityDays"] = days.clone();
    }
    let days = settings["Policies"]["PasswordPolicy"]["TemporaryPasswordValidityDays"].clone();
    settings["AdminCreateUserConfig"]["UnusedAccountValidityDays"] = days;
}

fn agree_on_triggers(settings: &mut Map<String, Value>) -> Result<(), AwsError> {
    let Some(triggers) = settings.get_mut("LambdaConfig") else { return Ok(()) };
    let old = triggers.get("PreTokenGeneration").cloned();
    let new = triggers.pointer("/PreTokenGenerationConfig/LambdaArn").cloned();
    match (old, new) {
        (Some(old), Some(new)) if old != new => Err(refusal::invalid_parameter(
            "PreTokenGeneration and PreTokenGenerationConfig.LambdaArn must have the same value",
        )),
        (Some(arn), None) => {
            triggers["PreTokenGenerationConfig"] = json!({ "LambdaVersion": "V1_0", "LambdaArn": arn });
            Ok(())
        }
        (None, Some(arn)) => {
            triggers["PreTokenGeneration"] = arn;
            Ok(())
        }
        _ => Ok(()),
    }
}

fn agree_on_messages(settings: &mut Map<String, Value>, input: &Value) -> Result<(), AwsError> {
    for (old, new) in TWICE {
        let template = given(input, "VerificationMessageTemplate").and_then(|template| given(template, new)).cloned();
        match (given(input, old).cloned(), template) {
            (Some(old_value), Some(new_value)) if old_value != new_value => {
                return Err(refusal::invalid_parameter(format!(
                    "{old} and VerificationMessageTemplate.{new} must have the same value"
                )));
            }
            (Some(value), None) => settings["VerificationMessageTemplate"][*new] = value,
            (None, Some(value)) => {
                settings.insert((*old).to_owned(), value);
            }
            _ => {}
        }
    }
    Ok(())
}

fn check(settings: &Map<String, Value>, other_factors: bool) -> Result<(), AwsError> {
    let verified = settings.get("AutoVerifiedAttributes").cloned().unwrap_or_else(|| json!([]));
    let covers = |attribute: &Value| verified.as_array().is_some_and(|verified| verified.contains(attribute));
    let before_update = settings
        .get("UserAttributeUpdateSettings")
        .and_then(|settings| settings["AttributesRequireVerificationBeforeUpdate"].as_array());
    if !before_update.into_iter().flatten().all(covers) {
        return Err(refusal::invalid_parameter(
            "All attributes in AttributesRequireVerificationBeforeUpdate must exist in AutoVerifiedAttributes",
        ));
    }
    let texts = settings.contains_key("SmsConfiguration") && covers(&json!("phone_number"));
    if settings["MfaConfiguration"] != "OFF" && !texts && !other_factors {
        return Err(mfa::no_factor());
    }
    let protected = settings.get("UserPoolAddOns").is_some_and(|add_ons| add_ons["AdvancedSecurityMode"] != "OFF");
    let tier = settings["UserPoolTier"].as_str().unwrap_or_default();
    if protected && tier != "PLUS" {
        return Err(refusal::refuse(
            "FeatureUnavailableInTierException",
            format!(
                "The following features need to be disabled for the {tier} pricing tier configured: Threat Protection"
            ),
        ));
    }
    Ok(())
}
