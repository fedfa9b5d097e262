//! MFA factors of a pool, which only `SetUserPoolMfaConfig` can enable.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    services::cognito::{Cognito, Operation, context::Context, pool::UserPool, refusal},
    wire::error::AwsError,
};

/// The factors of a pool, each as given.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Factors {
    sms: Option<Value>,
    software_token: Option<Value>,
    email: Option<Value>,
    web_authn: Option<Value>,
}

impl Factors {
    /// Whether a second factor is configured. A passkey is a first factor.
    pub(super) fn any(&self) -> bool {
        self.sms.is_some() || self.email.is_some() || self.software_token()
    }

    /// Whether authenticator apps are enabled.
    pub(super) fn software_token(&self) -> bool {
        self.software_token.as_ref().is_some_and(|token| token["Enabled"] == true)
    }
}

/// The operations of this module.
pub(super) fn operation(name: &str) -> Option<Operation> {
    Some(match name {
        "SetUserPoolMfaConfig" => Operation::Changes(set),
        "GetUserPoolMfaConfig" => Operation::Reads(get),
        _ => return None,
    })
}

/// The error for enabling MFA without a configured factor.
pub(super) fn no_factor() -> AwsError {
    refusal::invalid_parameter(
        "SMS configuration and Auto verification for phone_number are required when MFA is required/optional",
    )
}

/// Replaces the whole configuration. Omitted factors are disabled.
fn set(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let pool = cognito.pool_mut(context)?;
    let member = |name| context.member(name).cloned();
    let factors = Factors {
        sms: member("SmsMfaConfiguration"),
        software_token: member("SoftwareTokenMfaConfiguration"),
        email: member("EmailMfaConfiguration"),
        web_authn: member("WebAuthnConfiguration"),
    };
    let wanted = context.call.text("MfaConfiguration").unwrap_or("OFF");
    check(pool, &factors, wanted)?;
    if let Some(sms) = factors.sms.as_ref().and_then(|sms| sms.get("SmsConfiguration")) {
        pool.settings.insert("SmsConfiguration".into(), sms.clone());
    }
    pool.settings.insert("MfaConfiguration".into(), json!(wanted));
    pool.factors = factors;
    pool.modified = context.now;
    Ok(described(pool))
}

fn check(pool: &UserPool, factors: &Factors, wanted: &str) -> Result<(), AwsError> {
    let given = factors.sms.is_some() || factors.software_token.is_some() || factors.email.is_some();
    if wanted == "OFF" && given {
        return Err(refusal::invalid_parameter(
            "Invalid MFA configuration given, can't turn off MFA and configure an MFA together.",
        ));
    }
    if wanted != "OFF" && !factors.any() {
        return Err(refusal::invalid_parameter(
            "Invalid MFA configuration given, can't disable all MFAs with a required or optional configuration.",
        ));
    }
    if factors.email.is_some() && pool.setting("EmailConfiguration/EmailSendingAccount") != Some(&json!("DEVELOPER")) {
        return Err(refusal::invalid_parameter(
            "Email MFA cannot be enabled when the EmailSendingAccount is COGNITO_DEFAULT",
        ));
    }
    let one_time = ["EMAIL_OTP", "SMS_OTP"].iter().any(|factor| {
        let first = pool.setting("Policies/SignInPolicy/AllowedFirstAuthFactors").and_then(Value::as_array);
        first.is_some_and(|first| first.iter().any(|value| value == factor))
    });
    if wanted == "ON" && one_time {
        return Err(refusal::invalid_parameter("EMAIL_OTP and SMS_OTP cannot be first factors when MFA is required"));
    }
    Ok(())
}

fn get(context: &Context<'_>, cognito: &Cognito) -> Result<Value, AwsError> {
    Ok(described(cognito.pool(context)?))
}

fn described(pool: &UserPool) -> Value {
    let mut members = serde_json::Map::new();
    let factors = &pool.factors;
    let mut put = |name: &str, value: Option<&Value>| {
        members.extend(value.map(|value| (name.to_owned(), value.clone())));
    };
    put("MfaConfiguration", pool.setting("MfaConfiguration"));
    put("SmsMfaConfiguration", factors.sms.as_ref());
    put("SoftwareTokenMfaConfiguration", factors.software_token.as_ref());
    put("EmailMfaConfiguration", factors.email.as_ref());
    put("WebAuthnConfiguration", factors.web_authn.as_ref());
    Value::Object(members)
}
