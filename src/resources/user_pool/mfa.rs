//! The second factor, which only `SetUserPoolMfaConfig` can switch on and which that call replaces whole.

use aws_sdk_cognitoidentityprovider::types::{SoftwareTokenMfaConfigType, UserPoolType};

use crate::{
    aws::{Context, call, operation, spelled},
    engine::Result,
};

pub(super) const OFF: &str = "OFF";

/// What `DescribeUserPool` says, and in addition whether users may have an authenticator app at all.
pub(super) async fn read(context: &Context<'_>, pool: &UserPoolType) -> Result<String> {
    let mfa = pool.mfa_configuration.as_ref().map_or_else(|| OFF.to_owned(), spelled);
    if mfa == OFF {
        return Ok(mfa);
    }
    let request = context.cloud.cognito.get_user_pool_mfa_config().set_user_pool_id(pool.id.clone());
    let factors = call(context, &operation::GET_USER_POOL_MFA_CONFIG, || request.clone().send()).await?;
    let app = factors.software_token_mfa_configuration.is_some_and(|app| app.enabled);
    Ok(if app { mfa } else { format!("{mfa} without an authenticator app") })
}

/// Sets the second factor, keeping the other factors that are configured.
pub(super) async fn set(context: &Context<'_>, id: &str, mfa: &str) -> Result<()> {
    let request = context.cloud.cognito.get_user_pool_mfa_config().user_pool_id(id);
    let now = call(context, &operation::GET_USER_POOL_MFA_CONFIG, || request.clone().send()).await?;
    let request = context
        .cloud
        .cognito
        .set_user_pool_mfa_config()
        .user_pool_id(id)
        .mfa_configuration(mfa.into())
        // A passkey is a first factor: it stays whatever becomes of the second.
        .set_web_authn_configuration(now.web_authn_configuration);
    // Cognito refuses to switch off and to configure a factor in one call.
    let request = if mfa == OFF {
        request
    } else {
        request
            .software_token_mfa_configuration(SoftwareTokenMfaConfigType::builder().enabled(true).build())
            .set_sms_mfa_configuration(now.sms_mfa_configuration)
            .set_email_mfa_configuration(now.email_mfa_configuration)
    };
    call(context, &operation::SET_USER_POOL_MFA_CONFIG, || request.clone().send()).await.map(drop)
}
