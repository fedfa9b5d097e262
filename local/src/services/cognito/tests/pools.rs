//! Tests of creating, listing and deleting pools.

use std::time::Duration;

use serde_json::json;

use super::{Aws, over};
use crate::store::settings::{Settings, Weather};

#[tokio::test]
async fn a_new_pool_has_all_the_defaults() {
    let aws = Aws::new();
    let pool = aws.describe(&aws.pool(json!({})).await).await;
    let (region, id) = pool["Id"].as_str().unwrap().split_once('_').unwrap();
    assert_eq!((region, id.len()), ("us-west-2", 9));
    assert!(id.chars().all(|letter| letter.is_ascii_alphanumeric()));
    assert_eq!(pool["Arn"], format!("arn:aws:cognito-idp:us-west-2:000000000000:userpool/us-west-2_{id}"));
    let names =
        pool["SchemaAttributes"].as_array().unwrap().iter().map(|attribute| attribute["Name"].as_str().unwrap());
    let mut names = names.collect::<Vec<_>>();
    names.sort_unstable();
    let standard = "address birthdate email email_verified family_name gender given_name locale middle_name name nickname \
                    phone_number phone_number_verified picture preferred_username profile sub updated_at website zoneinfo";
    assert_eq!(names.join(" "), standard);
    let mut rest = pool.as_object().unwrap().clone();
    for varying in ["Id", "Arn", "CreationDate", "LastModifiedDate", "SchemaAttributes"] {
        rest.remove(varying).unwrap();
    }
    assert_eq!(
        json!(rest),
        json!({
            "Name": "people",
            "Policies": {
                "PasswordPolicy": {
                    "MinimumLength": 8, "RequireUppercase": true, "RequireLowercase": true, "RequireNumbers": true,
                    "RequireSymbols": true, "TemporaryPasswordValidityDays": 7,
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
                "Level1": { "AcrValue": "urn:cognito:loa:1" }, "Level2": { "AcrValue": "urn:cognito:loa:2" },
                "Level3": { "AcrValue": "urn:cognito:loa:3" }, "Level4": { "AcrValue": "urn:cognito:loa:4" },
            },
            "UserPoolTags": {},
            "EstimatedNumberOfUsers": 0,
        })
    );
}

#[tokio::test]
async fn invalid_combinations_of_settings_are_rejected() {
    let aws = Aws::new();
    let cases = [
        (
            json!({ "MfaConfiguration": "ON" }),
            "InvalidParameterException: SMS configuration and Auto verification for phone_number are required when MFA is \
             required/optional",
        ),
        (
            json!({
                "Policies": { "PasswordPolicy": { "TemporaryPasswordValidityDays": 3 } },
                "AdminCreateUserConfig": { "UnusedAccountValidityDays": 3 },
            }),
            "InvalidParameterException: Please use TemporaryPasswordValidityDays in PasswordPolicy instead of \
             UnusedAccountValidityDays",
        ),
        (
            json!({ "UserAttributeUpdateSettings": { "AttributesRequireVerificationBeforeUpdate": ["email"] } }),
            "InvalidParameterException: All attributes in AttributesRequireVerificationBeforeUpdate must exist in \
             AutoVerifiedAttributes",
        ),
        (
            json!({ "UsernameAttributes": ["email"], "AliasAttributes": ["email"] }),
            "InvalidParameterException: Only one of the aliasAttributes or usernameAttributes can be set.",
        ),
        (
            json!({ "UserPoolAddOns": { "AdvancedSecurityMode": "AUDIT" } }),
            "FeatureUnavailableInTierException: The following features need to be disabled for the ESSENTIALS pricing tier \
             configured: Threat Protection",
        ),
        (
            json!({ "UserPoolTags": { "aws:x": "y" } }),
            "InvalidParameterException: aws: prefixed tag key names are not allowed for external use.",
        ),
        (
            json!({ "Schema": [{ "Name": "x", "AttributeDataType": "String", "Required": true }] }),
            "InvalidParameterException: Required custom attributes are not supported currently.",
        ),
    ];
    for (members, refusal) in cases {
        assert_eq!(aws.refused("CreateUserPool", over(json!({ "PoolName": "people" }), members)).await, refusal);
    }
}

#[tokio::test]
async fn pools_may_share_a_name_and_are_unknown_in_other_regions() {
    let aws = Aws::new();
    let (one, two) = (aws.pool(json!({})).await, aws.pool(json!({})).await);
    assert_ne!(one, two);
    let elsewhere = aws.try_call("eu-west-1", "DescribeUserPool", json!({ "UserPoolId": one })).await;
    assert_eq!(elsewhere.unwrap_err(), format!("ResourceNotFoundException: User pool {one} does not exist."));
}

#[tokio::test]
async fn a_pool_with_deletion_protection_or_a_domain_cannot_be_deleted() {
    let aws = Aws::new();
    let pool = aws.pool(json!({ "DeletionProtection": "ACTIVE" })).await;
    let named = json!({ "UserPoolId": pool });
    assert_eq!(
        aws.refused("DeleteUserPool", named.clone()).await,
        "InvalidParameterException: The user pool cannot be deleted because deletion protection is activated. Deletion \
         protection must be inactivated first."
    );
    aws.call("UpdateUserPool", over(named.clone(), json!({ "DeletionProtection": "INACTIVE" }))).await;
    let domain = json!({ "UserPoolId": pool, "Domain": "people" });
    aws.call("CreateUserPoolDomain", domain.clone()).await;
    assert_eq!(
        aws.refused("DeleteUserPool", named.clone()).await,
        "InvalidParameterException: User pool cannot be deleted. It has a domain configured that should be deleted first."
    );
    aws.call("DeleteUserPoolDomain", domain).await;
    aws.call("DeleteUserPool", named.clone()).await;
    let gone = format!("ResourceNotFoundException: User pool {pool} does not exist.");
    assert_eq!(aws.refused("DeleteUserPool", named).await, gone);
}

#[tokio::test]
async fn lists_require_a_size_and_return_pages_without_tags() {
    let aws = Aws::with(Settings { page_size: Some(2), ..Settings::default() });
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(aws.pool(json!({ "UserPoolTags": { "stackctl:token": "t" } })).await);
    }
    made.sort();
    let (mut listed, mut token) = (Vec::new(), json!(null));
    loop {
        let page = aws.call("ListUserPools", json!({ "MaxResults": 60, "NextToken": token })).await;
        let pools = page["UserPools"].as_array().unwrap();
        assert!(
            pools.len() <= 2
                && pools.iter().all(|pool| pool.get("UserPoolTags").is_none() && pool.get("Arn").is_none())
        );
        listed.extend(pools.iter().map(|pool| pool["Id"].as_str().unwrap().to_owned()));
        token = page["NextToken"].clone();
        if token.is_null() {
            break;
        }
    }
    assert_eq!(listed, made);
    for (size, problem) in [
        (json!(null), "Value null at 'maxResults' failed to satisfy constraint: Member must not be null"),
        (
            json!(61),
            "Value '61' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 60",
        ),
    ] {
        assert_eq!(
            aws.refused("ListUserPools", json!({ "MaxResults": size })).await,
            format!("InvalidParameterException: 1 validation error detected: {problem}")
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_new_pool_can_be_described_at_once_and_is_listed_later() {
    let weather = Weather { list_lag: Duration::from_secs(5), ..Weather::default() };
    let aws = Aws::with(Settings { weather, ..Settings::default() });
    let pool = aws.pool(json!({})).await;
    assert_eq!(aws.describe(&pool).await["Name"], "people");
    let listed =
        async || aws.call("ListUserPools", json!({ "MaxResults": 60 })).await["UserPools"].as_array().unwrap().len();
    assert_eq!(listed().await, 0);
    tokio::time::advance(Duration::from_secs(5)).await;
    assert_eq!(listed().await, 1);
}

#[tokio::test]
async fn an_operation_that_is_not_emulated_is_rejected() {
    let refusal = Aws::new().refused("StartUserImportJob", json!({})).await;
    assert_eq!(refusal, "the local emulator does not imitate cognito-idp:StartUserImportJob");
}

#[tokio::test]
async fn a_pool_with_its_users_and_tokens_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let aws = Aws(crate::emulator::Emulator::open(folder.path(), Settings::default()).unwrap());
    let pool = aws.pool(json!({})).await;
    let client = aws.client(&pool, json!({ "ExplicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH"] })).await;
    aws.user(&pool, "ann", "Passw0rd!").await;
    let sign_in = json!({
        "UserPoolId": pool,
        "ClientId": client["ClientId"],
        "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
        "AuthParameters": { "USERNAME": "ann", "PASSWORD": "Passw0rd!" },
    });
    let tokens = aws.call("AdminInitiateAuth", sign_in.clone()).await["AuthenticationResult"].clone();
    let before = aws.describe(&pool).await;
    aws.0.save().unwrap();
    drop(aws);
    let aws = Aws(crate::emulator::Emulator::open(folder.path(), Settings::default()).unwrap());
    assert_eq!(aws.describe(&pool).await, before);
    assert_eq!(aws.call("GetUser", json!({ "AccessToken": tokens["AccessToken"] })).await["Username"], "ann");
    aws.call("AdminInitiateAuth", sign_in).await;
}
