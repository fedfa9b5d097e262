//! Tests of the members that an update omits: some are kept, some are reset.

use serde_json::{Value, json};

use super::{Aws, over};
use crate::services::cognito::pool_settings::{OMITTED, Omitted};

/// One row per member: its name, a non-default value, and the value after an update that omits it.
fn table() -> Vec<(&'static str, Value, Option<Value>)> {
    let arn = "arn:aws:lambda:us-west-2:000000000000:function:f";
    let kept = |member, value: Value| (member, value.clone(), Some(value));
    let policy = json!({
        "PasswordPolicy": {
            "MinimumLength": 6, "RequireUppercase": true, "RequireLowercase": false, "RequireNumbers": true,
            "RequireSymbols": false, "TemporaryPasswordValidityDays": 3,
        },
        "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"] },
    });
    let validity = json!({ "AllowAdminCreateUserOnly": false, "UnusedAccountValidityDays": 7 });
    vec![
        kept("Policies", policy),
        ("DeletionProtection", json!("ACTIVE"), Some(json!("INACTIVE"))),
        ("LambdaConfig", json!({ "PreSignUp": arn }), Some(json!({}))),
        ("AutoVerifiedAttributes", json!(["email"]), None),
        ("SmsVerificationMessage", json!("sms {####}"), None),
        ("EmailVerificationMessage", json!("mail {####}"), None),
        ("EmailVerificationSubject", json!("subject"), None),
        (
            "VerificationMessageTemplate",
            json!({ "DefaultEmailOption": "CONFIRM_WITH_LINK" }),
            Some(json!({ "DefaultEmailOption": "CONFIRM_WITH_CODE" })),
        ),
        ("SmsAuthenticationMessage", json!("sign in {####}"), None),
        kept("MfaConfiguration", json!("OPTIONAL")),
        (
            "DeviceConfiguration",
            json!({ "ChallengeRequiredOnNewDevice": true, "DeviceOnlyRememberedOnUserPrompt": true }),
            None,
        ),
        kept(
            "EmailConfiguration",
            json!({ "EmailSendingAccount": "COGNITO_DEFAULT", "ReplyToEmailAddress": "a@b.example" }),
        ),
        kept("SmsConfiguration", json!({ "SnsCallerArn": arn, "ExternalId": "x" })),
        (
            "AdminCreateUserConfig",
            json!({ "AllowAdminCreateUserOnly": true, "UnusedAccountValidityDays": 7 }),
            Some(validity),
        ),
        ("UserPoolAddOns", json!({ "AdvancedSecurityMode": "AUDIT" }), None),
        kept("AccountRecoverySetting", json!({ "RecoveryMechanisms": [{ "Priority": 1, "Name": "admin_only" }] })),
        kept("UserPoolTier", json!("PLUS")),
        kept(
            "KeyConfiguration",
            json!({ "KeyType": "CUSTOMER_MANAGED_KEY", "KmsKeyArn": "arn:aws:kms:us-west-2:000000000000:key/k" }),
        ),
        kept("IssuerConfiguration", json!({ "Type": "UPDATED" })),
        kept("UserPoolTags", json!({ "team": "a" })),
        ("AcrConfiguration", levels("urn:example:two"), Some(levels("urn:cognito:loa:2"))),
        ("DcrConfiguration", json!({ "EnableStatus": "Enabled" }), None),
    ]
}

/// All levels, as they are always returned, with this value of the second level.
fn levels(second: &str) -> Value {
    let named = |name: &str| json!({ "AcrValue": name });
    json!({
        "Level1": named("urn:cognito:loa:1"), "Level2": named(second),
        "Level3": named("urn:cognito:loa:3"), "Level4": named("urn:cognito:loa:4"),
    })
}

/// Other members that the member's value requires.
fn company(member: &str) -> Value {
    if member == "UserPoolAddOns" { json!({ "UserPoolTier": "PLUS" }) } else { json!({}) }
}

#[tokio::test]
async fn each_member_that_an_update_omits_is_kept_or_reset_as_on_aws() {
    for (member, value, expected) in table() {
        let aws = Aws::new();
        let pool = aws.pool(json!({})).await;
        let named = json!({ "UserPoolId": pool });
        if member == "MfaConfiguration" {
            let totp = json!({ "MfaConfiguration": value, "SoftwareTokenMfaConfiguration": { "Enabled": true } });
            aws.call("SetUserPoolMfaConfig", over(named.clone(), totp)).await;
        } else {
            let members = over(company(member), json!({ member: value }));
            aws.call("UpdateUserPool", over(named.clone(), members)).await;
        }
        assert_eq!(aws.describe(&pool).await.get(member), Some(&value), "{member} as it was set");
        aws.call("UpdateUserPool", over(named, json!({ "PoolName": "people" }))).await;
        assert_eq!(aws.describe(&pool).await.get(member), expected.as_ref(), "{member} after an update without it");
    }
}

#[test]
fn the_table_has_a_row_for_every_member_except_the_rejected_one() {
    let rows = table().into_iter().map(|(member, ..)| member).collect::<Vec<_>>();
    for (member, omitted) in OMITTED {
        let refused = *member == "UserAttributeUpdateSettings";
        assert!(rows.contains(member) != refused, "{member}");
        assert!(!refused || *omitted == Omitted::Kept);
    }
}

#[tokio::test]
async fn an_update_that_omits_only_the_attributes_to_verify_is_rejected() {
    let aws = Aws::new();
    let settings = json!({ "AttributesRequireVerificationBeforeUpdate": ["email"] });
    let both = json!({ "AutoVerifiedAttributes": ["email"], "UserAttributeUpdateSettings": settings });
    let pool = aws.pool(both.clone()).await;
    let named = json!({ "UserPoolId": pool });
    let before = aws.describe(&pool).await;
    assert_eq!(
        aws.refused("UpdateUserPool", over(named.clone(), json!({ "DeletionProtection": "INACTIVE" }))).await,
        "InvalidParameterException: All attributes in AttributesRequireVerificationBeforeUpdate must exist in \
         AutoVerifiedAttributes"
    );
    assert_eq!(aws.describe(&pool).await, before);
    aws.call("UpdateUserPool", over(named.clone(), json!({ "AutoVerifiedAttributes": ["email"] }))).await;
    assert_eq!(aws.describe(&pool).await["UserAttributeUpdateSettings"], settings);
    let none = json!({ "UserAttributeUpdateSettings": { "AttributesRequireVerificationBeforeUpdate": [] } });
    aws.call("UpdateUserPool", over(named, none)).await;
}

#[tokio::test]
async fn an_update_of_one_policy_keeps_the_other_policy() {
    let aws = Aws::new();
    let pool = aws.pool(json!({ "Policies": { "PasswordPolicy": { "MinimumLength": 20 } } })).await;
    let sign_in = json!({ "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"] } });
    aws.call("UpdateUserPool", json!({ "UserPoolId": pool, "Policies": sign_in })).await;
    let password = json!({ "PasswordPolicy": { "MinimumLength": 30 } });
    let policies = aws.describe(&pool).await["Policies"].clone();
    assert_eq!(policies["PasswordPolicy"]["MinimumLength"], 20);
    aws.call("UpdateUserPool", json!({ "UserPoolId": pool, "Policies": password })).await;
    let policies = aws.describe(&pool).await["Policies"].clone();
    assert_eq!(policies["PasswordPolicy"]["MinimumLength"], 30);
    assert_eq!(policies["SignInPolicy"], sign_in["SignInPolicy"]);
}

#[tokio::test]
async fn an_omitted_developer_email_configuration_is_reset_as_documented() {
    let aws = Aws::new();
    let sender =
        json!({ "EmailSendingAccount": "DEVELOPER", "SourceArn": "arn:aws:ses:us-west-2:000000000000:identity/x" });
    let pool = aws.pool(json!({ "EmailConfiguration": sender })).await;
    aws.call("UpdateUserPool", json!({ "UserPoolId": pool })).await;
    let left = aws.describe(&pool).await["EmailConfiguration"].clone();
    assert_eq!(left, json!({ "EmailSendingAccount": "COGNITO_DEFAULT" }));
}

#[tokio::test]
async fn a_description_sent_back_as_an_update_is_rejected_because_it_names_the_validity_twice() {
    let aws = Aws::new();
    let pool = aws.pool(json!({})).await;
    let described = aws.describe(&pool).await;
    let echo = json!({
        "UserPoolId": pool,
        "Policies": described["Policies"],
        "AdminCreateUserConfig": described["AdminCreateUserConfig"],
    });
    assert_eq!(
        aws.refused("UpdateUserPool", echo).await,
        "InvalidParameterException: Please use TemporaryPasswordValidityDays in PasswordPolicy instead of \
         UnusedAccountValidityDays"
    );
}

#[tokio::test]
async fn messages_and_triggers_with_two_names_are_returned_under_both() {
    let aws = Aws::new();
    let arn = "arn:aws:lambda:us-west-2:000000000000:function:f";
    let template = json!({ "EmailMessage": "mail {####}", "EmailSubject": "subject" });
    let members = json!({
        "LambdaConfig": { "PreTokenGeneration": arn },
        "VerificationMessageTemplate": template,
        "SmsVerificationMessage": "sms {####}",
    });
    let pool = aws.describe(&aws.pool(members).await).await;
    let config = json!({ "LambdaVersion": "V1_0", "LambdaArn": arn });
    assert_eq!(pool["LambdaConfig"], json!({ "PreTokenGeneration": arn, "PreTokenGenerationConfig": config }));
    assert_eq!(
        (&pool["EmailVerificationMessage"], &pool["EmailVerificationSubject"]),
        (&json!("mail {####}"), &json!("subject"))
    );
    assert_eq!(pool["VerificationMessageTemplate"]["SmsMessage"], "sms {####}");
    let named = json!({ "UserPoolId": pool["Id"] });
    let differing = json!({ "EmailVerificationMessage": "other {####}", "VerificationMessageTemplate": template });
    assert_eq!(
        aws.refused("UpdateUserPool", over(named.clone(), differing)).await,
        "InvalidParameterException: EmailVerificationMessage and VerificationMessageTemplate.EmailMessage must have the \
         same value"
    );
    let config = json!({ "LambdaVersion": "V2_0", "LambdaArn": format!("{arn}2") });
    let differing = json!({ "LambdaConfig": { "PreTokenGeneration": arn, "PreTokenGenerationConfig": config } });
    assert_eq!(
        aws.refused("UpdateUserPool", over(named, differing)).await,
        "InvalidParameterException: PreTokenGeneration and PreTokenGenerationConfig.LambdaArn must have the same value"
    );
}
