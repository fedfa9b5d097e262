//! The whole of a pool as an `UpdateUserPool` request: every member that the call accepts, so that none is reset.

use aws_sdk_cognitoidentityprovider::{
    config::http::HttpRequest, operation::update_user_pool::builders::UpdateUserPoolFluentBuilder, types::UserPoolType,
};
use aws_smithy_types::body::SdkBody;
use serde_json::Value;

/// Copies a pool into a request that changes nothing.
pub(super) fn echo(request: UpdateUserPoolFluentBuilder, pool: UserPoolType) -> UpdateUserPoolFluentBuilder {
    // Cognito hands out empty placeholders that it refuses to take back.
    let sms = pool.sms_configuration.filter(|sms| !sms.sns_caller_arn.is_empty());
    let add_ons = pool.user_pool_add_ons.filter(|add_ons| !add_ons.advanced_security_mode.as_str().is_empty());
    // Refused beside `TemporaryPasswordValidityDays` of the password policy, which says the same; see also `strip`.
    let mut admin = pool.admin_create_user_config;
    if let Some(admin) = &mut admin {
        admin.unused_account_validity_days = 0;
    }
    request
        .set_user_pool_id(pool.id)
        .set_pool_name(pool.name)
        .set_policies(pool.policies)
        .set_deletion_protection(pool.deletion_protection)
        .set_lambda_config(pool.lambda_config)
        .set_auto_verified_attributes(pool.auto_verified_attributes)
        .set_sms_verification_message(pool.sms_verification_message)
        .set_email_verification_message(pool.email_verification_message)
        .set_email_verification_subject(pool.email_verification_subject)
        .set_verification_message_template(pool.verification_message_template)
        .set_sms_authentication_message(pool.sms_authentication_message)
        .set_user_attribute_update_settings(pool.user_attribute_update_settings)
        .set_mfa_configuration(pool.mfa_configuration)
        .set_device_configuration(pool.device_configuration)
        .set_email_configuration(pool.email_configuration)
        .set_sms_configuration(sms)
        .set_user_pool_tags(pool.user_pool_tags)
        .set_admin_create_user_config(admin)
        .set_user_pool_add_ons(add_ons)
        .set_account_recovery_setting(pool.account_recovery_setting)
        .set_user_pool_tier(pool.user_pool_tier)
        .set_key_configuration(pool.key_configuration)
        .set_issuer_configuration(pool.issuer_configuration)
        .set_acr_configuration(pool.acr_configuration)
}

/// Takes `UnusedAccountValidityDays` out of a request: the SDK sends its zero although nobody has set it.
pub(super) fn strip(request: &mut HttpRequest) {
    let Some(mut body) = request.body().bytes().and_then(|bytes| serde_json::from_slice::<Value>(bytes).ok()) else {
        return;
    };
    let admin = body.get_mut("AdminCreateUserConfig").and_then(Value::as_object_mut);
    if admin.is_none_or(|admin| admin.remove("UnusedAccountValidityDays").is_none()) {
        return;
    }
    let body = body.to_string();
    request.headers_mut().insert("content-length", body.len().to_string());
    *request.body_mut() = SdkBody::from(body);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_days_that_nobody_set_are_not_sent() {
        let body =
            json!({ "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": true, "UnusedAccountValidityDays": 0 } });
        let mut request = HttpRequest::new(SdkBody::from(body.to_string()));
        strip(&mut request);
        let sent = request.body().bytes().unwrap();
        assert_eq!(
            serde_json::from_slice::<Value>(sent).unwrap(),
            json!({ "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": true } })
        );
        assert_eq!(request.headers().get("content-length"), Some(sent.len().to_string().as_str()));
    }
}
