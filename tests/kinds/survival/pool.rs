//! A user pool, with every member of `UpdateUserPool`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use stackctl_local::{Effect, Fault, Settings};

use super::{ByHand, differences, folded, members};
use crate::{
    harness::connect,
    kinds::{
        cases::{make, user_pool, with},
        subject::Subject,
    },
};

const ARN: &str = "arn:aws:lambda:us-west-2:000000000000:function:f";

/// Every member of `UpdateUserPool` that the spec does not have, with a value that is not its default.
fn set_by_hand() -> Value {
    let trigger = |version: &str| json!({ "LambdaVersion": version, "LambdaArn": ARN });
    json!({
        "Policies": {
            "PasswordPolicy": {
                "MinimumLength": 6, "RequireUppercase": true, "RequireLowercase": false, "RequireNumbers": true,
                "RequireSymbols": false, "TemporaryPasswordValidityDays": 7, "PasswordHistorySize": 5,
            },
            "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"] },
        },
        "LambdaConfig": {
            "PreSignUp": ARN, "CustomMessage": ARN, "PostConfirmation": ARN, "PreAuthentication": ARN,
            "PostAuthentication": ARN, "DefineAuthChallenge": ARN, "CreateAuthChallenge": ARN,
            "VerifyAuthChallengeResponse": ARN, "UserMigration": ARN, "PreTokenGenerationConfig": trigger("V2_0"),
            "CustomSMSSender": trigger("V1_0"), "CustomEmailSender": trigger("V1_0"),
            "KMSKeyID": "arn:aws:kms:us-west-2:000000000000:key/k", "InboundFederation": trigger("V1_0"),
        },
        "AutoVerifiedAttributes": ["phone_number"],
        "SmsVerificationMessage": "sms {####}",
        "EmailVerificationMessage": "mail {####}",
        "EmailVerificationSubject": "subject",
        "VerificationMessageTemplate": {
            "SmsMessage": "sms {####}", "EmailMessage": "mail {####}", "EmailSubject": "subject",
            "EmailMessageByLink": "link {##here##}", "EmailSubjectByLink": "link",
            "DefaultEmailOption": "CONFIRM_WITH_LINK",
        },
        "SmsAuthenticationMessage": "sign in {####}",
        "UserAttributeUpdateSettings": { "AttributesRequireVerificationBeforeUpdate": ["phone_number"] },
        "DeviceConfiguration": { "ChallengeRequiredOnNewDevice": true, "DeviceOnlyRememberedOnUserPrompt": true },
        "EmailConfiguration": {
            "EmailSendingAccount": "DEVELOPER", "SourceArn": "arn:aws:ses:us-west-2:000000000000:identity/x",
            "ReplyToEmailAddress": "a@b.example", "From": "c@b.example", "ConfigurationSet": "set",
        },
        "SmsConfiguration": { "SnsCallerArn": ARN, "ExternalId": "x", "SnsRegion": "us-west-2" },
        "AdminCreateUserConfig": {
            "AllowAdminCreateUserOnly": true,
            "InviteMessageTemplate": { "EmailMessage": "{username} {####}", "EmailSubject": "welcome" },
        },
        "UserPoolAddOns": {
            "AdvancedSecurityMode": "AUDIT", "AdvancedSecurityAdditionalFlows": { "CustomAuthMode": "AUDIT" },
        },
        "UserPoolTier": "PLUS",
        "KeyConfiguration": { "KeyType": "CUSTOMER_MANAGED_KEY", "KmsKeyArn": "arn:aws:kms:us-west-2:000000000000:key/k" },
        "IssuerConfiguration": { "Type": "UPDATED" },
        "AcrConfiguration": { "Level2": { "AcrValue": "urn:example:two" } },
        "DcrConfiguration": { "EnableStatus": "Enabled", "AllowedScopes": ["openid"] },
    })
}

/// The fields of the spec, and how each is changed, with the places that differ then.
fn changes() -> BTreeMap<&'static str, (Value, &'static [&'static str])> {
    let policy = json!({
        "minimum_length": 9, "require_uppercase": false, "require_lowercase": true, "require_numbers": false,
        "require_symbols": true, "temporary_password_validity_days": 3,
    });
    BTreeMap::from([
        ("name", (json!("persons"), &["/Name"][..])),
        ("mfa", (json!("OPTIONAL"), &["/MfaConfiguration"])),
        (
            "password_policy",
            (
                policy,
                &[
                    "/AdminCreateUserConfig/UnusedAccountValidityDays",
                    "/Policies/PasswordPolicy/MinimumLength",
                    "/Policies/PasswordPolicy/RequireLowercase",
                    "/Policies/PasswordPolicy/RequireNumbers",
                    "/Policies/PasswordPolicy/RequireSymbols",
                    "/Policies/PasswordPolicy/RequireUppercase",
                    "/Policies/PasswordPolicy/TemporaryPasswordValidityDays",
                ],
            ),
        ),
        ("auto_verified_attributes", (json!(["email", "phone_number"]), &["/AutoVerifiedAttributes"])),
        ("deletion_protection", (json!(true), &["/DeletionProtection"])),
        ("self_sign_up", (json!(true), &["/AdminCreateUserConfig/AllowAdminCreateUserOnly"])),
        ("account_recovery", (json!(["admin_only"]), &["/AccountRecoverySetting/RecoveryMechanisms"])),
        ("tags", (json!({ "kept": "2" }), &["/UserPoolTags/gone", "/UserPoolTags/kept"])),
    ])
}

impl ByHand {
    /// A pool of ours with a value for everything that an update may reset.
    async fn pool(spec: &Value) -> Self {
        let local = stackctl_local::Emulator::new(Settings::default());
        let cloud = connect(&local).await;
        let outputs = make(&cloud, "user_pool", spec).await;
        let this = Self { local, cloud, outputs };
        let named = json!({ "UserPoolId": this.outputs["id"] });
        // A change by hand that sets all members, because the others would be reset.
        let described = this.call("DescribeUserPool", named.clone()).await["UserPool"].clone();
        let kept =
            ["AccountRecoverySetting", "DeletionProtection"].map(|name| (name.to_owned(), described[name].clone()));
        let mut whole = set_by_hand();
        let members = whole.as_object_mut().unwrap();
        members.extend(kept);
        members.insert("UserPoolId".into(), named["UserPoolId"].clone());
        this.call("UpdateUserPool", whole).await;
        let factors = json!({
            "UserPoolId": named["UserPoolId"], "MfaConfiguration": "OFF",
            "WebAuthnConfiguration": { "RelyingPartyId": "b.example", "UserVerification": "preferred" },
        });
        this.call("SetUserPoolMfaConfig", factors).await;
        this
    }

    /// The description of the pool, without the time of its last change.
    async fn described(&self) -> Value {
        let named = json!({ "UserPoolId": self.outputs["id"] });
        let mut pool = self.call("DescribeUserPool", named.clone()).await["UserPool"].take();
        pool.as_object_mut().unwrap().remove("LastModifiedDate");
        let mut factors = self.call("GetUserPoolMfaConfig", named).await;
        // It is in the response twice.
        factors.as_object_mut().unwrap().remove("MfaConfiguration");
        pool["(factors)"] = factors;
        pool
    }
}

/// The spec of the pool after it was changed by hand.
fn spec() -> Value {
    with(&user_pool("people"), json!({ "auto_verified_attributes": ["phone_number"] }))
}

#[test]
fn every_member_that_an_update_of_a_pool_accepts_is_set_by_hand_or_has_a_field() {
    let accepted = aws_sdk_cognitoidentityprovider::operation::update_user_pool::UpdateUserPoolInput::builder();
    let accepted = members(&format!("{:?}", accepted.build().unwrap()));
    let mut known: BTreeSet<String> = set_by_hand().as_object().unwrap().keys().map(|name| folded(name)).collect();
    // Fields of the spec, and the pool itself.
    let fields = ["AccountRecoverySetting", "DeletionProtection", "MfaConfiguration", "PoolName", "UserPoolTags"];
    known.extend(fields.map(folded));
    known.insert(folded("UserPoolId"));
    // The API has it, and the SDK does not yet.
    assert!(known.remove(&folded("DcrConfiguration")));
    assert_eq!(accepted, known);
}

#[test]
fn every_field_of_the_pool_that_can_be_changed_is_changed() {
    let fields: BTreeSet<String> = spec().as_object().unwrap().keys().cloned().collect();
    let mut changed: BTreeSet<String> = changes().keys().map(|name| (*name).to_owned()).collect();
    changed.extend(["case_sensitive", "username_attributes"].map(String::from));
    assert_eq!(changed, fields);
}

#[tokio::test(start_paused = true)]
async fn every_update_of_a_pool_keeps_all_settings_made_by_hand() {
    for (field, (value, expected)) in changes() {
        let pool = ByHand::pool(&spec()).await;
        let before = pool.described().await;
        pool.update("user_pool", &with(&spec(), json!({ field: value }))).await;
        let expected: BTreeSet<String> = expected.iter().map(|path| (*path).to_owned()).collect();
        let found = differences(&before, &pool.described().await);
        let found: BTreeSet<String> =
            found.into_iter().filter(|path| !path.starts_with("/(factors)/SoftwareToken")).collect();
        assert_eq!(found, expected, "{field}");
    }
}

#[tokio::test(start_paused = true)]
async fn enabling_and_disabling_mfa_keeps_all_settings_made_by_hand() {
    let pool = ByHand::pool(&spec()).await;
    let before = pool.described().await;
    for mfa in ["ON", "OPTIONAL", "OFF"] {
        pool.update("user_pool", &with(&spec(), json!({ "mfa": mfa }))).await;
    }
    assert_eq!(differences(&before, &pool.described().await), BTreeSet::new());
}

#[tokio::test(start_paused = true)]
async fn the_other_mfa_methods_are_kept_while_mfa_is_enabled() {
    let pool = ByHand::pool(&spec()).await;
    pool.update("user_pool", &with(&spec(), json!({ "mfa": "ON" }))).await;
    let factors = json!({
        "UserPoolId": pool.outputs["id"], "MfaConfiguration": "ON",
        "SoftwareTokenMfaConfiguration": { "Enabled": true },
        "SmsMfaConfiguration": { "SmsAuthenticationMessage": "text {####}", "SmsConfiguration": { "SnsCallerArn": ARN } },
        "EmailMfaConfiguration": { "Message": "mail {####}", "Subject": "code" },
        "WebAuthnConfiguration": { "RelyingPartyId": "b.example", "UserVerification": "required" },
    });
    pool.call("SetUserPoolMfaConfig", factors).await;
    let before = pool.described().await;
    pool.update("user_pool", &with(&spec(), json!({ "mfa": "OPTIONAL" }))).await;
    pool.update("user_pool", &with(&spec(), json!({ "mfa": "OPTIONAL", "name": "persons" }))).await;
    let changed = ["/MfaConfiguration", "/Name"].map(str::to_owned);
    assert_eq!(differences(&before, &pool.described().await), changed.into());
}

#[tokio::test(start_paused = true)]
async fn a_deletion_that_fails_after_the_protection_is_disabled_leaves_all_other_settings_intact() {
    let protected = with(&spec(), json!({ "deletion_protection": true }));
    let pool = ByHand::pool(&protected).await;
    let before = pool.described().await;
    let (status, code, message) = (400, "InvalidParameterException".into(), "not now".into());
    let effect = Effect::Refuse { status, code, message };
    pool.local.add_fault(Fault { operation: Some("cognito-idp:DeleteUserPool".into()), skip: 0, times: 1, effect });
    let subject = Subject::needed(&pool.cloud, "user_pool");
    let deleted = subject.kind().delete(&subject.context(), &pool.outputs).await;
    assert_eq!(deleted.unwrap_err().message, "not now");
    assert_eq!(differences(&before, &pool.described().await), BTreeSet::from(["/DeletionProtection".to_owned()]));
}
